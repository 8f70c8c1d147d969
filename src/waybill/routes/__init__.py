"""From a verb's texts to its command: one module a verb, which reads its inputs and gives it its collaborators."""

from __future__ import annotations

from importlib import import_module

from waybill.compose import Run
from waybill.inputs.find import module_of


def run_of(verb: str) -> Run:
    """Return the run of a verb. Each imports its own command, and no other's."""
    run: Run = import_module(f"waybill.routes.{module_of(verb)}").run
    return run
