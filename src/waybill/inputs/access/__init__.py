"""Reads `access.yaml`: its form is `schemas/access.schema.json`, and `cross.py` has the rules between its parts."""

from __future__ import annotations

from waybill.inputs.access.read import read_access

__all__ = ["read_access"]
