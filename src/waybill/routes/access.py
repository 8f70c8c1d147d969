"""The run of the action `access`: that of the verb which its input `command` names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs.family import choose
from waybill.inputs.tables.access import ACCESS, COMMANDS
from waybill.routes import run_of


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Choose the verb, and run it with the inputs that are its own; those of others are faults beside its own."""
    chosen = choose(values, ACCESS, COMMANDS)
    return run_of(chosen.verb)(chosen.values, (*faults, *chosen.faults), shop)
