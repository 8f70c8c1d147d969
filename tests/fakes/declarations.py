"""Pipelines as they are declared, in memory: apart from those that run."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from fakes.calls import Call
from fakes.state import DeclaredState
from fakes.world import World
from waybill.domain.setup.pipelines.role import Declaration
from waybill.errors import Fault, InputError


class FakeDeclarations:
    """Implements `ports.Declarations` for one account and region."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def read(self, name: str) -> Declaration | None:
        """Return a declaration as it is now."""
        with self._making("read-declaration", name), self._world.lock:
            self._world.must_have(self._region)
            found = self._world.declarations.get((self._account, self._region, name))
            return None if found is None else _declaration(found)

    def update(self, document: Mapping[str, Any]) -> Declaration:
        """Put another declaration in a pipeline's place."""
        with self._making("update-declaration", str(document["name"])), self._world.lock:
            found = self._must(str(document["name"]))
            found.update(copy.deepcopy(dict(document)))
            return _declaration(found)

    def under_way(self, name: str) -> Sequence[str]:
        """Return the ids of the executions that have not ended."""
        with self._making("under-way", name), self._world.lock:
            return list(self._must(name).under_way)

    def _must(self, name: str) -> DeclaredState:
        found = self._world.declarations.get((self._account, self._region, name))
        if found is None:
            raise InputError([Fault("pipeline", name, f"is no pipeline in {self._region}.")])
        return found

    def _making(self, call: str, name: str) -> AbstractContextManager[None]:
        return self._world.calls.making(Call(region=self._region, call=call, name=name, account=self._account))


def _declaration(state: DeclaredState) -> Declaration:
    return Declaration(document=copy.deepcopy(state.document), version=state.version)
