"""CloudFormation of one account and region, as somebody sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from fakes.calls import Call
from fakes.cloudformation import CloudFormation
from fakes.stack_state import Place, SetState, StackState, Target, faults, made_set, making, outputs, parsed, place_of
from fakes.world import World
from waybill.errors import ConflictError, Fault, InputError
from waybill.ports.leftovers import Held
from waybill.ports.stacks import ChangeSet, Readiness, Stack, StackEvent, StackResource, Standing

EARLY = "AWS::EarlyValidation failed. Use the DescribeEvents API for detailed failure information."
MAKING = 2
"""How often a new change set is asked about before it is made."""


class FakeStacks:
    """Implements `ports.Stacks`."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    @property
    def _state(self) -> CloudFormation:
        return self._world.cloudformation

    def every(self) -> Sequence[Stack]:
        """Return every stack that stands."""
        with self._making("every-stack"), self._world.lock:
            self._world.must_have(self._region)
            return [shown(one) for one in self._here() if not one.gone]

    def gone(self, prefix: str) -> Sequence[Stack]:
        """Return the stacks of such names that were deleted."""
        with self._making("gone-stacks", prefix), self._world.lock:
            return [shown(one) for one in self._here() if one.gone and one.name.startswith(prefix)]

    def look(self, name: str) -> Stack | None:
        """Return a stack; what is under way there goes on by one step."""
        with self._making("look-stack", name), self._world.lock:
            found = self._state.find(self._account, self._region, name)
            if found is None:
                return None
            told = shown(found)
            self._state.advance(found)
            return told

    def prepare(
        self,
        name: str,
        change_set: str,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        *,
        new: bool,
    ) -> ChangeSet:
        """Begin to make a change set."""
        with self._making("prepare-stack", name), self._world.lock:
            target = Target(template=parsed(template), parameters=dict(parameters), tags=dict(tags))
            if wrong := faults(target.template, parameters):
                raise refused(name, wrong[0])
            stack = self._target(name, new=new)
            changes = self._state.changes(stack, target)
            before = stack.target
            same = before is not None and before.tags == target.tags and not changes
            empty = not new and same and outputs(stack, target) == stack.outputs
            told = made_set(stack, change_set, self._world.new_version(), changes, empty)
            if name in self._state.refusals:
                told = replace(told, readiness=Readiness.FAILED, changes=(), reason=EARLY)
            stack.sets[told.id] = SetState(name=change_set, told=told, target=target, new=new)
            return making(told)

    def change_set(self, change_set: ChangeSet) -> ChangeSet:
        """Return a change set; a new one is still being made the first times."""
        with self._making("look-change-set", change_set.id), self._world.lock:
            found = self._set(change_set)
            if found is None:
                raise ConflictError(f"{change_set.id} does not exist")
            found.asked += 1
            return found.told if found.asked >= MAKING else making(found.told)

    def causes(self, change_set: ChangeSet) -> Sequence[str]:
        """Return why a change set failed."""
        with self._making("stack-causes", change_set.stack_id), self._world.lock:
            stack = self._must(change_set.stack_id)
            return [f"{name}: {why}" for name, why in self._state.refusals.get(stack.name, {}).items()]

    def execute(self, change_set: ChangeSet) -> None:
        """Begin to do what a change set says; the second time nothing."""
        with self._making("execute-stack", change_set.stack_id), self._world.lock:
            found = self._set(change_set)
            if found is None or found.stale or found.told.readiness is not Readiness.READY:
                raise ConflictError(f"{change_set.id} is gone or stale", "Look at the plan again, and apply that.")
            if found.executed:
                return
            stack = self._stack(change_set.stack_id)
            assert stack is not None
            found.executed = True
            stack.sets = {found.told.id: found}
            if found.new:
                self._state.begin_creation(stack, found.target)
            else:
                self._state.begin_update(stack, found.target)

    def discard(self, change_set: ChangeSet, *, fresh: bool) -> bool:
        """Delete a change set, and the stack that is nothing but it."""
        with self._making("discard-stack", change_set.stack_id), self._world.lock:
            stack = self._stack(change_set.stack_id)
            if stack is None:
                return False
            stack.sets.pop(change_set.id, None)
            goes = fresh and stack.word == "REVIEW_IN_PROGRESS" and not stack.sets
            if goes:
                self._state.begin_going(stack)
            return goes

    def events(self, stack_id: str, after: str) -> Sequence[StackEvent]:
        """Return the events after one, oldest first."""
        with self._making("stack-events", stack_id), self._world.lock:
            events = self._must(stack_id).events
            ids = [one.id for one in events]
            return events[ids.index(after) + 1 :] if after in ids else list(events)

    def newest(self, stack_id: str) -> str:
        """Return the id of the newest event."""
        with self._making("stack-newest", stack_id), self._world.lock:
            return self._must(stack_id).events[-1].id

    def continue_rollback(self, stack_id: str) -> None:
        """Begin to continue a rollback that failed."""
        with self._making("continue-rollback", stack_id), self._world.lock:
            stack = self._must(stack_id)
            if stack.word != "UPDATE_ROLLBACK_FAILED":
                raise ConflictError(f"The rollback of {stack.name} is not to be continued any more.")
            self._state.begin_way_back(stack)

    def delete(self, stack_id: str) -> None:
        """Begin to delete a stack."""
        with self._making("delete-stack", stack_id), self._world.lock:
            stack = self._must(stack_id)
            if not stack.gone:
                self._state.begin_deletion(stack)

    def resources(self, stack_id: str) -> Sequence[StackResource]:
        """Return what a stack has, or had."""
        with self._making("stack-resources", stack_id), self._world.lock:
            stack = self._must(stack_id)
            return [
                StackResource(
                    logical_id=name, physical_id=one.physical_id, type=one.type, kept=stack.gone and one.keeps
                )
                for name, one in (stack.kept if stack.gone else stack.resources).items()
            ]

    def _target(self, name: str, *, new: bool) -> StackState:
        found = self._state.find(self._account, self._region, name)
        if new:
            if found is not None and found.word != "REVIEW_IN_PROGRESS":
                raise moved(name)
            return found or self._state.add(self._account, self._region, name, "REVIEW_IN_PROGRESS")
        if found is None or shown(found).standing is not Standing.WHOLE:
            raise moved(name)
        return found

    def _here(self) -> list[StackState]:
        return [one for one in self._state.stacks if (one.account, one.region) == (self._account, self._region)]

    def _stack(self, name: str) -> StackState | None:
        return self._state.find(self._account, self._region, name)

    def _must(self, stack_id: str) -> StackState:
        found = self._stack(stack_id)
        if found is None:
            raise refused(stack_id, "does not exist")
        return found

    def _set(self, change_set: ChangeSet) -> SetState | None:
        stack = self._stack(change_set.stack_id)
        return stack.sets.get(change_set.id) if stack and not stack.gone else None

    def _making(self, call: str, name: str = "") -> AbstractContextManager[None]:
        return self._world.calls.making(Call(region=self._region, call=call, name=name, account=self._account))


