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
from waybill.inputs.shared import IDENTITY
from waybill.inputs.tables.promote import PROMOTE
from waybill.inputs.typed import command_line
from waybill.routes.plan_files import OF_THE_FILE, PlanFile, forget_plan, plan_fault, read_plan, write_plan
from waybill.routes.then import UNKNOWN, then_deploy
from waybill.routes.workbench import Workbench

DEFAULTS = {item.name: item.default for item in PROMOTE.inputs if item.default is not None}
OF_WHO = frozenset(
    {"from-role", "from-role-external-id", "pipeline-role", "pipeline-role-external-id", "github-token"}
    | {item.name for item in IDENTITY} - {"expected-account"}
)
"""Inputs that say who carries a plan out: whoever is approved to, and not always who planned."""


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and promote."""
    workspace = shop.face.workspace
    found = list(faults)
    path = Path(workspace, values.get("plan", "").strip()) if values.get("plan", "").strip() else None
    if path is not None:
        found += plan_fault(path)
        if not values.get("apply", "").strip():
            forget_plan(path)
    # On a runner alone there is somebody to give a file to.
    values, facts = applied(values, workspace, found, typed=shop.face.give is None)
    bench = Workbench(shop)
    order = inputs.read(values, bench.surroundings(), found, approved=facts)
    tools = bench.tools(order.source.config_regions)
    result = then_deploy(lambda: promote(order, tools), order.request(UNKNOWN), values, tools, shop)
    if path is None or not write_plan(path, result, values, at=shop.clock.now()):
        return result
    if shop.face.give is not None:
        shop.face.give(path)
    return replace(result, resume=command_line(PROMOTE, {"apply": values["plan"].strip()}))


def applied(
    values: Mapping[str, str], workspace: Path, found: list[Fault], *, typed: bool
) -> tuple[Mapping[str, str], Mapping[str, Any] | None]:
    """Return the inputs with those of the plan to apply, and the plan's facts; what is wrong with it goes to `found`.

    `typed`: a person gave them, every one on purpose, so that what contradicts the plan is a fault; who carries it out
    is no part of a plan. A runner hands over defaults as if somebody had given them: they do not stand against what
    the plan says, and of anything else the digest judges.
    """
    name = values.get("apply", "").strip()
    if not name:
        return values, None
    try:
        plan = read_plan(Path(workspace, name))
    except InputError as error:
        found += error.faults
        return values, None
    own = {key: value for key, value in values.items() if value.strip()}
    if typed:
        found += _contradictions(own, plan)
    else:
        own = {key: value for key, value in own.items() if value != DEFAULTS.get(key)}
    return {**plan.inputs, "plan-digest": plan.digest, **own}, plan.facts


def _contradictions(own: Mapping[str, str], plan: PlanFile) -> list[Fault]:
    found = []
    for key, value in own.items():
        planned = plan.inputs.get(key, DEFAULTS.get(key, "")).strip()
        if key not in OF_THE_FILE | OF_WHO and value.strip() != planned:
            rule = f"contradicts the plan, which {f'has {planned!r}' if planned else 'has none'}: leave it out."
            found.append(Fault(key, value, rule, planned))
    return found
