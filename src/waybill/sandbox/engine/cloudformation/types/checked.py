"""A type whose properties are looked at before it makes anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.sandbox.engine.cloudformation.kinds import Kind, Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import unfit


class Maker(Kind, Protocol):
    """A `Kind` that may take for granted that the properties that it requires are there, and no unknown ones."""

    @property
    def required(self) -> frozenset[str]:
        """Return the names of the properties without which nothing can be made."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """A `Kind` that says what is missing, or unknown, instead of making a resource."""

    maker: Maker

    @property
    def type(self) -> str:
        """Return the name of the type."""
        return self.maker.type

    @property
    def known(self) -> frozenset[str]:
        """Return the names of the properties that it honours."""
        return self.maker.known

    @property
    def replaces(self) -> frozenset[str]:
        """Return the names of those whose change makes a new resource."""
        return self.maker.replaces

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """Make the resource."""
        self._check(properties)
        return self.maker.create(properties, place)

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change the resource in place."""
        self._check(after)
        return self.maker.update(made, before, after, place)

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """Delete the resource."""
        self.maker.delete(made, properties, place)

    def _check(self, properties: Mapping[str, Any]) -> None:
        faults = [f"required key [{name}] not found" for name in sorted(self.maker.required - properties.keys())]
        faults += [f"extraneous key [{name}] is not permitted" for name in sorted(properties.keys() - self.known)]
        if faults:
            raise unfit(f"#: {'; #: '.join(faults)}")
