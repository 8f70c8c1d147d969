"""A command is run as a shell would run it: its code, its signals, nothing of it left behind."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import waybill
from waybill.sandbox import command

RUN = (
    sys.executable,
    "-c",
    "import os, sys; from waybill.sandbox import command; "
    "sys.exit(command.run(sys.argv[1:], os.environ, stderr=sys.stderr))",
)
COUNT_SIGNALS = """
import signal, sys, time
seen = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: seen.append(number))
print("listening", flush=True)
while not seen:
    time.sleep(0.01)
time.sleep(0.3)
print("seen", [int(number) for number in seen], flush=True)
sys.exit(10 + len(seen))
"""
IN_THE_FOREGROUND = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


def surroundings() -> dict[str, str]:
    source = str(Path(waybill.__file__).parent.parent)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])}


def start(*words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        words, env=surroundings(), stdin=stdin, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    return process


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -INT $$", 130), ("kill -KILL $$", 137)],
)
def test_the_commands_end_is_its_code(script: str, code: int) -> None:
    assert command.run(["sh", "-c", script], os.environ, stderr=io.StringIO()) == code


def test_a_command_that_is_not_there_is_127() -> None:
    stderr = io.StringIO()
    assert command.run(["no-such-command-of-waybill"], os.environ, stderr=stderr) == 127
    assert "no-such-command-of-waybill: command not found" in stderr.getvalue()


def test_a_command_that_cannot_be_executed_is_126(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("not a program")
    stderr = io.StringIO()
    assert command.run([str(plain)], os.environ, stderr=stderr) == 126
    assert str(plain) in stderr.getvalue()


def test_a_command_is_looked_up_on_the_path_that_it_is_given(tmp_path: Path) -> None:
    program = tmp_path / "only-here"
    program.write_text("#!/bin/sh\nexit 42\n")
    program.chmod(0o755)
    assert command.run(["only-here"], {"PATH": str(tmp_path)}, stderr=io.StringIO()) == 42


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_passed_on_once_and_the_command_decides(number: signal.Signals) -> None:
    process = start(*RUN, sys.executable, "-c", COUNT_SIGNALS)
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)
    assert (out, process.returncode) == (f"seen [{int(number)}]\n", 11)


def test_a_signal_to_the_whole_group_reaches_the_command_once_too() -> None:
    process = start(*RUN, sys.executable, "-c", COUNT_SIGNALS)
    os.killpg(process.pid, signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert (out, process.returncode) == ("seen [15]\n", 11)


def test_at_a_terminal_ctrl_c_reaches_the_command_once() -> None:
    master, terminal = pty.openpty()
    process = start(sys.executable, "-c", IN_THE_FOREGROUND, *RUN, sys.executable, "-c", COUNT_SIGNALS, stdin=terminal)
    os.close(terminal)
    os.write(master, b"\x03")
    out, _ = process.communicate(timeout=30)
    os.close(master)
    assert (out, process.returncode) == ("seen [2]\n", 11)


def test_nothing_that_the_command_started_outlives_it() -> None:
    process = start(*RUN, "sh", "-c", "echo listening; sleep 300 & echo $!; exit 3")
    assert process.stdout is not None
    left = int(process.stdout.readline())
    process.communicate(timeout=30)
    assert process.returncode == 3
    assert not is_there(left)


def test_the_callers_own_signal_handlers_are_back_afterwards() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    command.run(["true"], os.environ, stderr=io.StringIO())
    assert {number: signal.getsignal(number) for number in before} == before
