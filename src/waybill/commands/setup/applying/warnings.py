"""What a plan does that nobody reads out of its changes: told before anybody agrees to it."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.commands.asking import ask
from waybill.commands.setup.applying.work import Steps, Work
from waybill.commands.tools import everywhere
from waybill.domain.findings import Seen
from waybill.domain.setup.plan import HOLDS_DATA, Change, Kind, StackPlan
from waybill.errors import Cancelled
from waybill.progress import Warned

PIPELINE = "AWS::CodePipeline::Pipeline"


def warn_of_emptiness(work: Work, steps: Steps) -> None:
    """Warn where something empty takes the place of what holds data: that stays, but nothing leads to it any more."""
    for plan in steps.plans:
        for change in plan.changes:
            if change.kind is Kind.REPLACED and change.type in HOLDS_DATA:
                work.tools.reporter.tell(
                    Warned(
                        f"{change.resource} of {plan.ref} would be a new, empty one. What is in {change.physical_id} "
                        "stays there, and nothing that Waybill does finds it any more."
                    )
                )


def warn_of_interrupted(work: Work, steps: Steps) -> None:
    """Warn of executions that are under way in pipelines that change: CodePipeline cancels them."""
    changed = list(_pipelines(steps))
    found, errors = everywhere(lambda one: _under_way(work, *changed[one]), range(len(changed)))
    for error in errors.values():
        if isinstance(error, Cancelled):
            raise error
    for number, executions in sorted(found.items()):
        plan, change = changed[number]
        if executions:
            what = f"The pipeline {change.physical_id} of {plan.ref} is running ({', '.join(executions)})"
            work.tools.reporter.tell(Warned(f"{what}: changing it cancels that. Apply when it has ended."))


def _pipelines(steps: Steps) -> Iterator[tuple[StackPlan, Change]]:
    for plan in steps.plans:
        for change in plan.changes:
            if change.type == PIPELINE and change.physical_id and change.kind is not Kind.ADDED:
                yield plan, change


def _under_way(work: Work, plan: StackPlan, change: Change) -> tuple[str, ...]:
    """Return the executions; none where nobody may look: it is a warning, and no more."""
    declarations = work.accounts[plan.ref.account].declarations(plan.ref.region)
    seen = ask(work.tools, lambda: declarations.under_way(change.physical_id))
    return tuple(seen.value) if isinstance(seen, Seen) else ()
