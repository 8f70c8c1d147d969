"""What people are shown of access: plans, ends, and policies as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.access.making import BOB, BUCKET, CALLER, NAMES, READER, REPOSITORY, bob, grant, packages
from waybill.domain.access.changing import UNGUARDED, change
from waybill.domain.access.grants import Grant, May, PackagePattern
from waybill.domain.access.needs import needs_of
from waybill.domain.access.packages import package_statements
from waybill.domain.access.plan import AccessPlan, DocumentPlan, End
from waybill.domain.access.refs import Live
from waybill.domain.access.shown import AccessShown, ShownDocument
from waybill.domain.result import Outcome, Result
from waybill.errors import ConflictError, ExitCode
from waybill.report import access_text, shown_text
from waybill.report.ink import Ink
from waybill.report.words import sentence

INK = Ink(symbols=False)
UI = PackagePattern(format="npm", namespace="parity", name="ui")
PUBLISHES = grant(bob(), May.PUBLISH, packages(UI), name="bob-publishes")


def planned(*grants: Grant, live: Live | None = None) -> DocumentPlan:
    found = [one for made in grants for one in package_statements(made, made.what)]  # type: ignore[arg-type]
    wanted = [one for one in found if one.ref == REPOSITORY]
    made = change(REPOSITORY, live, wanted, names=NAMES, caller=CALLER)
    assert isinstance(made, DocumentPlan)
    return made


def result(body: AccessPlan | AccessShown, command: str = "access plan", outcome: Outcome = Outcome.PLANNED) -> Result:
    return Result(
        command=command,
        outcome=outcome,
        changed=False,
        exit_code=ExitCode.OK,
        body=body,
    )


def test_a_plan_says_per_policy_who_gains_and_loses_what() -> None:
    reads = grant(READER, May.READ, packages(), name="reads")
    before = planned(reads).after
    assert before is not None
    live = Live(text=before.replace('"Statement":[', '"Statement":[{"Sid":"Theirs","Effect":"Deny"},'), revision="7")
    text = access_text.as_text(AccessPlan(documents=(planned(PUBLISHES, live=live),)), INK)
    assert text.splitlines() == [
        f"{REPOSITORY}: change, 1 statement kept that is not ours",
        "+ bob gains publish on npm/parity/ui in my_domain/my_repo",
        "- production loses read on my_domain/my_repo",
    ]


def test_a_first_put_is_said_not_to_be_guarded() -> None:
    assert UNGUARDED in access_text.as_text(AccessPlan(documents=(planned(PUBLISHES),)), INK)


def test_what_identities_need_beside_is_counted_and_the_statements_are_in_json() -> None:
    needs = needs_of((PUBLISHES,), package_statements(PUBLISHES, packages(UI)), NAMES)
    text = access_text.as_text(AccessPlan(documents=(planned(PUBLISHES),), needs=needs), INK)
    said = f"bob-publishes: {BOB} needs this by the policies of their own account: 2 actions of codeartifact, 1 action"
    assert said in text
    assert "--json" in text


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (End.WRITTEN, f"{INK.good} {REPOSITORY}: written"),
        (End.CONFLICT, f"{INK.bad} {REPOSITORY}: not written"),
        (End.NOT_REACHED, f"{INK.idle} {REPOSITORY}: not reached"),
    ],
)
def test_an_end_is_marked(end: End, told: str) -> None:
    made = planned(PUBLISHES)
    ended = made.failed(ConflictError("Somebody else."), end) if end is End.CONFLICT else replace(made, end=end)
    assert access_text.as_text(AccessPlan(documents=(ended,)), INK).splitlines()[0] == told


@pytest.mark.parametrize(
    ("body", "command", "outcome", "words"),
    [
        (AccessPlan(), "access plan", Outcome.ALREADY, "All is as the file says, in 0 policies. Nothing was changed."),
        (
            AccessPlan(documents=(planned(PUBLISHES),)),
            "access plan",
            Outcome.PLANNED,
            "Nothing was changed. `waybill access apply` would change 1 policy, of 1.",
        ),
        (
            AccessPlan(documents=(replace(planned(PUBLISHES), end=End.WRITTEN),)),
            "access apply",
            Outcome.CREATED,
            "All is as the file says now: 1 policy changed, of 1.",
        ),
        (
            AccessPlan(documents=(planned(PUBLISHES).failed(ConflictError("x"), End.CONFLICT),)),
            "access apply",
            Outcome.CONFLICT,
            "1 policy was not changed, of 1. Nothing was changed.",
        ),
        (
            AccessPlan(documents=(replace(planned(PUBLISHES), refused="so"),)),
            "access apply",
            Outcome.CONFLICT,
            "The plan is refused: 1 policy would lock somebody out. Nothing was changed.",
        ),
        (AccessPlan(), "access remove", Outcome.ALREADY, "Nothing of it is in any policy, of 0. Nothing was changed."),
    ],
)
def test_how_it_ended_is_a_sentence(body: AccessPlan, command: str, outcome: Outcome, words: str) -> None:
    assert sentence(result(body, command, outcome)) == words


def test_a_policy_is_shown_spread_out_with_what_is_ours_counted() -> None:
    live = Live(text=planned(PUBLISHES).after or "", revision="7")
    body = AccessShown(
        documents=(ShownDocument(ref=REPOSITORY, live=live), ShownDocument(ref=BUCKET, live=None)),
    )
    text = shown_text.as_text(body, INK)
    assert "the repository policy of my_domain/my_repo in development/us-east-1: 1 ours, 0 not, revision 7" in text
    assert '      "Sid": "WaybillBobPublishesPublish",' in text
    assert text.splitlines()[-1] == "there is none"
    assert "```json" in "\n".join(shown_text.as_markdown(body))
    assert "There is 1 policy, with 1 statement that Waybill wrote." in sentence(
        result(body, "access show", Outcome.ALREADY)
    )


def test_what_somebody_wrote_into_a_policy_drives_no_terminal() -> None:
    live = Live(text='{"Statement":[{"Sid":"\x1b[31m","Effect":"Allow"}]}', revision="7")
    assert "\x1b" not in shown_text.as_text(AccessShown(documents=(ShownDocument(ref=REPOSITORY, live=live),)), INK)
