"""What all work on stacks is done with, and the doing of one resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from waybill.sandbox.engine.cloudformation import faults
from waybill.sandbox.engine.cloudformation.kinds import Kind, Made, Place
from waybill.sandbox.engine.cloudformation.stack import Kept, Stack, Where
from waybill.sandbox.engine.cloudformation.template import Resource
from waybill.sandbox.engine.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Shared by all work. `client` gives what makes botocore clients of an account; `stacks` those of a place."""

    lock: AbstractContextManager[Any]
    clock: Callable[[], float]
    new_id: Callable[[], str]
    kinds: Mapping[str, Kind]
    client: Callable[[Where], Callable[..., Any]]
    faults: faults.Faults
    stacks: Callable[[Where], Iterable[Stack]]

    def kind(self, name: str) -> Kind:
        """Return a type; raises `Refusal`."""
        if name not in self.kinds:
            raise Refusal("ValidationError", f"The sandbox does not have the type {name}.")
        return self.kinds[name]

    def check(self, declared: Resource, properties: Mapping[str, Any]) -> Kind:
        """Return the type of a resource; raises `Refusal` where it does not honour one of the properties."""
        kind = self.kind(declared.type)
        strange = sorted(properties.keys() - kind.known)
        if strange:
            raise Refusal(
                "ValidationError",
                f"Properties validation failed for resource {declared.logical_id} with message: "
                f"#: extraneous key [{', '.join(strange)}] is not permitted",
            )
        return kind

    def place(self, stack: Stack, logical_id: str, tags: Mapping[str, str]) -> Place:
        """Return where a resource of a stack is."""
        return Place(
            account=stack.where.account,
            region=stack.where.region,
            stack=stack.name,
            logical_id=logical_id,
            stack_id=stack.id,
            tags=tags,
            client=self.client(stack.where),
        )

    def create(self, stack: Stack, declared: Resource, properties: Mapping[str, Any], tags: Mapping[str, str]) -> Kept:
        """Make a resource; raises what is in `reasons.EXPECTED`."""
        kind = self.check(declared, properties)
        self._disturb(stack, declared.logical_id, faults.MAKE)
        made = kind.create(properties, self.place(stack, declared.logical_id, tags))
        return Kept(declared=declared, made=made, properties=properties, tags=tags)

    def update(self, stack: Stack, before: Kept, after: Kept) -> Kept:
        """Change a resource in place into what `after` says; raises what is in `reasons.EXPECTED`."""
        kind = self.check(after.declared, after.properties)
        name = after.declared.logical_id
        self._disturb(stack, name, faults.MAKE)
        place = self.place(stack, name, after.tags)
        made: Made = kind.update(before.made, before.properties, after.properties, place)
        return Kept(declared=after.declared, made=made, properties=after.properties, tags=after.tags)

    def delete(self, stack: Stack, kept: Kept) -> None:
        """Delete a resource; raises what is in `reasons.EXPECTED`."""
        name = kept.declared.logical_id
        self._disturb(stack, name, faults.DELETE)
        self.kind(kept.declared.type).delete(kept.made, kept.properties, self.place(stack, name, kept.tags))

    def _disturb(self, stack: Stack, logical_id: str, on: str) -> None:
        fault = self.faults.take(stack.name, logical_id, on)
        if fault is None:
            return
        fault.wait()
        if fault.fail is not None:
            raise Refusal("Fault", f'Resource handler returned message: "{fault.fail}"')
