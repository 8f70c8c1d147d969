"""Which findings setup's plan would mend: those of what it changes there, and no others."""

from __future__ import annotations

from waybill.domain.doctor.fixing import CONFIGURED, MADE, FixPlan, fix_plan
from waybill.domain.findings import Finding, Verdict
from waybill.domain.setup.plan import Beside, Change, Kind, SetupPlan, StackAction, StackPlan
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.sandbox.breaking.listed import KINDS

COMMAND = "waybill setup apply --config waybill.yaml"


def wrong(
    check: str, region: str = "us-east-1", account: str = "production", verdict: Verdict = Verdict.FAIL
) -> Finding:
    return Finding(check=check, verdict=verdict, says="is wrong", account=account, region=region)


def stack(kind: str, region: str = "us-east-1", action: StackAction = StackAction.UPDATE) -> StackPlan:
    return StackPlan(
        ref=StackRef(account="production", region=region, name="waybill-region"),
        account="222222222222",
        template="region",
        action=action,
        changes=(Change(kind=Kind.CHANGED, resource="Bucket", type=kind),),
    )


def planned(*findings: Finding, stacks: tuple[StackPlan, ...] = (), beside: tuple[Beside, ...] = ()) -> FixPlan:
    return fix_plan(findings, SetupPlan(stacks=stacks, beside=beside), COMMAND)


def test_what_the_plan_changes_there_is_mended_and_nothing_else() -> None:
    bucket, elsewhere = wrong("versioning"), wrong("versioning", region="eu-west-1")
    other, key = wrong("versioning", account="development"), wrong("key-readers")
    fix = planned(bucket, elsewhere, other, key, stacks=(stack("AWS::S3::Bucket"),))
    assert fix.mended == (bucket,)
    assert fix.left == (elsewhere, other, key)


def test_a_stack_that_does_not_change_mends_nothing() -> None:
    bucket = wrong("versioning")
    fix = planned(bucket, stacks=(stack("AWS::S3::Bucket", action=StackAction.NOTHING),))
    assert (fix.mended, fix.left) == ((), (bucket,))


def test_the_configuration_is_mended_by_what_setup_writes_beside_its_stacks() -> None:
    gone, equal = wrong("configuration"), wrong("configuration-equal", region="")
    write = Beside(what="/startifact", account="production", region="us-east-1", action=StackAction.CREATE)
    assert planned(gone, equal, beside=(write,)).mended == (gone, equal)


def test_what_is_good_or_unknown_is_not_spoken_of() -> None:
    fix = planned(wrong("versioning", verdict=Verdict.PASS), wrong("versioning", verdict=Verdict.UNKNOWN))
    assert (fix.mended, fix.left) == ((), ())
    assert fix.to_json()["command"] == COMMAND


def test_every_check_that_it_speaks_of_is_a_check() -> None:
    known = {*KINDS, "pipeline", "deploy-role-trust"}
    assert {*MADE, *CONFIGURED} <= known
