"""What a runner shows of a setup: stacks at once, what they did folded, and no summary that GitHub would drop."""

from __future__ import annotations

import io
from dataclasses import replace

from fakes.clock import FakeClock
from report.rendered import read
from report.test_runner_log import Written
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.plan import Change, Kind, SetupPlan, StackAction, StackEnd, StackPlan
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.domain.setup.telling import ResourceTold, SetupPlanned, StackBegan, StackEnded
from waybill.errors import ExitCode, Fault, InputError
from waybill.github.commands import WorkflowCommands
from waybill.progress import Finished, Identified, Started
from waybill.report.runner_log import RunnerReporter
from waybill.report.shares import shortened
from waybill.report.summary import summary

LIMIT = 1024 * 1024
ONE, TWO = (StackRef("development", region, "waybill-region") for region in ("us-east-1", "eu-west-1"))
ADDED = Change(kind=Kind.ADDED, resource="Bucket", type="AWS::S3::Bucket")
WHY = "Bucket (AWS::S3::Bucket) could not be created: the name is taken."


def stack(ref: StackRef, end: StackEnd = StackEnd.PLANNED, error: str | None = None) -> StackPlan:
    return StackPlan(
        ref=ref,
        account="111111111111",
        template="region",
        action=StackAction.CREATE,
        changes=(ADDED,),
        end=end,
        error=error,
    )


def told(ref: StackRef, resource: str, status: str) -> ResourceTold:
    return ResourceTold(ref, resource, "AWS::S3::Bucket", status, "the name is taken" if "FAILED" in status else "")


def result(body: SetupPlan, **changes: object) -> Result:
    ended = Result(
        command="setup apply",
        outcome=Outcome.PARTIAL,
        changed=True,
        exit_code=ExitCode.PARTIAL,
        error=WHY,
        plan_digest=body.digest(),
        body=body,
    )
    return replace(ended, **changes)  # type: ignore[arg-type]


def applied() -> Written:
    """Two stacks at once: one is made, of the other a resource fails."""
    written = Written()
    reporter = RunnerReporter(written, written.clock)
    reporter.tell(Started("Setting up"))
    reporter.tell(Identified("arn:aws:sts::111111111111:assumed-role/setup/x", "111111111111"))
    reporter.tell(SetupPlanned(SetupPlan(stacks=(stack(ONE), stack(TWO)))))
    for event in (
        StackBegan(ONE, StackAction.CREATE),
        StackBegan(TWO, StackAction.CREATE),
        told(ONE, "Key", "CREATE_IN_PROGRESS"),
        told(ONE, "Key", "CREATE_COMPLETE"),
        told(TWO, "Key", "CREATE_COMPLETE"),
        told(TWO, "Bucket", "CREATE_FAILED"),
        told(ONE, "Bucket", "CREATE_COMPLETE"),
        StackEnded(stack(ONE, StackEnd.CREATED)),
        told(TWO, "Key", "DELETE_COMPLETE"),
        StackEnded(stack(TWO, StackEnd.FAILED, WHY)),
    ):
        reporter.tell(event)
    body = SetupPlan(stacks=(stack(ONE, StackEnd.CREATED), stack(TWO, StackEnd.FAILED, WHY)))
    reporter.tell(Finished(result(body)))
    reporter.close()
    return written


def test_what_a_stack_did_is_folded_under_how_it_ended_each_by_itself() -> None:
    written = applied()
    first, second = f"✓ {ONE}: created", f"Resources of {TWO}"
    assert [text for _, text in written.of("group")] == ["Plan", first, second]
    folded = [(group, text.partition(": ")[2]) for group, text in written.folded if group in {first, second}]
    assert [text for group, text in folded if group == first and text] == [
        "created",
        "Key (AWS::S3::Bucket) CREATE_COMPLETE",
        "Bucket (AWS::S3::Bucket) CREATE_COMPLETE",
    ]
    assert [text for group, text in folded if group == second and text] == [
        "Key (AWS::S3::Bucket) CREATE_COMPLETE",
        "Bucket (AWS::S3::Bucket) CREATE_FAILED: the name is taken",
        "Key (AWS::S3::Bucket) DELETE_COMPLETE",
    ]
    assert written.group == ""


def test_what_began_failed_and_ended_is_seen_at_once() -> None:
    seen = [text for group, text in applied().folded if not group]
    for text in (f"{ONE}: creating", f"{TWO}: creating"):
        assert text in seen
    assert any("Bucket (AWS::S3::Bucket) CREATE_FAILED: the name is taken" in text for text in seen)
    assert any(text.startswith("✗") and WHY in text for text in seen)


def test_the_plan_is_folded_with_its_digest() -> None:
    digest = SetupPlan(stacks=(stack(ONE), stack(TWO))).digest()
    assert any(digest in text for group, text in applied().folded if group == "Plan")


def test_a_run_that_is_cut_off_shows_what_its_stacks_did() -> None:
    written = Written()
    reporter = RunnerReporter(written, written.clock)
    reporter.tell(told(ONE, "Key", "CREATE_COMPLETE"))
    reporter.close()
    assert written.of("group") == [("", f"Resources of {ONE}")]
    assert written.group == ""


def test_a_fault_of_the_file_is_shown_beside_its_line() -> None:
    stream = io.StringIO()
    faults = [
        Fault("waybill.yaml:7: accounts.a.id", "12", "must be twelve digits."),
        Fault("conf/setup.yaml:3", "", "is no YAML."),
        Fault("/elsewhere/waybill.yaml:7: regions", "", "is missing."),
        Fault("plan-digest", "x", "must be 64 hex digits."),
    ]
    RunnerReporter(WorkflowCommands(stream), FakeClock()).fail(InputError(faults))
    lines = [line.split("::")[1] for line in stream.getvalue().splitlines()]
    assert lines == [
        "error title=accounts.a.id,file=waybill.yaml,line=7",
        "error title=conf/setup.yaml,file=conf/setup.yaml,line=3",
        "error title=Input /elsewhere/waybill.yaml%3A7%3A regions",
        "error title=Input plan-digest",
    ]


def test_the_summary_shows_what_changes_and_the_digest() -> None:
    body = SetupPlan(stacks=(stack(ONE), stack(TWO)))
    plan = result(body, command="setup plan", outcome=Outcome.PLANNED, changed=False, exit_code=ExitCode.OK, error=None)
    page = read(summary(plan))
    assert page.headings[0].endswith("setup plan – planned")
    assert [row[0] for row in page.tables[0][1:]] == [f"development/{ref.region}/waybill-region" for ref in (ONE, TWO)]
    assert "Bucket (AWS::S3::Bucket)" in page.tables[0][1]
    assert f"Plan's digest: {body.digest()}" in page.items


def test_a_summary_of_many_stacks_is_cut_and_still_says_what_went_wrong() -> None:
    many = tuple(stack(replace(ONE, name=f"waybill-{number}"), StackEnd.NOT_REACHED) for number in range(20_000))
    page = summary(result(SetupPlan(stacks=many)))
    assert len(page.encode()) < LIMIT
    assert "lines more: see the log." in page
    assert "### What went wrong" in page
    assert page.index("the name is taken") > page.index("lines more")


def test_a_block_of_code_that_is_cut_is_ended() -> None:
    lines = ["````diff", "```", *["+ a line"] * 50, "````", "after"]
    cut = shortened(lines, 200)
    assert cut[-4:-1] == ["````", "", f"{len(lines) - len(cut) + 4} lines more: see the log."]
    assert shortened(lines, 10_000) == lines
    assert "````" not in shortened(["````", "a", "````", *["b"] * 50], 30)[3:]
