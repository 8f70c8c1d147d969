"""What stacks left behind when they were deleted, since it holds data: looked at, and deleted for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from waybill.ports.stacks import StackResource


@dataclass(frozen=True, slots=True)
class Held:
    """What is in a resource: a sentence for whoever decides, such as `12 objects and versions`; and its own tags."""

    what: str
    tags: Mapping[str, str] = field(default_factory=dict)


class Leftovers(Protocol):
    """One account's resources in one region, of the types that hold data."""

    def look(self, resource: StackResource) -> Held | None:
        """Return what a resource holds; None where it is not there any more, or is being deleted."""

    def delete(self, resource: StackResource) -> None:
        """Delete a resource with all that is in it, for good. Of a key: begin the thirty days after which it is."""
