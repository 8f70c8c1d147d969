"""The terminal's face after the work: the one JSON object, readers that go away, and bugs that show no secret."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from process.working import FinalRecording
from report import examples
from waybill import cli, compose
from waybill.compose import Ended
from waybill.errors import ExitCode
from waybill.progress import Journal, Warned
from waybill.redaction import Redactor

SECRET = "s3cr3t-of-the-shell"


def run(monkeypatch: pytest.MonkeyPatch, stdout: io.StringIO, words: Sequence[str] = ("stage", "--json")) -> Any:
    """Run the command line with work that ends well; its exit code and what it wrote to stderr."""
    stderr = io.StringIO()
    monkeypatch.setattr(compose, "carry", lambda *_, **__: Ended(result=examples.created()))
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("GITHUB_TOKEN", SECRET)
    monkeypatch.setenv("POSTGRES_PASSWORD", "SugarWater")
    return cli.main(words), stderr.getvalue()


def bug(*_: Any, **__: Any) -> Any:
    raise KeyError(f"a bug beside {SECRET}")


def test_the_json_object_keeps_what_a_machine_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = io.StringIO()
    assert run(monkeypatch, stdout) == (ExitCode.OK, "")
    assert json.loads(stdout.getvalue())["project"] == "SugarWater"


class Gone(io.StringIO):
    """A pipe whose reader went away."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(text[:10])


def test_a_reader_that_went_away_changes_no_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, Gone()) == (ExitCode.OK, "")


@pytest.mark.parametrize("where", ["after", "before"])
def test_a_bug_around_the_work_is_told_without_secrets(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if where == "after":
        monkeypatch.setattr(Redactor, "result", bug)
    else:
        monkeypatch.setattr("waybill.report.terminal.reporter_for", bug)
    code, said = run(monkeypatch, io.StringIO())
    assert code == ExitCode.BUG
    assert "KeyError: 'a bug beside ***'" in said
    assert SECRET not in said


def test_threads_that_were_left_show_nothing_after_the_end() -> None:
    reporter = FinalRecording()
    journal = Journal(reporter)
    journal.tell(Warned("before"))
    assert journal.close().warnings == ("before",)
    journal.tell(Warned("after"))
    assert [event.text for event in reporter.of(Warned)] == ["before"]
    assert journal.close().warnings == ("before",)
