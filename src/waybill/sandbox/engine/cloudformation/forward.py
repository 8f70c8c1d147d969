"""The way forward: every resource of a stack made or changed into what it should be, in the order of their needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from waybill.sandbox.engine.cloudformation import exports, scopes
from waybill.sandbox.engine.cloudformation.functions import resolve
from waybill.sandbox.engine.cloudformation.hands import Hands
from waybill.sandbox.engine.cloudformation.kinds import Made
from waybill.sandbox.engine.cloudformation.reasons import EXPECTED, reason_of
from waybill.sandbox.engine.cloudformation.stack import (
    COMPLETE,
    CREATE,
    FAILED,
    IN_PROGRESS,
    UPDATE,
    Kept,
    Output,
    Stack,
    Step,
    Target,
)
from waybill.sandbox.engine.cloudformation.teller import Teller
from waybill.sandbox.engine.cloudformation.template import Resource
from waybill.sandbox.engine.refusals import Refusal

_INITIATED: Final = "Resource creation Initiated"
_NEW_ONE: Final = "Requested update requires the creation of a new physical resource; hence creating one."


class Stopped(Exception):
    """Something failed; `reason` is the stack's."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(slots=True, kw_only=True, eq=False)
class Forward:
    """One way forward. `steps` are those taken, in their order."""

    hands: Hands
    stack: Stack
    target: Target
    tell: Teller
    steps: list[Step] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)

    def run(self) -> dict[str, Output]:
        """Make it all; return the stack's outputs. Raises `Stopped`."""
        left = self.target.resources()
        while left:
            ready = {name: each for name, each in left.items() if not each.needs & left.keys()}
            self._together(ready)
            for name in ready:
                del left[name]
        try:
            return exports.outputs(self.hands, self.stack, self.target, self._scope())
        except Refusal as refusal:
            raise Stopped(f"{refusal.message.rstrip('.')}. ") from None

    def _together(self, ready: Mapping[str, Resource]) -> None:
        """Begin those that need nothing any more together; what one leaves begun when it fails is cancelled."""
        begun: dict[str, tuple[Resource, Mapping[str, Any], str]] = {}
        for name, declared in ready.items():
            before = self.stack.resources.get(name)
            try:
                properties = resolve(declared.properties, self._scope())
                # Asked now, so that a type that is not known fails before anything of this level is made.
                action = CREATE if before is None else self._action(before, declared, properties)
            except EXPECTED as error:
                self._cancel(begun)
                raise self._failed(declared, CREATE if before is None else UPDATE, error) from None
            if action:
                begun[name] = declared, properties, action
                self._say(declared, UPDATE if before else CREATE, IN_PROGRESS, properties=properties)
            elif before is not None:
                self.stack.resources[name] = replace(before, declared=declared)
        for name in list(begun):
            declared, properties, action = begun.pop(name)
            verb = UPDATE if name in self.stack.resources else CREATE
            try:
                self._do(declared, properties, action)
            except EXPECTED as error:
                failed = self._failed(declared, verb, error, properties)
                self._cancel(begun)
                raise failed from None

    def _action(self, before: Kept, declared: Resource, properties: Mapping[str, Any]) -> str:
        kind = self.hands.kind(declared.type)
        changed = {
            name
            for name in before.properties.keys() | properties.keys()
            if before.properties.get(name) != properties.get(name)
        }
        if changed & kind.replaces:
            return _NEW_ONE
        retagged = "Tags" in kind.known and before.tags != self.target.tags
        return UPDATE if changed or retagged else ""

    def _do(self, declared: Resource, properties: Mapping[str, Any], action: str) -> None:
        name = declared.logical_id
        before = self.stack.resources.get(name)
        if before is None or action == _NEW_ONE:
            if before is not None:
                physical = before.made.physical_id
                self._say(declared, UPDATE, IN_PROGRESS, physical=physical, reason=_NEW_ONE, properties=properties)
            after = self.hands.create(self.stack, declared, properties, self.target.tags)
            self.steps.append(Step(before, after, replaced=before is not None))
            verb, physical = UPDATE if before else CREATE, after.made.physical_id
            self._say(declared, verb, IN_PROGRESS, physical=physical, reason=_INITIATED, properties=properties)
        else:
            wanted = Kept(declared=declared, made=before.made, properties=properties, tags=self.target.tags)
            self.steps.append(Step(before, wanted))
            after = self.hands.update(self.stack, before, wanted)
            self.steps[-1] = Step(before, after)
            verb, physical = UPDATE, after.made.physical_id
        self.stack.resources[name] = after
        self._say(declared, verb, COMPLETE, physical=physical, properties=properties)

    def _failed(
        self, declared: Resource, verb: str, error: Exception, properties: Mapping[str, Any] | None = None
    ) -> Stopped:
        name = declared.logical_id
        before = self.stack.resources.get(name)
        physical = before.made.physical_id if before else ""
        reason = reason_of(error, name, declared.type)
        self._say(declared, verb, FAILED, physical=physical, reason=reason, properties=properties)
        return Stopped(f"The following resource(s) failed to {verb.lower()}: [{name}]. ")

    def _cancel(self, begun: Mapping[str, tuple[Resource, Mapping[str, Any], str]]) -> None:
        for name, (declared, properties, _) in begun.items():
            before = self.stack.resources.get(name)
            verb, what = (UPDATE, "Resource update cancelled") if before else (CREATE, "Resource creation cancelled")
            physical = before.made.physical_id if before else ""
            self._say(declared, verb, FAILED, physical=physical, reason=what, properties=properties)

    def _say(
        self,
        declared: Resource,
        verb: str,
        status: str,
        *,
        physical: str = "",
        reason: str = "",
        properties: Mapping[str, Any] | None = None,
    ) -> None:
        known = self.stack.resources.get(declared.logical_id)
        self.tell.resource(
            declared.logical_id,
            declared.type,
            f"{verb}_{status}",
            physical_id=physical or (known.made.physical_id if known else ""),
            reason=reason,
            properties=properties,
        )

    def _scope(self) -> Any:
        def found(name: str) -> Made | None:
            kept = self.stack.resources.get(name)
            return kept.made if kept else None

        def exported(name: str) -> str:
            self.imports.add(name)
            return exports.value(self.hands, self.stack, name)

        return scopes.scope(self.target, found, exported)
