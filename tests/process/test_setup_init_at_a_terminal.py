from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

PATIENCE = 60.0
"""Seconds; far more than any of it takes."""

# Its own first act: a keyboard's Ctrl-C goes to who has the terminal.
ITS_TERMINAL = """
import fcntl, runpy, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv = ["waybill", "setup", "init"]
runpy.run_module("waybill", run_name="__main__")
"""


@dataclass(slots=True)
class Terminal:
    """A command at a terminal of its own. `shown` is all that it wrote there."""

    child: subprocess.Popen[bytes]
    screen: int
    shown: bytes = field(default=b"")

    def sees(self, words: str) -> None:
        """Wait until something new is shown that has these words in it."""
        wanted = words.encode()
        while wanted not in self.shown:
            assert select.select([self.screen], [], [], PATIENCE)[0], self.shown.decode()
            self.shown += os.read(self.screen, 65536)
        self.shown = self.shown.partition(wanted)[2]

    def types(self, text: str) -> None:
        os.write(self.screen, text.encode())

    def ends(self) -> int:
        """Return the exit code."""
        with suppress(OSError):  # Linux says EIO where the other side is gone
            while select.select([self.screen], [], [], PATIENCE)[0] and (more := os.read(self.screen, 65536)):
                self.shown += more
        return self.child.wait(PATIENCE)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    screen, other = pty.openpty()
    environ = {**os.environ, "AWS_REGION": "eu-west-1", "NO_COLOR": "1"}
    command = [sys.executable, "-c", ITS_TERMINAL]
    with subprocess.Popen(
        command, stdin=other, stdout=other, stderr=other, cwd=tmp_path, env=environ, start_new_session=True
    ) as child:
        os.close(other)
        yield Terminal(child, screen)
        child.kill()
    os.close(screen)


def test_the_questions_are_answered_and_the_file_is_written(terminal: Terminal, tmp_path: Path) -> None:
    for question, answer in (
        ("Regions? [eu-west-1]", ""),
        ("Configuration parameter? [/startifact]", ""),
        ("Bucket name parameter? [/buckets/staging]", "/aws/x"),
        ("Systems Manager reserves these names.", ""),
        ("Bucket key prefix?", ""),
        ("Project parameter name prefix? [/artifacts]", ""),
        ("The first account's name? [development]", ""),
        ("The id of development, twelve digits?", "111111111111"),
        ("OrganizationAccountAccessRole]", ""),
        ("Another account's name? [production]", "-"),
        ("Repository?", ""),
        ("The pipeline's name?", ""),
    ):
        terminal.sees(question)
        terminal.types(f"{answer}\n")
    assert terminal.ends() == 0
    assert "Wrote waybill.yaml: 1 account in 1 region." in terminal.shown.decode()
    assert yaml.safe_load((tmp_path / "waybill.yaml").read_text())["regions"] == ["eu-west-1"]


@pytest.mark.parametrize(
    ("key", "code", "told"),
    [("\x03", 130, "Cancelled at a question. Nothing was changed."), ("\x04", 2, "Nothing was written.")],
)
def test_somebody_who_stops_leaves_nothing_behind(
    terminal: Terminal, tmp_path: Path, key: str, code: int, told: str
) -> None:
    terminal.sees("Regions?")
    terminal.types("\n")
    terminal.sees("Configuration parameter?")
    terminal.types(key)
    assert terminal.ends() == code
    assert told in " ".join(terminal.shown.decode().split())
    assert list(tmp_path.iterdir()) == []
