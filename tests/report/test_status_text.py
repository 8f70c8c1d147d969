"""What `status` says on a terminal and in a step summary: the same words, the worst first, and nothing obeyed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report import statuses
from report.rendered import LIVELY, read
from waybill.domain.result import Outcome, Result
from waybill.domain.survey.status import Repaired, Status
from waybill.errors import ExitCode
from waybill.report import text
from waybill.report.ink import Ink
from waybill.report.summary import summary


def result(body: Status, outcome: Outcome = Outcome.ALREADY, **more: object) -> Result:
    return Result(
        command="status",
        outcome=outcome,
        changed=False,
        exit_code=ExitCode.OK,
        body=body,
        **more,  # type: ignore[arg-type]
    )


def test_all_is_well_in_one_sentence_and_a_table() -> None:
    said = text.result(result(statuses.healthy())).splitlines()
    assert said[0] == "✓ 2 projects in 1 account: every channel names what is whole, the same in every region."
    assert ["production", "2.7.3", "2.7.3", "2.7.3"] in [line.split() for line in said]


def test_what_needs_attention_is_marked_and_comes_first() -> None:
    said = text.result(result(statuses.troubled()))
    assert said.startswith("✗ ")
    for words in (
        "3 of 7 projects in 2 accounts need attention: SugarWater, payments-api and web.",
        "4.1.0 (behind)",
        "2.8.0 (withdrawn)",
        "1.0.0 (not whole)",
        "unknown (unreadable)",
        "something else (foreign value)",
        "0.9.1 (no waybill)",
        "A rollback to 2.7.3 is half done: ada began it at 2026-11-22T09:12:00Z (checkout fails)",
        "Drift: 4.2.0 in us-east-1 and us-west-2; 4.1.0 in eu-west-1.",
        "SugarWater@5.0.0 was begun at 2026-11-22T02:00:00Z and never ended",
        "Not everything could be read: eu-west-1 of 222222222222.",
    ):
        assert words in said, words
    assert said.index("SugarWater, 31") < said.index("docs, 12")


def test_a_silent_region_is_said_once_and_troubles_no_project() -> None:
    said = text.result(result(statuses.one_silent(), Outcome.PARTIAL))
    assert said.startswith(
        "✗ 2 projects in 1 account: every channel names what is whole, the same in every region that"
    )
    assert said.count("did not answer") == 1
    assert "unknown (unreadable)" in said


def test_a_terminal_without_our_signs_says_the_same() -> None:
    plain = text.result(result(statuses.troubled()), Ink(symbols=False, encoding="ascii"))
    assert plain.isascii()
    assert "(behind)" in plain


def test_p9_hostile_names_drive_no_terminal_and_make_no_markup() -> None:
    said = text.result(result(statuses.hostile()))
    assert "\x1b[31m" not in said
    assert "\u202e" not in said
    page = read(summary(result(statuses.hostile())))
    assert not [part for part in page.plain if LIVELY.search(part)]
    assert not page.links


def test_the_summary_has_a_table_for_each_project_and_every_finding() -> None:
    page = read(summary(result(statuses.troubled())))
    assert [head for head in page.headings if "SugarWater" in head] == [
        "✗ SugarWater, 31 versions",
        "✓ SugarWater, 12 versions",
    ]
    assert ["production", "4.2.0", "4.2.0", "4.1.0 behind"] in [row for table in page.tables for row in table]
    assert any("It belongs at 4.2.0." in item for item in page.items)


def test_a_summary_stays_within_what_github_takes() -> None:
    many = tuple(statuses.calm(f"project-{number}", "1.0.0", "1.0.0") for number in range(20_000))
    one = statuses.account(many)
    page = summary(result(Status(at=statuses.AT, accounts=(one, one))))
    assert len(page.encode()) < 1024 * 1024
    assert "projects more: see the result document." in page


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ([], "Nothing needed to be repaired."),
        ([Repaired.DONE, Repaired.DONE], "Repaired: 2 steps done."),
        ([Repaired.DONE, Repaired.FAILED], "Repaired: 1 step done, 1 failed."),
        ([Repaired.LEFT_ALONE], "Repaired: 0 steps done; 1 thing left alone, which a person must decide."),
        ([Repaired.PLANNED], "Dry run: nothing was written. 1 step would be taken."),
    ],
)
def test_a_repair_is_told_in_a_sentence(outcomes: list[Repaired], words: str) -> None:
    step = (statuses.troubled().repairs or ())[0]
    repairs = tuple(replace(step, outcome=outcome) for outcome in outcomes)
    assert words in text.result(result(statuses.healthy().with_repairs(repairs)))
