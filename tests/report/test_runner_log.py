from __future__ import annotations

import io
import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from threading import Thread

import pytest

from fakes.clock import FakeClock
from report import examples
from report.played import SIZE, WARNING, play
from waybill.domain.result import Outcome
from waybill.errors import AccessDenied, ExitCode, Fault, InputError, Unavailable
from waybill.github.commands import WorkflowCommands
from waybill.progress import Finished, Planned, Sent, Step, Stepped, Waiting
from waybill.report.commands import Commands
from waybill.report.runner_log import ANNOTATIONS, RunnerReporter


@dataclass
class Written:
    """Takes commands as the runner would, and refuses a group within a group."""

    clock: FakeClock = field(default_factory=FakeClock)
    entries: list[tuple[str, str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    group: str = ""
    folded: list[tuple[str, str]] = field(default_factory=list)

    def line(self, text: str = "") -> None:
        self._add("line", "", text)

    def notice(self, message: str, *, title: str | None = None) -> None:
        self._add("notice", title or "", message)

    def warning(
        self, message: str, *, title: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        self._add("warning", title or "", message)

    def error(
        self, message: str, *, title: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        self._add("error", title or "", message)

    def start_group(self, title: str) -> None:
        assert not self.group, f"{title} within {self.group}"
        self.group = title
        self._add("group", "", title)

    def end_group(self) -> None:
        assert self.group, "no group is open"
        self.group = ""
        self._add("endgroup", "", "")

    def of(self, kind: str) -> list[tuple[str, str]]:
        return [(title, text) for found, title, text in self.entries if found == kind]

    def _add(self, kind: str, title: str, text: str) -> None:
        self.entries.append((kind, title, text))
        self.times.append(self.clock.monotonic())
        self.folded.append((self.group, text))


def told(end: str = "partial", **timing: float) -> Written:
    written = Written()
    play(RunnerReporter(written, written.clock), written.clock, getattr(examples, end)(), **timing)  # type: ignore[arg-type]
    return written


def test_the_real_writer_of_workflow_commands_is_what_the_reporter_needs() -> None:
    stream = io.StringIO()
    commands: Commands = WorkflowCommands(stream)
    clock = FakeClock()
    play(RunnerReporter(commands, clock), clock, examples.denied())
    lines = stream.getvalue().splitlines()
    assert lines.index("::group::Plan") < lines.index("::endgroup::") < lines.index("::group::Regions")
    assert any(
        line.startswith("::error title=eu-west-1%3A failed::AWS refused") and "%0A{%0A" in line for line in lines
    )


def test_groups_do_not_nest_and_all_end() -> None:
    written = told()
    assert [text for _, text in written.of("group")] == ["Plan", "Regions"]
    assert written.group == ""


def test_how_it_went_is_folded_and_how_it_ended_is_not() -> None:
    written = told()
    by_text = {text: group for group, text in written.folded}
    assert by_text["us-east-1: observing"] == "Plan"
    assert by_text["us-east-1: sending the artifact"] == "Regions"
    (end,) = [group for group, text in written.folded if "too few for `require`" in text]
    assert end == ""
    assert written.folded[-1] == ("", f"\nFinish it with:\n\n{examples.RESUME}")


def test_the_plan_is_shown_for_every_region() -> None:
    (plan,) = [text for group, text in told().folded if group == "Plan" and "KMS key" in text]
    assert all(region in plan for region in examples.REGIONS)
    assert plan.startswith("Plan: create in us-east-1; complete in eu-west-1; nothing to do in us-west-2.")


@pytest.mark.parametrize("steps", [1, 7, 400])
def test_progress_is_one_line_for_all_regions_at_most_every_five_seconds(steps: int) -> None:
    written = told(seconds=61.0, steps=steps)
    lines = [
        (time, text)
        for time, (kind, _, text) in zip(written.times, written.entries, strict=True)
        if kind == "line" and "B/s" in text
    ]
    assert all(later - sooner >= 5.0 for (sooner, _), (later, _) in pairwise(lines))
    assert len(lines) <= 12
    if steps == 400:
        assert len(lines) >= 11
        assert re.fullmatch(r"us-east-1 \d+ % · us-west-2 \d+ % · eu-west-1 \d+ % · \d+(\.\d)? [kM]B/s", lines[3][1])


def test_the_rate_is_of_all_regions_since_the_line_before() -> None:
    written = Written()
    reporter = RunnerReporter(written, written.clock)
    reporter.tell(Planned(examples.plan()))
    for moment, sent in ((0.0, 0), (5.0, 10_000_000), (5.0, 10_000_000), (10.0, 60_000_000)):
        written.clock.advance(moment - written.clock.monotonic())
        for name in ("a", "b"):
            reporter.tell(Sent(name, sent, 100_000_000))
    lines = [text for _, text in written.of("line") if "B/s" in text]
    assert [line.rsplit(" · ", 1)[1] for line in lines] == ["2.0 MB/s", "12 MB/s"]


def test_bytes_that_are_sent_again_do_not_hide_what_another_region_sends() -> None:
    written = Written()
    reporter = RunnerReporter(written, written.clock)
    for a, b in ((9_000_000, 0), (1_000_000, 0), (1_000_000, 5_000_000)):
        reporter.tell(Sent("a", a, 10_000_000))
        reporter.tell(Sent("b", b, 10_000_000))
        written.clock.advance(2.5)
    reporter.tell(Sent("a", 1_000_000, 10_000_000))
    (line,) = [text for _, text in written.of("line") if "B/s" in text]
    assert line == "a 10 % · b 0 % · 1.8 MB/s"


def test_with_many_regions_progress_names_the_slowest() -> None:
    written = Written()
    reporter = RunnerReporter(written, written.clock)
    for number in range(34):
        reporter.tell(Sent(f"r{number}", 0, 100))
    written.clock.advance(5)
    for number in range(34):
        reporter.tell(Sent(f"r{number}", 100 if number != 20 else 1, 100))
        written.clock.advance(5)
    line = written.of("line")[-1][1]
    assert line.startswith("34 regions 97 % · slowest r20 1 % · ")
    assert len(line) < 100


def test_a_wait_says_why_how_long_and_what_is_left() -> None:
    (line,) = [text for _, text in told().of("line") if "SlowDown" in text and "again" in text]
    assert line.startswith("eu-west-1: SlowDown: please reduce your request rate. Trying again in 1.2 s")
    assert "48.0 s" in line


def test_every_failed_region_is_annotated_with_its_advice() -> None:
    errors = told("denied").of("error")
    assert [title for title, _ in errors] == ["eu-west-1: failed"]
    assert '"Action": "s3:PutObject"' in errors[0][1]


def test_a_warning_is_annotated_once_though_the_result_says_it_again() -> None:
    assert [text for _, text in told().of("warning")] == [WARNING]


def test_what_is_enough_for_require_warns_and_does_not_cry() -> None:
    written = told("enough")
    assert written.of("error") == []
    titles = [title for title, _ in written.of("warning")]
    assert titles == ["", "waybill stage", "eu-west-1: failed"]


def test_no_more_annotations_than_github_shows_and_the_last_names_the_rest() -> None:
    regions = [examples.region(f"r{n}", Outcome.FAILED, error=f"no answer {n}") for n in range(34)]
    written = Written()
    end = examples.result(Outcome.FAILED, *regions, exit_code=ExitCode.UNAVAILABLE, error="all failed")
    RunnerReporter(written, written.clock).tell(Finished(end))
    errors = written.of("error")
    assert len(errors) == ANNOTATIONS
    shown = "\n".join(f"{title} {text}" for title, text in errors)
    assert all(f"no answer {number}" in shown for number in range(34))


def test_an_annotation_is_no_longer_than_the_runner_keeps() -> None:
    written = Written()
    end = examples.result(Outcome.FAILED, examples.region("r", Outcome.FAILED, error="x" * 90_000, advice="y" * 90_000))
    RunnerReporter(written, written.clock).tell(Finished(replace(end, exit_code=ExitCode.ARTIFACT)))
    assert all(len(text) <= 4096 for _, text in written.of("error"))
    assert len(written.of("error")) == 1


def test_every_fault_of_bad_input_is_an_annotation_of_its_own() -> None:
    written = Written()
    faults = [Fault("version", "v1", "must be SemVer."), Fault("path", "", "is missing.", "dist/app.zip")]
    RunnerReporter(written, written.clock).fail(InputError(faults, "Nothing was written."))
    assert written.of("error") == [
        ("Input version", "version: 'v1': must be SemVer."),
        ("Input path", "path: is missing. Example: dist/app.zip"),
    ]
    assert ("", "Nothing was written.") in written.of("line")


def test_an_error_before_the_end_closes_the_group_and_is_seen() -> None:
    written = Written()
    reporter = RunnerReporter(written, written.clock)
    reporter.tell(Stepped("us-east-1", Step.OBSERVE))
    reporter.fail(AccessDenied("Refused.", "Add this.", action="s3:PutObject", resource="arn:aws:s3:::b/k"))
    assert written.folded[-1] == ("", "Refused.\nAdd this.")
    assert written.of("error") == [("Access denied: s3:PutObject", "Refused.\nAdd this.")]
    reporter.close()
    reporter.fail(Unavailable("Nobody answered."))
    assert written.of("error")[-1] == ("Unavailable", "Nobody answered.")


def test_a_dry_run_shows_its_plan_unfolded() -> None:
    written = told("planned")
    assert [group for group, text in written.folded if "KMS key" in text] == ["Plan", ""]
    assert written.of("error") == []


def test_nothing_that_is_told_becomes_a_command() -> None:
    stream = io.StringIO()
    clock = FakeClock()
    reporter = RunnerReporter(WorkflowCommands(stream), clock)
    hostile = "x\n::error::no\r::stop-commands::y\n##[error]z\n ::add-mask::a"
    for event in (
        Waiting("r", hostile, 1, 2),
        Finished(replace(examples.conflict(), error=hostile, advice=hostile, resume=hostile, key=hostile)),
    ):
        reporter.tell(event)
    commands = [line for line in re.split(r"\r\n|\r|\n", stream.getvalue()) if re.match(r"\s*::|.*##\[", line)]
    assert {re.split("[ :]", command.strip()[2:])[0] for command in commands} <= {"group", "endgroup", "error"}
    assert len([command for command in commands if command.startswith("::error")]) == 2


def test_a_log_that_went_away_does_not_stop_the_work() -> None:
    stream = io.StringIO()
    reporter = RunnerReporter(WorkflowCommands(stream), FakeClock())
    reporter.tell(Stepped("r", Step.OBSERVE))
    stream.close()
    play(reporter, FakeClock(), examples.partial())
    reporter.fail(Unavailable("x"))
    reporter.close()


def test_many_threads_may_tell_at_once() -> None:
    written = Written()
    reporter = RunnerReporter(written, written.clock)
    reporter.tell(Planned(examples.plan()))

    def region(name: str) -> None:
        reporter.tell(Stepped(name, Step.SEND))
        for sent in range(500):
            reporter.tell(Sent(name, sent * SIZE // 500, SIZE))
            written.clock.advance(0.05)
        reporter.tell(Stepped(name, Step.VERIFY))

    threads = [Thread(target=region, args=(f"r{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reporter.tell(Finished(examples.created()))
    assert [text for _, text in written.of("group")] == ["Plan", "Regions"]
    lines = [text for _, text in written.of("line")]
    assert sum(line.endswith(": verifying") for line in lines) == 6
    assert len([line for line in lines if "B/s" in line]) <= 6 * 500 * 0.05 / 5
