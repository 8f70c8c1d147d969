"""Threads of thread pools, used again: starting one costs more than most of what Waybill's pools do in tests.

The pools stay the standard library's own, each with as many threads as it asks for; only where a thread comes from
differs. A task finds a context of its own and its pool's name, as in a new one.
"""

from __future__ import annotations

import concurrent.futures.thread
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

_idle: list[_Kept] = []


@contextmanager
def used_again() -> Iterator[None]:
    """Have every `ThreadPoolExecutor` of this process take such threads."""
    own = concurrent.futures.thread.threading  # type: ignore[attr-defined]
    given = SimpleNamespace(**{**vars(own), "Thread": Borrowed})
    concurrent.futures.thread.threading = given  # type: ignore[attr-defined]
    try:
        yield
    finally:
        concurrent.futures.thread.threading = own  # type: ignore[attr-defined]


class Borrowed:
    """As much of a `threading.Thread` as a pool needs."""

    def __init__(self, *, name: str, target: Callable[..., object], args: tuple[Any, ...]) -> None:
        self._name, self._target, self._args = name, target, args
        self._ended = threading.Lock()

    def start(self) -> None:
        """Begin in a thread that is idle, or in a new one."""
        self._ended.acquire()
        try:
            kept = _idle.pop()
        except IndexError:
            kept = _Kept()
            kept.start()
        kept.tasks.put(self)

    def join(self) -> None:
        """Wait for the end."""
        with self._ended:
            return

    def run(self) -> None:
        """Do what the pool gave it to do."""
        threading.current_thread().name = self._name
        try:
            Context().run(self._target, *self._args)
        finally:
            self._ended.release()


class _Kept(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.tasks: SimpleQueue[Borrowed] = SimpleQueue()

    def run(self) -> None:
        while True:
            self.tasks.get().run()
            _idle.append(self)
