"""What the server remembers: objects (small ones whole, large ones by size and checksums) and parameters."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from drain.world import Place, parameters_at_start


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One object as it was claimed: `headers` are those that HEAD answers, `body` is None for a large one."""

    size: int
    etag: str
    headers: Mapping[str, str]
    checksums: Mapping[str, str]
    body: bytes | None = None
    version_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    modified: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class Value:
    """One version of a parameter."""

    name: str
    value: str
    number: int
    modified: float


class Shelf:
    """The one memory behind all workers; its methods are what a worker may ask for."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str], Stored] = {}
        self._parameters: dict[tuple[Place, str], list[Value]] = {}

    def put(self, bucket: str, key: str, stored: Stored, *, create_only: bool) -> bool:
        """Store, or return False where something is stored and `create_only` was asked for."""
        if create_only and (bucket, key) in self._objects:
            return False
        self._objects[bucket, key] = stored
        return True

    def find(self, bucket: str, key: str) -> Stored | None:
        return self._objects.get((bucket, key))

    def listing(self, bucket: str, prefix: str) -> list[tuple[str, Stored]]:
        return sorted(
            (key, stored)
            for (owner, key), stored in self._objects.items()
            if owner == bucket and key.startswith(prefix)
        )

    def holders(self, key: str) -> dict[str, int]:
        """Return the size in bytes of `key` for each bucket that holds it."""
        return {bucket: stored.size for (bucket, name), stored in self._objects.items() if name == key}

    def history(self, place: Place, name: str) -> list[Value]:
        """Return every version of one parameter, the oldest first; empty where it is absent."""
        known = self._parameters.get((place, name))
        if known is None and name in (start := parameters_at_start(place)):
            known = [Value(name, start[name], 1, time.time())]
        return known or []

    def set(self, place: Place, name: str, value: str, *, overwrite: bool) -> int | None:
        """Return the new version's number; None where the parameter exists and may not be overwritten."""
        known = self.history(place, name)
        if known and not overwrite:
            return None
        number = known[-1].number + 1 if known else 1
        self._parameters[place, name] = [*known, Value(name, value, number, time.time())][-100:]
        return number
