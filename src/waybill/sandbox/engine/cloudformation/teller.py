"""Tells what happens to a stack and to its resources, as events and as statuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from waybill.sandbox.engine.cloudformation.stack import TYPE, Event, Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Tells of one stack, for one request (`token`). `clock` tells seconds since the epoch, `new_id` makes UUIDs."""

    stack: Stack
    clock: Callable[[], float]
    new_id: Callable[[], str]
    lock: AbstractContextManager[Any]
    token: str = ""

    def status(self, status: str, reason: str = "") -> None:
        """The stack comes to a status."""
        stack = self.stack
        with self.lock:
            stack.status, stack.reason = status, reason
            stack.events.append(
                self._event(self.new_id(), stack.name, TYPE, status, physical_id=stack.id, reason=reason)
            )

    def resource(
        self,
        logical_id: str,
        type_name: str,
        status: str,
        *,
        physical_id: str = "",
        reason: str = "",
        properties: Mapping[str, Any] | None = None,
        aside: bool = False,
    ) -> None:
        """A resource comes to a status; `aside`: it is one that another has replaced."""
        with self.lock:
            event = self._event(
                f"{logical_id}-{status}-{self.new_id()}",
                logical_id,
                type_name,
                status,
                physical_id=physical_id,
                reason=reason,
                properties="" if properties is None else json.dumps(properties),
            )
            self.stack.events.append(event)
            if not aside:
                self.stack.rows[logical_id] = event

    def _event(self, name: str, logical_id: str, type_name: str, status: str, **more: str) -> Event:
        return Event(
            id=name,
            logical_id=logical_id,
            type=type_name,
            status=status,
            time=self.clock(),
            token=self.token,
            **more,
        )
