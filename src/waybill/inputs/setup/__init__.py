"""Reads `waybill.yaml`: its form is `schemas/waybill.schema.json`, and `cross.py` has the rules between its parts."""

from __future__ import annotations

from waybill.inputs.setup.read import read_estate

__all__ = ["read_estate"]
