"""The run of `promote`: with plans written to a file, and carried out from one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from waybill.commands.promote import promote
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault, InputError
from waybill.inputs import promote as inputs
from waybill.inputs.tables.promote import PROMOTE
from waybill.inputs.typed import command_line
from waybill.routes.plan_files import plan_fault, read_plan, write_plan
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and promote."""
    workspace = shop.face.workspace
    found = list(faults)
    path = Path(workspace, values.get("plan", "").strip()) if values.get("plan", "").strip() else None
    if path is not None:
        found += plan_fault(path)
    values, facts = _applied(values, workspace, found)
    bench = Workbench(shop)
    order = inputs.read(values, bench.surroundings(), found, approved=facts)
    result = promote(order, bench.tools(order.source.config_regions))
    if path is None or not write_plan(path, result, values, at=shop.clock.now()):
        return result
    if shop.face.give is not None:
        shop.face.give(path)
    return replace(result, resume=command_line(PROMOTE, {"apply": values["plan"].strip()}))


def _applied(
    values: Mapping[str, str], workspace: Path, found: list[Fault]
) -> tuple[Mapping[str, str], Mapping[str, Any] | None]:
    """Return the inputs with those of the plan to apply, and the plan's facts; what is wrong with it goes to `found`.

    A runner hands over defaults as if somebody had given them, so that they do not stand against what the plan says.
    """
    name = values.get("apply", "").strip()
    if not name:
        return values, None
    try:
        plan = read_plan(Path(workspace, name))
    except InputError as error:
        found += error.faults
        return values, None
    defaults = {item.name: item.default for item in PROMOTE.inputs}
    own = {key: value for key, value in values.items() if value.strip() and value != defaults.get(key)}
    return {**plan.inputs, "plan-digest": plan.digest, **own}, plan.facts
