"""What setup would change: a change set for each stack, read, and the stacks that nobody wants any more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from waybill.commands.setup.applying.standing import is_ours
from waybill.commands.setup.applying.work import DeleteStep, MakeStep, Outputs, Steps, Work, known
from waybill.commands.together import together
from waybill.commands.tools import everywhere
from waybill.domain.arns import partition_of
from waybill.domain.setup.plan import HOLDS_DATA, Change, Kind, StackAction, StackEnd, StackPlan
from waybill.domain.setup.stacks.wanted import PROJECT_TAG, OutputOf, StackRef, WantedStack
from waybill.errors import ConflictError, WaybillError
from waybill.ports.stacks import ChangeSet, Readiness, Stack, StackResource, Standing


def plan_stacks(work: Work, wanted: Sequence[WantedStack], standing: Mapping[StackRef, Stack]) -> Steps:
    """Return a step for each stack: wanted ones in their order, and those that go.

    Raises one error for all that cannot be planned; change sets that were made are discarded then.
    """
    outputs = {ref: stack.outputs for ref, stack in standing.items() if stack.standing is Standing.WHOLE}
    going = tuple(_unwanted(work, wanted, standing))
    answers, errors = everywhere(lambda one: _make_step(work, wanted[one], standing, outputs), range(len(wanted)))
    making = tuple(answers[number] for number in sorted(answers))
    if errors:
        discard(work, making)
        raise together([errors[number] for number in sorted(errors)])
    return Steps(making=making, going=going)


def _make_step(work: Work, wanted: WantedStack, standing: Mapping[StackRef, Stack], outputs: Outputs) -> MakeStep:
    stack = standing.get(wanted.ref)
    there = stack if stack and stack.standing is Standing.WHOLE else None
    broken = stack is not None and stack.standing is Standing.BROKEN
    halted = stack is not None and stack.standing is Standing.HALTED
    awaits = wanted.awaited(known(outputs))
    plan = StackPlan(
        ref=wanted.ref,
        account=work.estate.account(wanted.ref.account).id,
        template=wanted.template,
        action=StackAction.UPDATE if there or halted else StackAction.CREATE,
        parameters=wanted.texts(lambda output: known(outputs)(output) or f"({output})"),
        template_sha256=hashlib.sha256(work.template(wanted.template).encode()).hexdigest(),
        awaits=awaits,
        replaces_broken=broken,
        continues_rollback=halted,
        project=wanted.project,
    )
    if broken or halted:
        return MakeStep(plan=plan, wanted=wanted, stack=stack)
    texts = wanted.texts(lambda output: known(outputs)(output) or _stand_in(work, output))
    reviewed = stack is not None and stack.standing is Standing.REVIEW
    step = MakeStep(plan=plan, wanted=wanted, stack=there, reviewed=reviewed)
    return _read(work, step, work.prepare(wanted, texts, new=step.new, fresh=step.fresh))


def _read(work: Work, step: MakeStep, made: ChangeSet) -> MakeStep:
    """Return the step with what its change set says; one that is empty, or rests on a stand-in, goes again at once."""
    if made.readiness is Readiness.FAILED:
        error = work.refused(step.plan.ref, made)
        work.discard(step.plan.ref, made, fresh=step.fresh)
        raise error
    if made.readiness is Readiness.READY and not step.plan.awaits:
        return replace(step, change_set=made, plan=replace(step.plan, changes=in_order(made.changes)))
    work.discard(step.plan.ref, made, fresh=step.fresh)
    if made.readiness is Readiness.EMPTY and not step.plan.awaits:
        return replace(step, plan=replace(step.plan, action=StackAction.NOTHING, end=StackEnd.ALREADY))
    return replace(step, plan=replace(step.plan, changes=in_order(made.changes)))


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes by what they mean: what goes first, what is new last."""
    order = [Kind.REMOVED, Kind.REPLACED, Kind.MAY_BE_REPLACED, Kind.CHANGED, Kind.ADDED]
    return tuple(sorted(changes, key=lambda one: (order.index(one.kind), one.type, one.resource)))


def _stand_in(work: Work, output: OutputOf) -> str:
    """Return what stands in for a key that is not made yet, so that its stack's changes can be read before."""
    region, account = output.stack.region, work.estate.account(output.stack.account).id
    return f"arn:{partition_of(region)}:kms:{region}:{account}:key/mrk-{'0' * 32}"


def refuse_losses(steps: Steps, projects: Sequence[str]) -> None:
    """Raise `ConflictError` for a change that would lose data, unless its project's data is to be deleted."""
    losing = [
        f"{change.resource} ({change.type} {change.physical_id}) of {plan.ref}"
        for plan in steps.plans
        for change in plan.changes
        if change.loses_data and plan.project not in projects
    ]
    if losing:
        raise ConflictError(
            f"This would delete data for good: {'; '.join(losing)}.",
            "Keep it as it is, or say `--delete-data PROJECT` for the project that it belongs to. Nothing was changed.",
        )


def _unwanted(work: Work, wanted: Sequence[WantedStack], standing: Mapping[StackRef, Stack]) -> Iterator[DeleteStep]:
    """Yield a step for each stack that setup made once and that the file has no more."""
    refs = {one.ref for one in wanted}
    gone = [ref for ref, one in standing.items() if ref not in refs and is_ours(work, one)]
    for ref in sorted(gone, key=lambda one: (one.name, one.region, one.account)):
        stack = standing[ref]
        changes = in_order(_removed(one) for one in work.stacks(ref).resources(stack.id))
        plan = StackPlan(
            ref=ref,
            account=work.estate.account(ref.account).id,
            template="",
            action=StackAction.DELETE,
            changes=changes,
            project=stack.tags.get(PROJECT_TAG),
        )
        yield DeleteStep(plan=plan, stack=stack)


def _removed(resource: StackResource) -> Change:
    return Change(
        kind=Kind.REMOVED,
        resource=resource.logical_id,
        type=resource.type,
        physical_id=resource.physical_id,
        # The templates retain whatever holds data; a test holds them to it.
        kept=resource.type in HOLDS_DATA,
    )


def discard(work: Work, steps: Iterable[MakeStep]) -> None:
    """Delete the change sets that were made for a plan. What cannot be deleted harms nobody, and is left."""

    by_ref = {step.plan.ref: step for step in steps}

    def one(ref: StackRef) -> None:
        made = by_ref[ref].change_set
        if made is not None:
            with suppress(WaybillError):
                work.discard(ref, made, fresh=by_ref[ref].fresh)

    everywhere(one, list(by_ref))
