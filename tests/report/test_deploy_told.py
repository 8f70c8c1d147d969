"""What a deploy tells on its way: in a plain log, in a runner's log, and on a terminal."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest

from fakes.clock import FakeClock
from report import deploys, examples, followed
from report.test_runner_log import Written
from report.test_terminal import COLOUR, CONTROL, HIDE, SHOW, Tty
from waybill.domain.deploy.execution import ActionStatus
from waybill.domain.deploy.telling import (
    ActionBegan,
    ActionEnded,
    ApprovalWaits,
    Deploying,
    DeployPlanned,
    Following,
    Noted,
    StageBegan,
    StageEnded,
    TransitionClosed,
)
from waybill.github.commands import WorkflowCommands
from waybill.progress import RegionEnded, Step, Stepped
from waybill.report.annotations import LONGEST
from waybill.report.ink import Ink
from waybill.report.narrate import narrate
from waybill.report.plain import PlainReporter
from waybill.report.runner_log import RunnerReporter
from waybill.report.terminal import TerminalReporter

LOG_PAGE = (
    "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
    "#logsV2:log-groups/log-group/$252Faws$252Fcodebuild$252Fsite/log-events/f00"
)
HOSTILE = "x\n::error::no\r::stop-commands::y\n##[error]z\n ::add-mask::a \x1b[2J\u202e [bold]b[/bold] :smile:"


def told(event: Deploying) -> str:
    line = narrate(event, Ink())
    assert line is not None
    return line


def hostile(text: str) -> list[Deploying]:
    """Every event, with a text in all its places."""
    run = deploys.run(text, text, ActionStatus.FAILED, error=text, error_code=text, external_url=text, log=text)
    return [
        Noted(text),
        DeployPlanned(deploys.plan(pipeline=text, region=text, account=text, steps=(text,), notes=(text,))),
        Following(text, text, text, joined=True),
        StageBegan(text),
        ActionBegan(run),
        ApprovalWaits(text, text, text, text, text, 5),
        ActionEnded(run, 1.0),
        StageEnded(text, good=False, seconds=1.0),
        TransitionClosed(text, text, text),
    ]


def plain(*events: Deploying) -> list[str]:
    stream = io.StringIO()
    reporter = PlainReporter(stream, FakeClock())
    for event in events:
        reporter.tell(event)
    return stream.getvalue().splitlines()


def test_a_plain_log_has_every_step_in_order() -> None:
    stream = io.StringIO()
    followed.follow(PlainReporter(stream, FakeClock()), deploys.failed(), deploys.FAILED)
    before, _, _ = stream.getvalue().partition("\n\n")
    assert before.splitlines() == [
        "Deploying SugarWater 1.2.3",
        "As arn:aws:sts::111111111111:assumed-role/waybill-deploy/17 in account 111111111111",
        "Deploy with site (us-east-1, account 111111111111, version 3 of its definition):",
        "  1. copy SugarWater 1.2.3 (9f86d081884c) to s3://codepipeline-input-bucket/sample-website.zip",
        "  2. start site (V2, SUPERSEDED) with that object's version",
        "  Note: Fetch polls its source: a second execution may start by itself",
        "Copying SugarWater@1.2.3 to s3://codepipeline-input-bucket/sample-website.zip",
        f"Execution {deploys.ID} of site",
        f"  {deploys.CONSOLE}",
        "Stage Source",
        "Source / Fetch: began",
        "✓ Source / Fetch: succeeded in 0.1 s",
        "✓ Stage Source: done after 0.1 s",
        "Stage Gate",
        "Gate / Sign: began",
        "Gate / Sign waits for somebody to approve it within 90 min.",
        "  Look at the pages first.",
        f"  approve: {deploys.PAGES}/view",
        "  look at: https://pages.example",
        "✓ Gate / Sign: succeeded in 1.5 s",
        "✓ Stage Gate: done after 1.5 s",
        "The way into stage Production was closed by arn:aws:iam::111111111111:user/eve: No releases on Fridays.",
        "  The execution waits until somebody opens it.",
        "Stage Production",
        "Production / Unpack: began",
        f"✗ Production / Unpack: failed in 1.5 s: {deploys.MESSAGE} [PermissionError]",
        "  details: https://ci.example/job/7",
        f"  log: {LOG_PAGE}",
        "✗ Stage Production: not done, after 1.5 s",
        "us-east-1: writing an event",
    ]


def test_an_execution_that_was_there_before_is_said_to_be() -> None:
    assert plain(Following("site", deploys.ID, "", joined=True)) == [
        f"Execution {deploys.ID} of site, which had begun already"
    ]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(None, "7 days"), (10080, "7 days"), (1440, "1 day"), (120, "2 hours"), (60, "1 hour"), (90, "90 min")],
)
def test_an_approval_says_its_own_time_limit(minutes: int | None, said: str) -> None:
    line = told(ApprovalWaits("Gate", "Sign", "", "", "", minutes))
    assert line == f"Gate / Sign waits for somebody to approve it within {said}."


def test_a_closed_way_without_name_or_reason_is_told_all_the_same() -> None:
    assert told(TransitionClosed("P", "", "")).splitlines()[0] == "The way into stage P was closed."


def test_a_log_that_has_no_page_is_named_as_it_is() -> None:
    run = deploys.run("A", "b", ActionStatus.FAILED, log="arn:aws-iso:logs:x")
    assert told(ActionEnded(run, 1.0)).splitlines()[-1] == "  log: arn:aws-iso:logs:x"


def test_an_action_that_was_abandoned_is_not_called_failed() -> None:
    assert told(ActionEnded(deploys.run("A", "b", ActionStatus.ABANDONED), 2.0)) == "✗ A / b: abandoned in 2.0 s"


def test_few_characters_are_enough() -> None:
    for event in followed.events(deploys.FAILED):
        line = narrate(event, Ink(symbols=False, encoding="ascii"))
        assert line is None or line.isascii(), line
    plan = deploys.plan(steps=("follow it through Source → Deploy",))
    assert "Source -> Deploy" in (narrate(DeployPlanned(plan), Ink(symbols=False)) or "")


def test_the_runners_log_folds_what_happens_within_a_stage_and_nothing_else() -> None:
    written = Written()
    followed.follow(RunnerReporter(written, written.clock), deploys.failed(), deploys.FAILED)
    assert [text for _, text in written.of("group")] == [
        "Plan", "Deploy", "Stage Source", "Stage Gate", "Stage Gate", "Stage Production", "Deploy",
    ]  # fmt: skip
    folds = {text.splitlines()[0]: group for group, text in written.folded if text}
    assert folds["Deploy with site (us-east-1, account 111111111111, version 3 of its definition):"] == "Deploy"
    assert folds[f"Execution {deploys.ID} of site"] == ""
    assert folds["✓ Source / Fetch: succeeded in 0.1 s"] == "Stage Source"
    assert folds["✓ Stage Source: done after 0.1 s"] == ""
    assert folds["✓ Gate / Sign: succeeded in 1.5 s"] == "Stage Gate"
    assert folds["✗ Stage Production: not done, after 1.5 s"] == ""
    assert folds["us-east-1: writing an event"] == "Deploy"
    assert written.group == ""


def test_whoever_must_decide_is_told_by_a_notice() -> None:
    written = Written()
    followed.follow(RunnerReporter(written, written.clock), deploys.end())
    approval, closed = written.of("notice")
    assert approval == (
        "Approval waits",
        "Gate / Sign waits for somebody to approve it within 90 min.\nLook at the pages first.\n"
        f"approve: {deploys.PAGES}/view\nlook at: https://pages.example",
    )
    assert closed[0] == "Transition closed"
    assert "user/eve: No releases on Fridays." in closed[1]
    assert [group for group, text in written.folded if text == approval[1]] == [""]


def test_a_failed_action_is_annotated_once_with_its_message() -> None:
    written = Written()
    followed.follow(RunnerReporter(written, written.clock), deploys.failed(), deploys.FAILED)
    assert written.of("error") == [
        ("waybill deploy", f"Unpack in stage Production failed: {deploys.MESSAGE}\nPut it right and run again.")
    ]


def test_nothing_that_is_told_becomes_a_command_of_the_runner() -> None:
    stream = io.StringIO()
    reporter = RunnerReporter(WorkflowCommands(stream), FakeClock())
    for event in hostile(HOSTILE):
        reporter.tell(event)
    reporter.close()
    commands = [line for line in re.split(r"\r\n|\r|\n", stream.getvalue()) if re.match(r"\s*::|.*##\[", line)]
    assert {re.split("[ :]", command.strip()[2:])[0] for command in commands} == {"group", "endgroup", "notice"}
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


@pytest.mark.parametrize("text", ["x" * 1024 * 1024, "\n" * 1024 * 1024, "\x1b[2J" * 40_000, "😀 " * 90_000])
def test_a_mebibyte_is_cut(text: str) -> None:
    written = Written()
    reporter = RunnerReporter(written, written.clock)
    for event in hostile(text):
        reporter.tell(event)
        assert len(told(event)) < 12_000
    assert all(len(said) <= LONGEST + 60 for _, said in written.of("notice"))


def test_nothing_that_is_told_drives_a_terminal() -> None:
    shown = "\n".join(told(event) for event in hostile(HOSTILE))
    assert re.search(r"[^\x20-\x7e\n✗✓]", shown) is None


def test_a_terminal_shows_what_runs_and_for_how_long_and_writes_what_has_ended() -> None:
    stream = Tty()
    reporter = TerminalReporter(stream, FakeClock())
    followed.follow(reporter, deploys.failed(), deploys.FAILED)
    shown = stream.shown()
    live, end = shown.rsplit(SHOW, 1)
    lines = [line.strip() for line in CONTROL.sub("", live).splitlines()]
    assert any(re.search(r"Production / Unpack \d:\d\d:\d\d$", line) for line in lines)
    assert "✗ Production / Unpack: failed in 1.5 s" in "\n".join(lines)
    assert any(line.startswith("approve: https://") for line in lines)
    assert "Production / Unpack: began" not in lines
    assert shown.count(HIDE) == shown.count(SHOW)
    assert CONTROL.sub("", end).lstrip().startswith("✗ SugarWater 1.2.3 was not deployed")


def test_bars_of_a_stage_before_stand_while_the_pipeline_runs() -> None:
    stream = Tty()
    reporter = TerminalReporter(stream, FakeClock())
    reporter.tell(Stepped("us-east-1", Step.SEND))
    reporter.tell(RegionEnded(examples.region("us-east-1")))
    reporter.tell(ActionBegan(followed.running(deploys.UNPACK)))
    reporter.tell(ActionEnded(deploys.UNPACK, 1.5))
    reporter.tell(Stepped("us-east-1", Step.EVENT))
    reporter.close()
    first, _, _ = stream.shown().partition("Production / Unpack")
    assert "\x1b[1A" not in first.rpartition("✓ created")[2], "the last bars are not taken away"
    bars, lines, events = (CONTROL.sub("", part) for part in stream.shown().split(SHOW)[:3])
    assert "✓ created" in bars
    assert "✓ Production / Unpack: succeeded in 1.5 s" in lines
    assert "writing an event" in events


def test_what_has_ended_is_no_longer_said_to_run() -> None:
    stream = Tty()
    followed.follow(TerminalReporter(stream, FakeClock()), deploys.end())
    shown = CONTROL.sub("", stream.shown())
    assert "Source / Fetch 0:" in shown
    assert "Source / Fetch 0:" not in shown[shown.index("Production / Unpack 0:") :]


def test_no_colour_is_no_colour_while_a_pipeline_runs() -> None:
    stream = Tty()
    followed.follow(TerminalReporter(stream, FakeClock(), colour=False), deploys.failed(), deploys.FAILED)
    assert not COLOUR.search(stream.shown())


def test_a_terminal_of_few_characters_gets_those_it_has() -> None:
    stream = Tty("ascii")
    followed.follow(TerminalReporter(stream, FakeClock()), deploys.failed(), deploys.FAILED)
    assert "x  Production / Unpack: failed" in CONTROL.sub("", stream.shown())


def test_what_is_told_is_no_markup_on_a_terminal() -> None:
    stream = Tty()
    reporter = TerminalReporter(stream, FakeClock())
    for event in hostile(HOSTILE):
        reporter.tell(event)
    reporter.close()
    shown = CONTROL.sub("", stream.shown())
    assert "[bold]b[/bold] :smile:" in shown
    assert "\x1b[2J" not in stream.shown()


def test_a_terminal_that_went_away_does_not_stop_a_deploy() -> None:
    stream = Tty()
    reporter = TerminalReporter(stream, FakeClock())
    reporter.tell(ActionBegan(followed.running(deploys.UNPACK)))
    stream.close()
    followed.follow(reporter, deploys.end())
    reporter.close()


def test_a_run_that_does_not_deploy_reads_nothing_of_it() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); from fakes.clock import FakeClock; from report import examples;"
        "from report.played import play; import io; from waybill.report.plain import PlainReporter;"
        "play(PlainReporter(io.StringIO(), FakeClock()), FakeClock(), examples.created());"
        "print([name for name in sys.modules if 'waybill' in name and 'deploy' in name])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
