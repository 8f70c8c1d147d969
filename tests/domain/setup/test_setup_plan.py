"""The digest of a plan is that of what would change; and what a plan says of data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from waybill.domain.setup.plan import Beside, Change, Kind, SetupPlan, StackAction, StackEnd, StackPlan
from waybill.domain.setup.stacks.wanted import OutputOf, StackRef

REF = StackRef("development", "us-east-1", "waybill-region")
CHANGE = Change(kind=Kind.CHANGED, resource="Bucket", type="AWS::S3::Bucket", properties=("Tags",))
STACK = StackPlan(
    ref=REF,
    account="111111111111",
    template="region",
    action=StackAction.UPDATE,
    parameters={"HomeRegion": "us-east-1", "BucketNamePrefix": "acme"},
    template_sha256="a" * 64,
    changes=(CHANGE,),
    project="SugarWater",
)
BESIDE = Beside(
    what="/startifact", account="development", region="us-east-1", action=StackAction.CREATE, detail="regions: a"
)
PLAN = SetupPlan(stacks=(STACK,), beside=(BESIDE,))


def test_the_digest_is_the_same_for_the_same_plan_however_it_was_met_and_ended() -> None:
    backwards = replace(STACK, parameters=dict(reversed(list(STACK.parameters.items()))))
    ended = backwards.ended(StackEnd.UPDATED, seconds=3.0)
    idle = replace(STACK, ref=replace(REF, region="eu-west-1"), action=StackAction.NOTHING, changes=())
    done = replace(BESIDE, end=StackEnd.CREATED)
    assert SetupPlan(stacks=(ended, idle), beside=(done,)).digest() == PLAN.digest()


@pytest.mark.parametrize(
    "changed",
    [
        lambda: replace(PLAN, stacks=()),
        lambda: replace(PLAN, beside=()),
        lambda: of(ref=replace(REF, region="eu-west-1")),
        lambda: of(ref=replace(REF, name="waybill-other")),
        lambda: of(account="222222222222"),
        lambda: of(action=StackAction.CREATE),
        lambda: of(parameters={"HomeRegion": "us-east-1"}),
        lambda: of(parameters={"HomeRegion": "us-east-1", "BucketNamePrefix": "acmf"}),
        lambda: of(template_sha256="b" * 64),
        lambda: of(project="Other"),
        lambda: of(replaces_broken=True),
        lambda: of(changes=()),
        lambda: of(changes=(replace(CHANGE, kind=Kind.REPLACED),)),
        lambda: of(changes=(replace(CHANGE, kind=Kind.REMOVED),)),
        lambda: of(changes=(replace(CHANGE, properties=("Tags", "BucketName")),)),
        lambda: of(changes=(replace(CHANGE, kept=True),)),
        lambda: of(changes=(replace(CHANGE, physical_id="another"),)),
        lambda: replace(PLAN, beside=(replace(BESIDE, detail="regions: b"),)),
        lambda: replace(PLAN, beside=(replace(BESIDE, region="eu-west-1"),)),
        lambda: replace(PLAN, beside=(replace(BESIDE, action=StackAction.DELETE),)),
        lambda: replace(PLAN, beside=(replace(BESIDE, account="production"),)),
    ],
)
def test_whatever_else_would_change_has_another_digest(changed: Callable[[], SetupPlan]) -> None:
    assert changed().digest() != PLAN.digest()


def of(**changes: object) -> SetupPlan:
    return replace(PLAN, stacks=(replace(STACK, **changes),))  # type: ignore[arg-type]


def test_a_plan_that_changes_nothing_says_so() -> None:
    idle = replace(STACK, action=StackAction.NOTHING, changes=())
    assert not SetupPlan(stacks=(idle,), beside=(replace(BESIDE, action=StackAction.NOTHING),)).changes
    assert PLAN.changes
    assert SetupPlan(beside=(BESIDE,)).changes


@pytest.mark.parametrize(
    ("kind", "type_", "kept", "loses"),
    [
        (Kind.REMOVED, "AWS::S3::Bucket", False, True),
        (Kind.REPLACED, "AWS::KMS::Key", False, True),
        (Kind.MAY_BE_REPLACED, "AWS::ECR::Repository", False, True),
        (Kind.REMOVED, "AWS::S3::Bucket", True, False),
        (Kind.CHANGED, "AWS::S3::Bucket", False, False),
        (Kind.REMOVED, "AWS::IAM::Role", False, False),
    ],
)
def test_data_is_lost_where_what_holds_it_goes_and_is_not_kept(kind: Kind, type_: str, kept: bool, loses: bool) -> None:
    assert Change(kind=kind, resource="One", type=type_, kept=kept).loses_data is loses


def test_the_document_names_accounts_in_both_ways_and_what_is_awaited() -> None:
    awaits = OutputOf(StackRef("production", "us-east-1", "waybill-region"), "KeyArn")
    document = replace(STACK, awaits=(awaits,)).to_json()
    assert (document["account"], document["account_name"]) == ("111111111111", "development")
    assert document["awaits"] == ["KeyArn of production/us-east-1/waybill-region"]
