"""A reader that goes away (`waybill --help | head -1`) ends the process quietly, whatever it was about to read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from waybill.errors import ExitCode

# As an image or a runner may have it: every write reaches the pipe at once.
UNBUFFERED = {**os.environ, "PYTHONUNBUFFERED": "1"}
BUFFERED = {**os.environ, "PYTHONUNBUFFERED": ""}
OF_A_BROKEN_PIPE = 141
FULL = Path("/dev/full")


def waybill(words: Sequence[str], *, environ: dict[str, str], stream: str) -> subprocess.CompletedProcess[bytes]:
    """Run with nobody at the other end of `stream`; the other stream is kept."""
    reader, writer = os.pipe()
    os.close(reader)
    out, err = (writer, subprocess.PIPE) if stream == "stdout" else (subprocess.PIPE, writer)
    command = [sys.executable, "-m", "waybill", *words]
    try:
        return subprocess.run(command, env=environ, stdout=out, stderr=err, timeout=60, check=False)
    finally:
        os.close(writer)


@pytest.mark.parametrize("environ", [BUFFERED, UNBUFFERED], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("words", [["--help"], ["--version"], ["stage", "--help"]], ids=" ".join)
def test_help_that_nobody_reads_ends_quietly(words: list[str], environ: dict[str, str]) -> None:
    ended = waybill(words, environ=environ, stream="stdout")
    assert (ended.stderr, ended.returncode) == (b"", ExitCode.OK)


@pytest.mark.parametrize("words", [["no-such-verb"], ["stage", "--json"]], ids=" ".join)
def test_an_error_that_nobody_reads_keeps_its_exit_code(words: list[str]) -> None:
    ended = waybill(words, environ=UNBUFFERED, stream="stderr")
    assert ended.returncode == ExitCode.INPUT


def test_the_sandbox_says_no_more_than_a_shell_would() -> None:
    ended = waybill(["sandbox", "--help"], environ=UNBUFFERED, stream="stdout")
    assert (ended.stderr, ended.returncode) == (b"", OF_A_BROKEN_PIPE)


@pytest.mark.parametrize("words", [["--help"], ["stage", "--help"]], ids=" ".join)
def test_streams_that_were_closed_from_the_beginning_do_no_harm(words: list[str]) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "waybill", *words],
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert (ended.stderr, ended.returncode) == (b"", ExitCode.OK)


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a disk that is always full")
def test_a_result_that_does_not_fit_on_the_disk_is_no_success() -> None:
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "waybill", "stage", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=BUFFERED,
            timeout=60,
            check=False,
        )
    assert b"waybill: the result could not be written: No space left on device." in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert ended.returncode == ExitCode.INPUT
