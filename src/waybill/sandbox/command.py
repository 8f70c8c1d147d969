"""Runs one command to its end, as a shell would: its signals, its exit code.

At a terminal the command shares our process group, so Ctrl-C reaches it without us. Elsewhere it leads a group of its
own: SIGINT, SIGTERM, SIGHUP and SIGQUIT that come to us are passed to that whole group, and what is left of the group
when the command has ended is ended too.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final, TextIO

NOT_FOUND: Final = 127
NOT_EXECUTABLE: Final = 126
_BY_SIGNAL: Final = 128
_PASSED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_FROM_TERMINAL: Final = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_LINGER_SECONDS: Final = 5.0


def run(command: Sequence[str], environ: Mapping[str, str], *, stderr: TextIO) -> int:
    """Run `command` with `environ` and this process's standard streams; return its exit code.

    128 + n when signal n ended it, 127 when it is not found, 126 when it cannot be executed (said on `stderr`).
    """
    passing = _Passing(shared=_at_terminal())
    with passing.signals():
        try:
            process = subprocess.Popen(command, env=environ, process_group=None if passing.shared else 0)
        except FileNotFoundError:
            stderr.write(f"waybill sandbox: {command[0]}: command not found\n")
            return NOT_FOUND
        except OSError as error:
            stderr.write(f"waybill sandbox: {command[0]}: {error.strerror}\n")
            return NOT_EXECUTABLE
        passing.begin(process)
        code = process.wait()
    if not passing.shared:
        _end_group(process.pid)
    return code if code >= 0 else _BY_SIGNAL - code


def _at_terminal() -> bool:
    """Tell whether Ctrl-C at our terminal comes to this process, and so to what shares its group."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


class _Passing:
    """Passes signals on to a command, from before it is there."""

    def __init__(self, *, shared: bool) -> None:
        self.shared = shared
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Pass signals on inside of the `with`, where this is the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._pass) for number in _PASSED}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def begin(self, process: subprocess.Popen[bytes]) -> None:
        """The command is there: pass on what came before it."""
        self._process = process
        while self._early:
            self._pass(self._early.pop(), None)

    def _pass(self, number: int, _: FrameType | None) -> None:
        if self._process is None:
            self._early.append(number)
        elif self.shared and number not in _FROM_TERMINAL:
            self._process.send_signal(number)
        elif not self.shared and self._process.poll() is None:
            _send(self._process.pid, number)


def _send(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def _end_group(group: int) -> None:
    """End what the command left running in its group: asked first, killed after `_LINGER_SECONDS`."""
    deadline = time.monotonic() + _LINGER_SECONDS
    alive = _send(group, signal.SIGTERM)
    while alive and time.monotonic() < deadline:
        time.sleep(0.02)
        alive = _send(group, 0)
    if alive:
        _send(group, signal.SIGKILL)
