"""The types of resources that the sandbox's CloudFormation makes, by name. Any other one fails its stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from waybill.sandbox.engine.cloudformation.kinds import Kind

KINDS: Final[Mapping[str, Kind]] = {}
