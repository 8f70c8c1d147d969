"""Worker processes that share one listening socket, and the one process behind them that remembers.

A thread for each connection in one process costs clients with many connections a fifth of their speed: every
TLS record takes the interpreter lock. The kernel hands connections to the waiting workers in turn, so a dozen
connections are spread over as many locks as there are workers.
"""

from __future__ import annotations

import os
import signal
import ssl
import threading
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from socket import IPPROTO_TCP, TCP_NODELAY, socket
from typing import Any

from drain.s3 import S3
from drain.services import route
from drain.shelf import Shelf, Stored, Value
from drain.stream import Closed, Stream
from drain.wire import Handler, converse
from drain.world import Place


class RemoteShelf:
    """A worker's view of the shelf: each call is one message to the process that remembers."""

    def __init__(self, link: Connection) -> None:
        self._link = link
        self._lock = threading.Lock()

    def _ask(self, name: str, *args: object, **options: object) -> Any:
        with self._lock:
            self._link.send((name, args, options))
            return self._link.recv()

    def put(self, bucket: str, key: str, stored: Stored, *, create_only: bool) -> bool:
        return bool(self._ask("put", bucket, key, stored, create_only=create_only))

    def find(self, bucket: str, key: str) -> Stored | None:
        found: Stored | None = self._ask("find", bucket, key)
        return found

    def listing(self, bucket: str, prefix: str) -> list[tuple[str, Stored]]:
        found: list[tuple[str, Stored]] = self._ask("listing", bucket, prefix)
        return found

    def history(self, place: Place, name: str) -> list[Value]:
        found: list[Value] = self._ask("history", place, name)
        return found

    def set(self, place: Place, name: str, value: str, *, overwrite: bool) -> int | None:
        number: int | None = self._ask("set", place, name, value, overwrite=overwrite)
        return number


class Workers:
    """The worker processes; started on construction, ended by `stop`."""

    def __init__(self, listener: socket, context: ssl.SSLContext, shelf: Shelf, count: int) -> None:
        self._lock = threading.Lock()
        # Nobody writes to it: its read end closes when this process is gone, however it went.
        lifeline, self._alive = os.pipe()
        fork = get_context("fork")
        links = [fork.Pipe() for _ in range(count)]
        self._processes: Sequence[BaseProcess] = [
            fork.Process(target=_work, args=(listener, context, theirs, lifeline, self._alive)) for _, theirs in links
        ]
        for process in self._processes:
            process.start()
        # Threads only after the last fork.
        for ours, _ in links:
            threading.Thread(target=self._serve, args=(ours, shelf), daemon=True).start()

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes if process.pid is not None]

    def _serve(self, link: Connection, shelf: Shelf) -> None:
        while True:
            try:
                name, args, options = link.recv()
            except EOFError:
                return  # that worker has ended
            with self._lock:
                said = getattr(shelf, name)(*args, **options)
            link.send(said)

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()


def _work(listener: socket, context: ssl.SSLContext, link: Connection, lifeline: int, alive: int) -> None:
    os.close(alive)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
    shelf = RemoteShelf(link)
    handler = route(S3(shelf), shelf)
    while True:
        accepted, _ = listener.accept()
        threading.Thread(target=_talk, args=(accepted, context, handler), daemon=True).start()


def _end_with_parent(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(0)


def _talk(accepted: socket, context: ssl.SSLContext, handler: Handler) -> None:
    accepted.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    try:
        with context.wrap_socket(accepted, server_side=True) as connection:
            converse(Stream(connection), handler)
    except (Closed, OSError):
        return  # the client hung up; ssl.SSLError is an OSError
