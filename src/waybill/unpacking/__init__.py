"""Unpacks an archive that nobody vouches for: what could do harm is refused, and nothing is written outside."""

from __future__ import annotations

from waybill.unpacking.archive import unpack
from waybill.unpacking.compare import same

__all__ = ["same", "unpack"]
