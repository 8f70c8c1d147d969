from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from fakes.clock import FakeClock
from report import examples
from report.played import SIZE, WARNING, play
from waybill.errors import AccessDenied
from waybill.progress import Planned, RegionEnded, Sent, Step, Stepped, Warned
from waybill.report.plain import PlainReporter
from waybill.report.terminal import TerminalReporter, reporter_for

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SHOW, HIDE = "\x1b[?25h", "\x1b[?25l"


class Tty(io.TextIOWrapper):
    """A terminal that remembers, of one encoding."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.raw_bytes = io.BytesIO()
        super().__init__(self.raw_bytes, encoding=encoding, newline="\n")

    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        self.flush()
        return self.raw_bytes.getvalue().decode(self.encoding)


def test_a_stream_that_is_no_terminal_gets_a_line_a_step_and_no_control_codes() -> None:
    stream, clock = io.StringIO(), FakeClock()
    reporter = reporter_for(stream, clock, {})
    assert isinstance(reporter, PlainReporter)
    play(reporter, clock, examples.partial())
    shown = stream.getvalue()
    assert "\x1b" not in shown
    assert "\r" not in shown
    lines = shown.splitlines()
    assert lines[0] == "Staging SugarWater 1.2.3"
    assert f"As {examples.CALLER} in account {examples.ACCOUNT}" in lines
    assert "Artifact site.zip: 12 files in a zip, 16.0 MiB, ready in 0.3 s" in lines
    assert "us-east-1: sending the artifact" in lines
    assert "✓ us-east-1: created in 1.4 s, channel 1.2.2, not reached" in lines
    assert f"Warning: {WARNING}" in lines
    assert 3 <= sum("B/s" in line for line in lines) <= 4
    assert lines[-1] == examples.RESUME


@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_a_warning_is_shown_once_when_it_happens_and_those_of_the_end_at_the_end(term: str) -> None:
    stream, clock = Tty(), FakeClock()
    end = replace(examples.partial(), warnings=(WARNING, "Only the end knows this."))
    play(reporter_for(stream, clock, {"TERM": term}), clock, end)
    shown = CONTROL.sub("", stream.shown())
    assert shown.count(WARNING) == 1
    assert shown.count("Warning: Only the end knows this.") == 1
    assert shown.index(WARNING) < shown.index("2 of 3 regions")


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_dumb_terminal_is_no_terminal(term: str) -> None:
    assert isinstance(reporter_for(Tty(), FakeClock(), {"TERM": term}), PlainReporter)


def test_a_terminal_shows_a_bar_for_each_region_and_ends_with_the_text() -> None:
    stream, clock = Tty(), FakeClock()
    reporter = reporter_for(stream, clock, {"TERM": "xterm-256color"})
    assert isinstance(reporter, TerminalReporter)
    play(reporter, clock, examples.partial())
    shown = stream.shown()
    assert shown.count(HIDE) == shown.count(SHOW) == 1
    live, end = shown.split(SHOW)
    for name in examples.REGIONS:
        assert re.search(rf"{name} .*━", CONTROL.sub("", live))
    assert "\x1b[31m✗" in end
    assert CONTROL.sub("", end).splitlines()[-1] == examples.RESUME


def test_a_bar_says_its_step_its_share_and_its_speed() -> None:
    stream, clock = Tty(), FakeClock()
    reporter = TerminalReporter(stream, clock)
    reporter.tell(Stepped("us-east-1", Step.SEND))
    reporter.tell(Sent("us-east-1", 0, SIZE))
    clock.advance(2.0)
    reporter.tell(Sent("us-east-1", SIZE // 2, SIZE))
    reporter.close()
    last = [line for line in CONTROL.sub("", stream.shown()).splitlines() if "us-east-1" in line][-1]
    assert "50 %" in last
    assert "sending the artifact" in last
    assert "4.2 MB/s" in last


def test_a_warning_stands_above_the_bars_whole_and_as_it_is() -> None:
    stream = Tty()
    reporter = TerminalReporter(stream, FakeClock())
    reporter.tell(Stepped("us-east-1", Step.SEND))
    text = "[bold]not markup[/bold] :smile: " + "long " * 60
    reporter.tell(Warned(text))
    reporter.close()
    assert f"Warning: {text.strip()}\n" in CONTROL.sub("", stream.shown())


def test_a_region_that_failed_before_it_sent_anything_stops_pulsing() -> None:
    stream = Tty()
    reporter = TerminalReporter(stream, FakeClock())
    reporter.tell(Stepped("eu-west-1", Step.OBSERVE))
    reporter.tell(RegionEnded(examples.partial().regions[2]))
    reporter.close()
    last = [line for line in stream.shown().splitlines() if "eu-west-1" in line][-1]
    assert "✗ failed" in last
    assert "\x1b[36m" not in last


@pytest.mark.parametrize("value", ["1", "0", "no"])
def test_no_color_leaves_out_every_colour(value: str) -> None:
    stream, clock = Tty(), FakeClock()
    reporter = reporter_for(stream, clock, {"NO_COLOR": value})
    assert isinstance(reporter, TerminalReporter)
    play(reporter, clock, examples.partial())
    assert not COLOUR.search(stream.shown())
    assert "us-east-1" in stream.shown()


def test_an_empty_no_color_means_nothing() -> None:
    stream, clock = Tty(), FakeClock()
    play(reporter_for(stream, clock, {"NO_COLOR": ""}), clock, examples.partial())
    assert COLOUR.search(stream.shown())


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_stream_with_few_characters_gets_those_it_has(encoding: str) -> None:
    stream, clock = Tty(encoding), FakeClock()
    end = replace(examples.partial(), error="smörgås – ✓ \udc80")
    play(reporter_for(stream, clock, {}), clock, end)
    shown = stream.shown()
    assert "ok  us-east-1" in shown
    assert "->" in shown or "not reached" in shown
    assert "\\u2713" in shown
    assert "\\udc80" in shown


def test_an_error_gives_the_cursor_back() -> None:
    stream = Tty()
    reporter = TerminalReporter(stream, FakeClock())
    reporter.tell(Stepped("us-east-1", Step.OBSERVE))
    reporter.fail(AccessDenied("Refused.", "Add this:\n{\n}", action="s3:PutObject", resource="*"))
    shown = stream.shown()
    assert shown.rindex(SHOW) > shown.rindex(HIDE)
    assert CONTROL.sub("", shown).endswith("✗ Refused.\n    Add this:\n    {\n    }\n")
    reporter.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("kind", [PlainReporter, TerminalReporter])
def test_a_stream_that_went_away_does_not_stop_the_work(
    kind: type[PlainReporter] | type[TerminalReporter], begun: bool
) -> None:
    stream = Tty()
    reporter = kind(stream, FakeClock())
    if begun:
        reporter.tell(Stepped("us-east-1", Step.OBSERVE))
    stream.close()
    play(reporter, FakeClock(), examples.partial())
    reporter.fail(AccessDenied("x", action="a", resource="b"))
    reporter.close()


def test_many_threads_may_tell_at_once() -> None:
    stream, clock = Tty(), FakeClock()
    reporter = TerminalReporter(stream, clock)
    reporter.tell(Planned(examples.plan()))

    def region(name: str) -> None:
        reporter.tell(Stepped(name, Step.SEND))
        for sent in range(200):
            reporter.tell(Sent(name, sent * SIZE // 200, SIZE))

    threads = [Thread(target=region, args=(name,)) for name in examples.REGIONS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in examples.created().regions:
        reporter.tell(RegionEnded(one))
    reporter.close()
    created = [line for line in CONTROL.sub("", stream.shown()).splitlines() if "✓ created" in line]
    assert {line.split()[0] for line in created} == set(examples.REGIONS)


SCRIPT = """
import os, sys
sys.path.insert(0, {tests!r})
from fakes.clock import FakeClock
from report import examples
from report.played import play
from waybill.report.terminal import reporter_for
clock = FakeClock()
reporter = reporter_for(sys.stdout, clock, dict(os.environ))
play(reporter, clock, examples.partial())
reporter.close()
print("rich" in sys.modules, file=sys.stderr)
"""


def run(stdout: int) -> str:
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(tests.parent / "src"), "TERM": "xterm", "PYTHONUTF8": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(tests=str(tests))],
        env=environment, stderr=subprocess.PIPE, text=True, check=True, timeout=60, stdout=stdout,
    )  # fmt: skip
    return ended.stderr.strip()


def test_rich_is_not_imported_where_no_bar_is_drawn() -> None:
    assert run(stdout=subprocess.DEVNULL) == "False"


def test_a_real_terminal_gets_bars() -> None:
    ours, theirs = pty.openpty()
    found: list[bytes] = []

    def drain() -> None:
        try:
            while data := os.read(ours, 65536):
                found.append(data)
        except OSError:  # Linux says so when the other end is closed
            return

    reader = Thread(target=drain)
    reader.start()
    try:
        assert run(stdout=theirs) == "True"
    finally:
        os.close(theirs)
        reader.join(timeout=30)
        os.close(ours)
    shown = b"".join(found).decode()
    assert HIDE in shown
    assert CONTROL.sub("", shown).rstrip().endswith(examples.RESUME)
