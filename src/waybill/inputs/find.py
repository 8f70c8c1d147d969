"""Finds a verb by its name, without reading the tables of the others."""

from __future__ import annotations

from importlib import import_module

from waybill.inputs.spec import Verb

NAMES = ("stage", "promote", "deploy", "rollback", "download", "status", "versions", "info", "prune")
"""Every verb: its table is `VERB` in `inputs/tables/verb.py`, its run `run` in `routes/verb.py`."""


def find_verb(name: str) -> Verb | None:
    """Return the verb of a name, None where there is none."""
    if name not in NAMES:
        return None
    verb: Verb = getattr(import_module(f"waybill.inputs.tables.{name}"), name.upper())
    return verb
