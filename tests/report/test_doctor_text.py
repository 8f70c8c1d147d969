"""What people see of doctor: what is wrong first, what passed alike in several regions once, what setup would mend."""

from __future__ import annotations

from dataclasses import replace

from waybill.domain.doctor.examined import Examined
from waybill.domain.doctor.fixing import fix_plan
from waybill.domain.findings import Finding, Verdict
from waybill.domain.setup.plan import Change, Kind, SetupPlan, StackAction, StackPlan
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.report.doctor_text import as_markdown, as_text, folded, sentence
from waybill.report.ink import Ink

A, B = "us-east-1", "eu-west-1"


def finding(check: str, region: str = "", verdict: Verdict = Verdict.PASS, says: str = "is good") -> Finding:
    mend = "" if verdict is Verdict.PASS else f"mend {check}"
    return Finding(check=check, verdict=verdict, says=says, region=region, mend=mend, subject=f"bucket-{region}")


FOUND = (
    finding("versioning", A),
    finding("versioning", B),
    finding("ownership", A),
    finding("ownership", B, Verdict.FAIL, "is another's"),
)


def test_what_passed_alike_is_one_line_and_what_is_wrong_is_a_line_each() -> None:
    shown = folded(FOUND)
    assert [(one.check, one.region) for one in shown] == [
        ("ownership", B),
        ("versioning", f"{A}, {B}"),
        ("ownership", A),
    ]
    assert shown[1].subject == "", "it is not one bucket's"
    lines = as_text(Examined(findings=FOUND), Ink()).splitlines()
    assert lines[1].split()[1:4] == ["fail", B, "ownership"]
    assert lines[-1].strip() == "mend ownership"


def test_the_sentence_counts_and_says_what_it_means() -> None:
    assert sentence(Examined(findings=FOUND)) == "4 checks: 1 failed and 3 good. A release would not go through."
    assert sentence(Examined(findings=FOUND[:1])) == "1 check: 1 good."


def test_what_setup_would_mend_is_told_beside_what_it_would_not() -> None:
    change = Change(kind=Kind.CHANGED, resource="Bucket", type="AWS::S3::Bucket")
    stack = StackPlan(
        ref=StackRef(account="", region=B, name="s"),
        account="1",
        template="region",
        action=StackAction.UPDATE,
        changes=(change,),
    )
    wrong = (*FOUND, finding("clock", A, Verdict.FAIL, "is late"))
    fix = fix_plan(wrong, SetupPlan(stacks=(stack,)), "waybill setup apply")
    text = as_text(Examined(findings=wrong, fix=fix), Ink())
    assert "`waybill setup apply` would change 1 resource and 0 settings, and so mend: ownership (eu-west-1)." in text
    assert "It would not mend: clock (us-east-1)." in text
    page = "\n".join(as_markdown(Examined(findings=wrong, fix=fix)))
    assert "would not mend" in page
    nothing = fix_plan(wrong, SetupPlan(), "waybill setup apply")
    assert "would change nothing" in as_text(Examined(findings=wrong, fix=nothing), Ink())
    healthy = fix_plan(FOUND[:3], SetupPlan(stacks=(stack,)), "waybill setup apply")
    assert as_text(Examined(findings=FOUND[:3], fix=healthy), Ink()).endswith("\nThere is nothing to mend.")


def test_the_account_in_which_something_is_mended_stands_above_it_and_statements_keep_their_lines() -> None:
    wrong = Finding(check="versioning", verdict=Verdict.FAIL, says="no", mend="test x && aws y", owner="2" * 12)
    wrong = replace(wrong, seen_as="arn:r", note="or by setup")
    (*_, above, command) = as_text(Examined(findings=(wrong,)), Ink()).splitlines()
    assert above.strip() == "# in account 222222222222 (looked at as arn:r): or by setup"
    assert command.strip() == "test x && aws y"
    page = "\n".join(as_markdown(Examined(findings=(wrong,))))
    assert "  # in account 222222222222 (looked at as arn:r): or by setup\n  test x && aws y\n" in page
    statement = replace(wrong, mend='Add this:\n{\n  "Effect": "Allow"\n}', note="")
    lines = as_text(Examined(findings=(statement,)), Ink()).splitlines()
    assert lines[-4:] == ["    Add this:", "    {", '      "Effect": "Allow"', "    }"]