class FakeLeftovers:
    """Implements `ports.Leftovers`: what stacks left behind is there, and holds something."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def look(self, resource: StackResource) -> Held | None:
        """Return what a resource holds."""
        with self._making("look-leftover", resource), self._world.lock:
            there = self._place(resource) in self._world.cloudformation.there
            return Held("3 things", self._world.cloudformation.tags[self._place(resource)]) if there else None

    def delete(self, resource: StackResource) -> None:
        """Delete a resource."""
        with self._making("delete-leftover", resource), self._world.lock:
            self._world.cloudformation.there.pop(self._place(resource), None)

    def _place(self, resource: StackResource) -> Place:
        return place_of(self._account, self._region, resource.type, resource.physical_id)

    def _making(self, call: str, resource: StackResource) -> AbstractContextManager[None]:
        named = Call(region=self._region, call=call, name=resource.physical_id, account=self._account)
        return self._world.calls.making(named)


def shown(one: StackState) -> Stack:
    """Return a stack as the port tells it; one that is only reviewed has no tags yet."""
    return Stack(
        name=one.name,
        id=one.id,
        standing=standing(one.word),
        word=one.word,
        reason=one.reason,
        outputs=dict(one.outputs),
        tags=dict(one.target.tags) if one.target else {},
    )


def standing(word: str) -> Standing:
    """Return what AWS's word of a stack means."""
    if word in {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}:
        return Standing.BROKEN
    if word == "UPDATE_ROLLBACK_FAILED":
        return Standing.HALTED
    if word == "REVIEW_IN_PROGRESS":
        return Standing.REVIEW
    if word == "DELETE_COMPLETE":
        return Standing.GONE
    if word.endswith("_IN_PROGRESS"):
        return Standing.BUSY
    return Standing.STUCK if word.endswith("_FAILED") else Standing.WHOLE


def moved(name: str) -> ConflictError:
    """Return the error of a stack that is not as somebody saw it."""
    return ConflictError(f"The stack {name} is not as it was a moment ago: somebody else is setting up.")


def refused(name: str, why: str) -> InputError:
    """Return CloudFormation's ValidationError."""
    return InputError([Fault("", name, f"AWS does not take what this makes: {why}")])
