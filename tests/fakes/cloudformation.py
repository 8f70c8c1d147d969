"""CloudFormation's stacks in memory: what a template makes is there or not, and work goes on as it is looked at.

Templates are evaluated as `templates.reading` does. Resources are made in the template's order, whatever they need.
What a test may do beside:

    world.cloudformation.fail("waybill-region", "Bucket", "it is taken", region="eu-west-1")
    world.cloudformation.hold("waybill-region"); world.cloudformation.release("waybill-region")
    world.cloudformation.change(stack)              # somebody else changes it, behind everybody's back
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from fakes.stack_state import (
    NAMED_BY,
    TAGGED,
    Json,
    Place,
    Resource,
    StackState,
    Target,
    changed,
    evaluated,
    outputs,
    physical_id,
    place,
)
from waybill.domain.setup.plan import Change, Kind
from waybill.ports.stacks import StackEvent

STACK_TYPE = "AWS::CloudFormation::Stack"
CANCELLED = {"CREATE": "Resource creation cancelled", "UPDATE": "Resource update cancelled"}


@dataclass(slots=True, kw_only=True)
class Failure:
    """One resource that is going to fail. `left` None: whenever it is tried."""

    stack: str
    resource: str
    reason: str
    region: str | None
    left: int | None


class CloudFormation:
    """Every stack of a world; `there` has what exists, by its type, `tags` its tags. Used under the world's lock."""

    def __init__(self) -> None:
        self.stacks: list[StackState] = []
        self.there: dict[Place, str] = {}
        self.tags: dict[Place, Mapping[str, str]] = {}
        self._failures: list[Failure] = []
        self.refusals: dict[str, dict[str, str]] = {}
        self._held: set[tuple[str, str | None]] = set()
        self._numbers = count(1)

    def fail(self, stack: str, resource: str, reason: str, *, region: str | None = None, times: int | None = 1) -> None:
        """Let a resource of stacks of that name fail, the next time that it is made, changed or deleted."""
        self._failures.append(Failure(stack=stack, resource=resource, reason=reason, region=region, left=times))

    def refuse(self, stack: str, resource: str, reason: str) -> None:
        """Let change sets of stacks of that name fail for a resource, as early validation does."""
        self.refusals.setdefault(stack, {})[resource] = reason

    def hold(self, name: str, region: str | None = None) -> None:
        """Let what is made and changed of stacks of that name take until they are released."""
        self._held.add((name, region))

    def release(self, name: str, region: str | None = None) -> None:
        """Let it go on."""
        self._held.discard((name, region))

    def find(self, account: str, region: str, name: str) -> StackState | None:
        """Return a stack by its name, deleted ones excepted, or by its id."""
        here = [one for one in self.stacks if (one.account, one.region) == (account, region)]
        return next((one for one in here if one.id == name or (one.name == name and not one.gone)), None)

    def add(self, account: str, region: str, name: str, word: str) -> StackState:
        """Register a new stack."""
        number = next(self._numbers)
        stack_id = f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{number:08d}"
        stack = StackState(account=account, region=region, name=name, id=stack_id, word=word)
        self.stacks.append(stack)
        self._tell(stack, name, STACK_TYPE, word)
        return stack

    def change(self, stack: StackState) -> None:
        """Let somebody change a stack: what was compared with it before is stale."""
        for one in stack.sets.values():
            one.stale = True
        self._say(stack, "UPDATE_IN_PROGRESS")
        self._say(stack, "UPDATE_COMPLETE")

    def stand(self, stack: StackState, word: str, reason: str = "") -> None:
        """Let a stack stand so from now on, whatever is in it."""
        stack.reason = reason
        self._say(stack, word)

    # What a change set would change

    def changes(self, stack: StackState, target: Target) -> tuple[Change, ...]:
        """Return what would change in a stack."""
        wanted = evaluated(stack, target).resources
        tags = stack.target is not None and stack.target.tags != target.tags
        found = []
        for name, body in wanted.items():
            before = stack.resources.get(name)
            if before is None:
                found.append(Change(kind=Kind.ADDED, resource=name, type=body["Type"]))
                continue
            properties = changed(before.properties, body.get("Properties", {}))
            if tags and before.type in TAGGED:
                properties |= {"Tags"}
            if properties:
                again = NAMED_BY.get(before.type) in properties
                found.append(
                    Change(
                        kind=Kind.REPLACED if again else Kind.CHANGED,
                        resource=name,
                        type=before.type,
                        physical_id=before.physical_id,
                        properties=tuple(sorted(properties)),
                        kept=again and before.keeps_replaced,
                    )
                )
        for name, before in stack.resources.items():
            if name not in wanted:
                found.append(
                    Change(
                        kind=Kind.REMOVED,
                        resource=name,
                        type=before.type,
                        physical_id=before.physical_id,
                        kept=before.keeps,
                    )
                )
        return tuple(found)

    # What is done

    def advance(self, stack: StackState) -> None:
        """Do one step of what is under way."""
        held = {(stack.name, stack.region), (stack.name, None)} & self._held
        if stack.work is None or (held and stack.word != "DELETE_IN_PROGRESS"):
            return
        if next(stack.work, self) is self:
            stack.work = None

    def begin_going(self, stack: StackState) -> None:
        """Let a stack go of which nothing was made."""
        self._say(stack, "DELETE_IN_PROGRESS", "User Initiated")
        stack.work = self._gone(stack)

    def begin_creation(self, stack: StackState, target: Target) -> None:
        stack.work = self._create(stack, target)

    def begin_update(self, stack: StackState, target: Target) -> None:
        for one in stack.sets.values():
            one.stale = True
        stack.work = self._update(stack, target)

    def begin_way_back(self, stack: StackState) -> None:
        stack.work = self._way_back(stack)

    def begin_deletion(self, stack: StackState) -> None:
        for one in stack.sets.values():
            one.stale = True
        stack.work = self._delete(stack)

    def _create(self, stack: StackState, target: Target) -> Iterator[None]:
        yield
        self._say(stack, "CREATE_IN_PROGRESS", "User Initiated")
        stack.target = target
        names = list(evaluated(stack, target).resources)
        for name in names:
            yield
            # Evaluated anew, as each may name what was made before it.
            body = evaluated(stack, target).resources[name]
            if reason := self._make(stack, name, body, "CREATE"):
                self._say(stack, "ROLLBACK_IN_PROGRESS", f"The following resource(s) failed to create: [{name}]. ")
                for made in reversed(list(stack.resources)):
                    yield
                    self._unmake(stack, made)
                stack.reason = reason
                self._say(stack, "ROLLBACK_COMPLETE")
                return
        yield
        stack.outputs = outputs(stack, target)
        self._say(stack, "CREATE_COMPLETE")

    def _update(self, stack: StackState, target: Target) -> Iterator[None]:
        yield
        self._say(stack, "UPDATE_IN_PROGRESS", "User Initiated")
        before, resources = stack.target, dict(stack.resources)
        plan = self.changes(stack, target)
        gone: list[Resource] = []
        for change in plan:
            if change.kind is Kind.REMOVED:
                continue
            yield
            body = evaluated(stack, target).resources[change.resource]
            old = stack.resources.get(change.resource)
            if change.kind is Kind.REPLACED and old is not None and not change.kept:
                gone.append(old)
            word = "CREATE" if change.kind is Kind.ADDED else "UPDATE"
            if self._make(stack, change.resource, body, word):
                self._say(stack, "UPDATE_ROLLBACK_IN_PROGRESS", "it failed")
                yield
                for name in [name for name in stack.resources if name not in resources]:
                    self._unmake(stack, name)
                stack.resources, stack.target = resources, before
                yield from self._back(stack)
                return
        stack.target = target
        self._say(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        yield
        for old in gone:
            self.there.pop(place(stack, old), None)
        for change in plan:
            if change.kind is Kind.REMOVED:
                self._remove(stack, change.resource)
        stack.outputs = outputs(stack, target)
        self._say(stack, "UPDATE_COMPLETE")

    def _delete(self, stack: StackState) -> Iterator[None]:
        yield
        self._say(stack, "DELETE_IN_PROGRESS", "User Initiated")
        for name in reversed(list(stack.resources)):
            yield
            if not self._remove(stack, name):
                self._say(stack, "DELETE_FAILED", f"The following resource(s) failed to delete: [{name}]. ")
                return
        yield
        stack.outputs = {}
        self._say(stack, "DELETE_COMPLETE")

    def _way_back(self, stack: StackState) -> Iterator[None]:
        yield
        self._say(stack, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        yield from self._back(stack)

    def _back(self, stack: StackState) -> Iterator[None]:
        for name in stack.resources:
            yield
            if reason := self._failing(stack, name):
                self._tell(stack, name, stack.resources[name].type, "UPDATE_FAILED", reason)
                self._say(stack, "UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{name}]. ")
                return
        self._say(stack, "UPDATE_ROLLBACK_COMPLETE")

    def _gone(self, stack: StackState) -> Iterator[None]:
        yield
        self._say(stack, "DELETE_COMPLETE")

    def _make(self, stack: StackState, name: str, body: Json, word: str) -> str:
        """Make or change a resource; return why that failed."""
        before, properties = stack.resources.get(name), body.get("Properties", {})
        own = properties.get(NAMED_BY.get(body["Type"], ""), "")
        same = before is not None and (not own or own == before.physical_id)
        made = Resource(
            type=body["Type"],
            physical_id=before.physical_id if same and before else own or physical_id(stack, name, body),
            properties=properties,
            keeps=body.get("DeletionPolicy") in {"Retain", "RetainExceptOnCreate"},
            keeps_replaced=body.get("UpdateReplacePolicy") == "Retain",
        )
        self._tell(stack, name, made.type, f"{word}_IN_PROGRESS")
        reason = self._failing(stack, name)
        if not reason and not same and place(stack, made) in self.there:
            reason = f"Resource handler returned message: {made.physical_id} already exists"
        if reason:
            # CloudFormation's events of one moment come in no order.
            self._tell(stack, f"{name}Beside", made.type, f"{word}_FAILED", CANCELLED[word])
            self._tell(stack, name, made.type, f"{word}_FAILED", reason)
            return reason
        self.there[place(stack, made)] = made.type
        self.tags[place(stack, made)] = stack.target.tags if stack.target else {}
        stack.resources[name] = made
        self._tell(stack, name, made.type, f"{word}_COMPLETE", physical=made.physical_id)
        return ""

    def _unmake(self, stack: StackState, name: str) -> None:
        """Take back what was made in vain: setup asks for RetainExceptOnCreate."""
        made = stack.resources.pop(name)
        self.there.pop(place(stack, made), None)
        self._tell(stack, name, made.type, "DELETE_COMPLETE", physical=made.physical_id)

    def _remove(self, stack: StackState, name: str) -> bool:
        made = stack.resources[name]
        if reason := self._failing(stack, name):
            self._tell(stack, name, made.type, "DELETE_FAILED", reason, made.physical_id)
            return False
        del stack.resources[name]
        stack.kept[name] = made
        if made.keeps:
            self._tell(stack, name, made.type, "DELETE_SKIPPED", physical=made.physical_id)
        else:
            self.there.pop(place(stack, made), None)
            self._tell(stack, name, made.type, "DELETE_COMPLETE", physical=made.physical_id)
        return True

    def _failing(self, stack: StackState, resource: str) -> str:
        for one in self._failures:
            fits = one.region in {None, stack.region} and (one.stack, one.resource) == (stack.name, resource)
            if fits and one.left != 0:
                one.left = None if one.left is None else one.left - 1
                return one.reason
        return ""

    def _say(self, stack: StackState, word: str, reason: str = "") -> None:
        stack.word = word
        self._tell(stack, stack.name, STACK_TYPE, word, reason)

    def _tell(
        self, stack: StackState, resource: str, type_: str, status: str, reason: str = "", physical: str = ""
    ) -> None:
        event = StackEvent(
            id=f"event-{next(self._numbers):08d}",
            resource=resource,
            type=type_,
            status=status,
            reason=reason,
            physical_id=physical,
        )
        stack.events.append(event)
