"""`delete-data`: what the stacks of a project left behind goes for good, once they are no longer wanted themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from waybill.commands.setup.applying.work import Steps, Work
from waybill.commands.together import together
from waybill.commands.tools import everywhere
from waybill.domain.setup.plan import DELETABLE, Beside, StackAction, StackEnd
from waybill.domain.setup.stacks.wanted import PROJECT_TAG, SETUP_TAG, StackRef
from waybill.errors import ConflictError, Fault, InputError, WaybillError
from waybill.ports.leftovers import Held
from waybill.ports.stacks import Stack, StackResource
from waybill.progress import Warned

Place = tuple[str, str]
"""An account's name, and a region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """One resource that goes with its data, the project that it is of, and how people see it."""

    ref: StackRef
    resource: StackResource
    project: str
    shown: Beside


def plan_leftovers(work: Work, steps: Steps, places: Sequence[Place], projects: Sequence[str]) -> tuple[Leftover, ...]:
    """Return what goes with the data of these projects, keys last: of stacks that go now, and that went before.

    Raises `ConflictError` for what a stack that stays has, or names, `InputError` for a project that there is nowhere.
    """
    if not projects:
        return ()
    stacks = _stacks(work, steps, places, projects)
    _refuse_unknown(work, steps, projects, [stack for _, stack in stacks])
    found = [(ref, one, stack) for ref, stack in stacks for one in _holding(work, ref, stack)]
    by_id = {
        (ref.account, ref.region, one.physical_id): (ref, one, stack.tags[PROJECT_TAG]) for ref, one, stack in found
    }
    _refuse_used(work, steps, [one.physical_id for _, one, _ in by_id.values()])
    held, errors = everywhere(lambda key: _look(work, *by_id[key]), list(by_id))
    if errors:
        raise together(list(errors.values()))
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
            _delete(work, one)
        except WaybillError as error:
            ends.append(one.shown.failed(error))
        else:
            ends.append(replace(one.shown, end=StackEnd.DELETED))
    return tuple(ends)


def _delete(work: Work, one: Leftover) -> None:
    leftovers = work.accounts[one.ref.account].leftovers(one.ref.region)
    held = leftovers.look(one.resource)
    if held is None:
        return
    if not _is_of(work, held, one.project):
        raise ConflictError(
            f"{one.resource.physical_id} is no longer what setup made for {one.project}, by its tags.", "It stays."
        )
    leftovers.delete(one.resource)


def _is_of(work: Work, held: Held, project: str) -> bool:
    """Whether a resource is what setup made, by its own tags: since its stack went somebody may have taken its name."""
    return (held.tags.get(SETUP_TAG), held.tags.get(PROJECT_TAG)) == (work.estate.prefixes.stack, project)


def _stacks(work: Work, steps: Steps, places: Sequence[Place], projects: Sequence[str]) -> list[tuple[StackRef, Stack]]:
    ours = work.estate.prefixes.stack
    found = [(step.plan.ref, step.stack) for step in steps.going if step.plan.project in projects]

    def gone(place: Place) -> list[Stack]:
        return list(work.accounts[place[0]].stacks(place[1]).gone(f"{ours}-"))

    answers, errors = everywhere(gone, list(places))
    if errors:
        raise together(list(errors.values()))
    return found + [
        (StackRef(account, region, stack.name), stack)
        for (account, region), stacks in answers.items()
        for stack in stacks
        if stack.tags.get(SETUP_TAG) == ours and stack.tags.get(PROJECT_TAG) in projects
    ]


def _refuse_unknown(work: Work, steps: Steps, projects: Sequence[str], stacks: Sequence[Stack]) -> None:
    """Raise for a project that neither the file has nor any stack, there or gone: its name may be mistyped."""
    known = {one.name for one in work.estate.projects} | {step.plan.project for step in steps.making}
    known |= {stack.tags[PROJECT_TAG] for stack in stacks}
    rule = "is no project of the file, and no stack that setup made was its own."
    faults = [Fault("delete-data", one, rule) for one in projects if one not in known]
    if faults:
        raise InputError(faults, "Nothing was changed.")


def _holding(work: Work, ref: StackRef, stack: Stack) -> list[StackResource]:
    return [one for one in work.stacks(ref).resources(stack.id) if one.type in DELETABLE and one.physical_id]


def _look(work: Work, ref: StackRef, resource: StackResource, project: str) -> Leftover | None:
    held = work.accounts[ref.account].leftovers(ref.region).look(resource)
    if held is None:
        return None
    if not _is_of(work, held, project):
        what = f"{resource.type} {resource.physical_id} in {ref.account}, {ref.region}"
        work.tools.reporter.tell(Warned(f"{what} stays: by its tags it is not what setup made for {project}."))
        return None
    shown = Beside(
        what=f"{resource.type} {resource.physical_id}",
        account=ref.account,
        region=ref.region,
        action=StackAction.DELETE,
        detail=held.what,
        data=True,
    )
    return Leftover(ref=ref, resource=resource, project=project, shown=shown)


def _refuse_used(work: Work, steps: Steps, ids: Sequence[str]) -> None:
    """Raise for what belongs to a stack that stays, or that such a stack's parameters name."""
    staying: Mapping[StackRef, str] = {step.plan.ref: step.stack.id for step in steps.making if step.stack is not None}
    owned = {one.physical_id for ref, stack in staying.items() for one in work.stacks(ref).resources(stack)}
    named = "\n".join(value for step in steps.making for value in step.plan.parameters.values())
    used = sorted(one for one in set(ids) if one in owned or _names(named, one))
    if used:
        raise ConflictError(
            f"Its data is not deleted, since the file still has a use for it: {', '.join(used)}.",
            "Take it out of the file first. Nothing was changed.",
        )


def _names(text: str, one: str) -> bool:
    """Whether a text names a resource: by its whole id, as itself or within an ARN."""
    return re.search(rf"(?<![\w.-]){re.escape(one)}(?![\w.-])", text, re.ASCII) is not None
