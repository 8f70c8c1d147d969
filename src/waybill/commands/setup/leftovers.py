"""`delete-data`: what the stacks of a project left behind goes for good, once they are no longer wanted themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from waybill.commands.setup.work import Steps, Work
from waybill.commands.tools import everywhere
from waybill.domain.setup.plan import DELETABLE, Beside, StackAction, StackEnd
from waybill.domain.setup.wanted import PROJECT_TAG, SETUP_TAG, StackRef
from waybill.errors import ConflictError, WaybillError
from waybill.ports.stacks import Stack, StackResource

Place = tuple[str, str]
"""An account's name, and a region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """One resource that goes with its data, and how people see it."""

    ref: StackRef
    resource: StackResource
    shown: Beside


def plan_leftovers(work: Work, steps: Steps, places: Sequence[Place], projects: Sequence[str]) -> tuple[Leftover, ...]:
    """Return what goes with the data of these projects, keys last: of stacks that go now, and that went before.

    Raises `ConflictError` for what a stack that stays has, or names.
    """
    if not projects:
        return ()
    found = [(ref, one) for ref, stack in _stacks(work, steps, places, projects) for one in _holding(work, ref, stack)]
    by_id = {(ref.account, ref.region, one.physical_id): (ref, one) for ref, one in found}
    _refuse_used(work, steps, [one.physical_id for _, one in by_id.values()])
    held, errors = everywhere(lambda key: _look(work, *by_id[key]), list(by_id))
    for error in errors.values():
        raise error
    left = [one for one in held.values() if one is not None]
    return tuple(sorted(left, key=lambda one: (DELETABLE.index(one.resource.type), one.ref, one.resource.physical_id)))


def delete_leftovers(work: Work, leftovers: Sequence[Leftover]) -> tuple[Beside, ...]:
    """Delete them, one after the other; after the first that fails the rest is left."""
    ends: list[Beside] = []
    for one in leftovers:
        if any(end.end is not StackEnd.DELETED for end in ends):
            ends.append(replace(one.shown, end=StackEnd.NOT_REACHED))
            continue
        try:
            work.tools.cancellation.check()
            work.accounts[one.ref.account].leftovers(one.ref.region).delete(one.resource)
        except WaybillError as error:
            ends.append(one.shown.failed(error))
        else:
            ends.append(replace(one.shown, end=StackEnd.DELETED))
    return tuple(ends)


def _stacks(
    work: Work, steps: Steps, places: Sequence[Place], projects: Sequence[str]
) -> Iterator[tuple[StackRef, Stack]]:
    ours = work.prepared.prefixes.stack
    for step in steps.going:
        if step.plan.project in projects:
            yield step.plan.ref, step.stack

    def gone(place: Place) -> list[Stack]:
        return list(work.accounts[place[0]].stacks(place[1]).gone(f"{ours}-"))

    answers, errors = everywhere(gone, list(places))
    for error in errors.values():
        raise error
    for (account, region), stacks in answers.items():
        for stack in stacks:
            if stack.tags.get(SETUP_TAG) == ours and stack.tags.get(PROJECT_TAG) in projects:
                yield StackRef(account, region, stack.name), stack


def _holding(work: Work, ref: StackRef, stack: Stack) -> list[StackResource]:
    return [one for one in work.stacks(ref).resources(stack.id) if one.type in DELETABLE and one.physical_id]


def _look(work: Work, ref: StackRef, resource: StackResource) -> Leftover | None:
    held = work.accounts[ref.account].leftovers(ref.region).look(resource)
    if held is None:
        return None
    shown = Beside(
        what=f"{resource.type} {resource.physical_id}",
        account=ref.account,
        region=ref.region,
        action=StackAction.DELETE,
        detail=held.what,
        data=True,
    )
    return Leftover(ref=ref, resource=resource, shown=shown)


def _refuse_used(work: Work, steps: Steps, ids: Sequence[str]) -> None:
    """Raise for what belongs to a stack that stays, or that such a stack's parameters name."""
    staying: Mapping[StackRef, str] = {step.plan.ref: step.stack.id for step in steps.making if step.stack is not None}
    owned = {one.physical_id for ref, stack in staying.items() for one in work.stacks(ref).resources(stack)}
    named = " ".join(value for step in steps.making for value in step.plan.parameters.values())
    used = sorted(one for one in set(ids) if one in owned or one in named)
    if used:
        raise ConflictError(
            f"Its data is not deleted, since the file still has a use for it: {', '.join(used)}.",
            "Take it out of the file first. Nothing was changed.",
        )
