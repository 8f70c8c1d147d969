"""What people read of `setup plan` and `setup apply`: the plan, what is told on the way, and how it ended."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from report.rendered import LIVELY, read
from report.test_markdown_escaping import hostile
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.plan import Beside, Change, Kind, SetupPlan, StackAction, StackEnd, StackPlan
from waybill.domain.setup.stacks.wanted import OutputOf, StackRef
from waybill.domain.setup.telling import ResourceTold, SetupPlanned, StackBegan, StackEnded
from waybill.errors import ConflictError, ExitCode, PartialError
from waybill.report.ink import Ink
from waybill.report.setup_lines import tell
from waybill.report.setup_plan_words import sentence
from waybill.report.setup_text import as_markdown, as_text

PLAIN, COLOUR, ASCII = Ink(), Ink(colour=True), Ink(symbols=False)
CONTROL = re.compile(r"\x1b\[\d+m")
HOME, WEST = (StackRef("development", region, "waybill-region") for region in ("us-east-1", "us-west-2"))
REGISTRY = StackRef("development", "us-east-1", "waybill-registry-sugarwater")
CHANGES = (
    Change(kind=Kind.REMOVED, resource="Old", type="AWS::ECR::Repository", physical_id="old", kept=True),
    Change(kind=Kind.REMOVED, resource="Lost", type="AWS::S3::Bucket", physical_id="lost"),
    Change(kind=Kind.REPLACED, resource="Role", type="AWS::IAM::Role", properties=("RoleName",)),
    Change(kind=Kind.MAY_BE_REPLACED, resource="Alias", type="AWS::KMS::Alias", properties=("AliasName",)),
    Change(kind=Kind.CHANGED, resource="Bucket", type="AWS::S3::Bucket", properties=("BucketEncryption", "Tags")),
    Change(kind=Kind.ADDED, resource="Parameter", type="AWS::SSM::Parameter"),
)
WHY = "development/us-west-2/waybill-region failed, and was rolled back: Bucket (AWS::S3::Bucket): it is taken"


def stack(ref: StackRef = HOME, **changes: Any) -> StackPlan:
    made = StackPlan(ref=ref, account="111111111111", template="region", action=StackAction.UPDATE, changes=CHANGES)
    return replace(made, **changes)


SAME = stack(REGISTRY, action=StackAction.NOTHING, changes=(), end=StackEnd.ALREADY)
NEW = stack(WEST, action=StackAction.CREATE, changes=CHANGES[-1:], awaits=(OutputOf(HOME, "KeyArn"),))
SETTING = Beside(
    what="/startifact",
    account="development",
    region="us-east-1",
    action=StackAction.CREATE,
    detail="regions: us-east-1",
)
DATA = Beside(
    what="AWS::S3::Bucket old-media",
    account="production",
    region="us-east-1",
    action=StackAction.DELETE,
    detail="3 versions of objects",
    data=True,
)
PLAN = SetupPlan(stacks=(stack(), NEW, SAME), beside=(SETTING,))


def ended(body: SetupPlan, command: str = "setup apply", **changes: Any) -> Result:
    made = Result(
        command=command,
        outcome=Outcome.CREATED,
        changed=True,
        exit_code=ExitCode.OK,
        body=body,
    )
    return replace(made, **changes)


class TestThePlan:
    def test_each_stack_that_changes_has_a_paragraph_of_what_changes_in_it(self) -> None:
        assert as_text(PLAN, PLAIN).splitlines() == [
            "waybill-region in development (111111111111), us-east-1: update",
            "  -  Old        AWS::ECR::Repository  what is there stays: old",
            "  -  Lost       AWS::S3::Bucket       DATA WOULD BE LOST",
            "  !  Role       AWS::IAM::Role        replaced; RoleName",
            "  ?  Alias      AWS::KMS::Alias       may be replaced; AliasName",
            "  ~  Bucket     AWS::S3::Bucket       BucketEncryption, Tags",
            "  +  Parameter  AWS::SSM::Parameter",
            "",
            "waybill-region in development (111111111111), us-west-2: create",
            "  after KeyArn of development/us-east-1/waybill-region is known",
            "  +  Parameter  AWS::SSM::Parameter",
            "",
            "/startifact in development, us-east-1: create",
            "  regions: us-east-1",
            "",
            "1 stack stays as it is.",
        ]

    def test_in_colour_it_says_the_same_and_what_is_lost_or_replaced_is_red(self) -> None:
        shown = as_text(PLAN, COLOUR)
        assert CONTROL.sub("", shown) == as_text(PLAN, PLAIN)
        red = [line for line in shown.splitlines() if line.startswith("\x1b[31m")]
        assert [line.split()[2] for line in red] == ["Lost", "Role"]

    def test_a_broken_stack_says_that_it_goes_first(self) -> None:
        shown = as_text(SetupPlan(stacks=(stack(replaces_broken=True),)), PLAIN)
        assert "what is left of it, since it failed, is deleted first" in shown

    def test_what_goes_for_good_is_red_and_says_what_is_in_it(self) -> None:
        shown = as_text(SetupPlan(beside=(DATA,)), COLOUR).splitlines()
        assert shown[0].startswith("\x1b[31m")
        assert "3 versions of objects" in shown[1]

    def test_a_plan_of_nothing_is_nothing(self) -> None:
        assert as_text(SetupPlan(stacks=(SAME,)), PLAIN) == ""
        assert as_markdown(SetupPlan(stacks=(SAME,))) == []

    def test_a_step_summary_has_a_row_for_each_change(self) -> None:
        (table,) = read("\n".join(as_markdown(PLAN))).tables
        assert table[0] == ["Stack", "Change", "What", "Details", "End"]
        assert len(table) == 1 + len(CHANGES) + 1 + 1
        assert table[1] == [
            "development/us-east-1/waybill-region",
            "removed",
            "Old (AWS::ECR::Repository)",
            "what is there stays: old",
            "planned",
        ]
        assert table[2][3] == "DATA WOULD BE LOST"
        assert table[-1] == ["development/us-east-1", "create", "/startifact", "regions: us-east-1", "planned"]


class TestTheEnd:
    def test_how_it_went_is_the_news_and_a_failure_says_why(self) -> None:
        failed = stack(WEST, action=StackAction.CREATE).failed(PartialError(WHY, "Correct that."))
        left = stack(REGISTRY).ended(StackEnd.NOT_REACHED)
        body = SetupPlan(stacks=(stack().ended(StackEnd.UPDATED), failed, left))
        assert as_text(body, PLAIN).splitlines() == [
            "✓ waybill-region in development (111111111111), us-east-1: update",
            "✗ waybill-region in development (111111111111), us-west-2: create",
            f"  {WHY}",
            "– waybill-registry-sugarwater in development (111111111111), us-east-1: update",
        ]
        assert as_text(body, ASCII).isascii()

    def test_a_summary_says_why_a_stack_and_a_setting_failed(self) -> None:
        failed = stack(WEST).failed(PartialError(WHY))
        unwritten = SETTING.failed(ConflictError("somebody else wrote it"))
        page = read("\n".join(as_markdown(SetupPlan(stacks=(failed,), beside=(unwritten,)))))
        shown = [cell for row in page.tables[0] for cell in row]
        assert WHY in shown
        assert any("somebody else wrote it" in cell for cell in shown)


class TestOnTheWay:
    def test_the_plan_comes_first_with_its_digest(self) -> None:
        shown = tell(SetupPlanned(PLAN), PLAIN)
        assert shown.startswith(as_text(PLAN, PLAIN))
        assert shown.endswith(f"Plan digest: {PLAN.digest()}")
        assert tell(SetupPlanned(SetupPlan(stacks=(SAME,))), PLAIN) == ""

    def test_a_stack_begins_and_ends_in_a_line(self) -> None:
        assert tell(StackBegan(WEST, StackAction.CREATE), PLAIN) == f"{WEST}: creating"
        assert tell(StackBegan(WEST, StackAction.DELETE), PLAIN) == f"{WEST}: deleting"
        assert tell(StackEnded(stack().ended(StackEnd.UPDATED)), PLAIN) == f"✓ {HOME}: updated"
        assert tell(StackEnded(stack().failed(PartialError(WHY))), PLAIN) == f"✗ {WHY}"

    def test_a_stack_that_was_not_reached_is_not_marked_as_good(self) -> None:
        shown = tell(StackEnded(stack().ended(StackEnd.NOT_REACHED)), PLAIN)
        assert shown == f"– {HOME}: not-reached"

    @pytest.mark.parametrize(
        ("status", "shown"),
        [("CREATE_COMPLETE", True), ("DELETE_SKIPPED", True), ("UPDATE_FAILED", True), ("CREATE_IN_PROGRESS", False)],
    )
    def test_of_a_resource_its_end_is_told(self, status: str, shown: bool) -> None:
        line = tell(ResourceTold(HOME, "Bucket", "AWS::S3::Bucket", status, ""), PLAIN)
        assert line == (f"{HOME}: Bucket (AWS::S3::Bucket) {status}" if shown else "")

    def test_a_failed_resource_says_why_in_red(self) -> None:
        event = ResourceTold(HOME, "Bucket", "AWS::S3::Bucket", "CREATE_FAILED", "it is taken")
        assert tell(event, PLAIN).endswith("CREATE_FAILED: it is taken")
        assert tell(event, COLOUR).startswith("\x1b[31m")


class TestInASentence:
    def test_a_plan_says_what_apply_would_do(self) -> None:
        assert sentence(ended(PLAN, "setup plan"), PLAN) == (
            "Nothing was changed. `waybill setup apply` would create 1 stack, change 1 stack, write 1 setting."
        )

    def test_what_was_done_is_counted(self) -> None:
        gone = stack(REGISTRY, action=StackAction.DELETE).ended(StackEnd.DELETED)
        body = SetupPlan(stacks=(NEW.ended(StackEnd.CREATED), gone), beside=(replace(DATA, end=StackEnd.DELETED),))
        assert sentence(ended(body), body) == (
            "All is as the file says now: created 1 stack, deleted 1 stack, deleted for good what is in 1 resource."
        )

    def test_nothing_to_do_is_said(self) -> None:
        body = SetupPlan(stacks=(SAME,))
        assert sentence(ended(body), body) == "All is as the file says. Nothing was changed."

    def test_failures_are_counted_as_what_they_are(self) -> None:
        left = stack(REGISTRY).ended(StackEnd.NOT_REACHED)
        unwritten = replace(SETTING, end=StackEnd.NOT_REACHED)
        body = SetupPlan(
            stacks=(stack().ended(StackEnd.UPDATED), stack(WEST).failed(PartialError(WHY)), left), beside=(unwritten,)
        )
        assert sentence(ended(body), body) == (
            "1 stack failed, 1 stack and 1 setting not reached; 1 stack made or changed before stays."
        )

    def test_a_setting_that_failed_is_no_stack(self) -> None:
        body = SetupPlan(
            stacks=(stack().ended(StackEnd.UPDATED), NEW.ended(StackEnd.CREATED)),
            beside=(SETTING.failed(ConflictError("somebody else wrote it")),),
        )
        assert sentence(ended(body), body) == "1 setting failed; 2 stacks made or changed before stay."

    def test_where_nothing_was_done_nothing_stays(self) -> None:
        body = SetupPlan(stacks=(stack().failed(PartialError(WHY)),))
        assert sentence(ended(body), body) == "1 stack failed."


@settings(max_examples=150)
@given(hostile)
def test_what_aws_says_drives_no_terminal_and_is_no_markup(text: str) -> None:
    change = Change(kind=Kind.REMOVED, resource=text, type=text, physical_id=text, properties=(text,), kept=True)
    plan = stack(StackRef("development", "us-east-1", text), changes=(change,))
    failed = plan.failed(PartialError(text))
    beside = replace(SETTING, what=text, detail=text)
    bodies = [
        SetupPlan(stacks=(plan,), beside=(beside,)),
        SetupPlan(stacks=(failed,), beside=(beside.failed(PartialError(text)), replace(beside, end=StackEnd.CREATED))),
    ]
    events = (
        StackBegan(plan.ref, StackAction.CREATE),
        ResourceTold(plan.ref, f"R{text}", text, "CREATE_FAILED", text),
        StackEnded(failed),
        StackEnded(plan.ended(StackEnd.CREATED)),
    )
    for shown in (*(as_text(body, PLAIN) for body in bodies), *(tell(event, PLAIN) for event in events)):
        assert all(line.isprintable() for line in shown.split("\n"))
    assert all("\n" not in tell(event, PLAIN) for event in events)
    for body in bodies:
        page = read("\n".join(as_markdown(body)))
        assert {len(row) for row in page.tables[0]} == {5}
        assert not page.links
        assert not [piece for piece in page.plain if LIVELY.search(piece)]
        assert not [kind for kind in page.kinds if kind.startswith("html")]
