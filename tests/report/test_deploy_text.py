"""The body of a deploy's result: on a terminal, in a log, and in a step summary."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings

from report import deploys, examples
from report.mermaid import read as read_gantt
from report.rendered import LIVELY, Page, read
from report.test_markdown_escaping import hostile
from report.test_summary import LIMIT
from waybill.domain.console import execution_url
from waybill.domain.deploy.deployment import Deployment
from waybill.domain.deploy.execution import ActionStatus, ExecutionStatus
from waybill.domain.deploy.files import DeployedFiles
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode
from waybill.report import text
from waybill.report.deploy_text import as_markdown, as_text
from waybill.report.ink import Ink
from waybill.report.summary import summary

PLAIN = Ink()
MORE = "https://us-east-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/site/executions"
WENT = deploys.went_back(by_stage=None, channel=True)


def shown(body: Deployment, ink: Ink = PLAIN) -> list[str]:
    return as_text(body, ink).splitlines()


def page_of(body: Deployment, **options: Any) -> Page:
    return read("\n".join(as_markdown(body, **options)))


def files(**changes: Any) -> Deployment:
    return deploys.body(files=(replace(deploys.FILES, **changes),))


def test_a_terminal_shows_actions_files_and_facts() -> None:
    assert shown(deploys.body(joined=True)) == [
        "   stage       action  status     began                took",
        "✓  Source      Fetch   succeeded  2026-01-31 12:00:00  0.1 s",
        "✓  Production  Unpack  succeeded  2026-01-31 12:00:01  1.5 s  Deployment Succeeded",
        "",
        "✓ Unpack in s3://codepipeline-output-bucket: 12 files compared, all as they were staged.",
        "",
        "  pipeline        us-east-1:site in 111111111111 (V2, SUPERSEDED)",
        f"  execution       {deploys.ID}, which had begun already",
        "  status          Succeeded",
        "  source          s3://codepipeline-input-bucket/sample-website.zip",
        f"  source version  {deploys.REVISION}",
        "  recorded in     us-east-1, us-west-2 and eu-west-1",
        f"  console         {deploys.CONSOLE}",
    ]


def test_a_failed_action_has_its_message_and_links_below_it() -> None:
    lines = shown(deploys.body(actions=(deploys.SOURCE, deploys.FAILED)))
    assert lines[2].endswith(f"1.5 s  {deploys.MESSAGE} [PermissionError]")
    assert lines[3] == "     details: https://ci.example/job/7"
    assert lines[4].startswith("     log: https://us-east-1.console.aws.amazon.com/cloudwatch/home")


def test_a_plan_has_its_steps_and_its_notes() -> None:
    body = Deployment(plan=deploys.plan())
    assert shown(body)[1].startswith("  1. copy SugarWater 1.2.3")
    assert shown(body)[3].startswith("  Note: Fetch polls")
    page = page_of(body)
    assert [item.replace("`", "") for item in page.items] == [*deploys.plan().steps, f"Note: {deploys.plan().notes[0]}"]
    assert not page.tables
    assert not page.blocks


def test_the_summary_draws_the_actions_and_has_the_table_behind_it() -> None:
    page = page_of(deploys.body(actions=(deploys.SOURCE, deploys.FAILED)))
    drawn = read_gantt(page.blocks[0].rstrip("\n"))
    assert [(name, [(task.label, task.tag) for task in tasks]) for name, tasks in drawn.sections] == [
        ("Source", [("✓ Fetch 0.1 s", "done")]),
        ("Production", [("✗ Unpack 1.5 s", "crit")]),
    ]
    assert page.tables == [
        [
            ["Stage", "Action", "Status", "Began", "Took", "Message"],
            ["Source", "Fetch", "✓ succeeded", "2026-01-31 12:00:00", "0.1 s", ""],
            [
                "Production", "Unpack", "✗ failed", "2026-01-31 12:00:01", "1.5 s",
                f"{deploys.MESSAGE} [PermissionError] · details · log",
            ],
        ]
    ]  # fmt: skip
    assert "```mermaid" in "\n".join(as_markdown(deploys.body()))
    assert f"Source version: {deploys.REVISION}" in page.items


def test_the_summary_links_to_every_execution_that_matters() -> None:
    page = page_of(deploys.body(superseded_by="abc-1", went_back=WENT, url="https://site.example/"))
    assert page.links == [
        deploys.CONSOLE,
        f"{MORE}/abc-1/timeline?region=us-east-1",
        f"{MORE}/{deploys.OTHER}/timeline?region=us-east-1",
        "https://site.example/",
    ]


def test_the_sandbox_has_no_console_to_link_to() -> None:
    body = deploys.body(actions=(deploys.FAILED,), superseded_by="abc-1", went_back=WENT, url="https://site.example/")
    page = page_of(body, console_links=False)
    assert {urlsplit(link).netloc for link in page.links} == {"ci.example", "site.example"}
    assert deploys.LOG in page.tables[0][1][5]
    end = deploys.end(found=body)
    assert "console.aws" not in summary(end, console_links=False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "✓ {place}: 12 files compared, all as they were staged."),
        ({"files": 1}, "✓ {place}: 1 file compared, all as they were staged."),
        ({"missing": ("a", "b")}, "✗ {place}: 12 files compared, 2 missing (a and b)."),
        (
            {"missing": ("a",), "different": ("c",), "extra": ("d",)},
            "✗ {place}: 12 files compared, 1 missing (a); 1 different (c). 1 lay there before (d).",
        ),
        (
            {"unproven": ("e",), "notes": ("2 folders were left out.",)},
            "✓ {place}: 12 files compared, all as they were staged. 1 without a checksum to compare, of the right size "
            "(e). 2 folders were left out.",
        ),
        (
            {"compared": False, "why": "AWS refused s3:ListBucket."},
            "– {place}: not compared. AWS refused s3:ListBucket.",
        ),
    ],
)  # fmt: skip
def test_what_lies_in_the_bucket_is_told(changes: dict[str, Any], said: str) -> None:
    line = said.format(place="Unpack in s3://codepipeline-output-bucket")
    assert line in shown(files(**changes))
    assert line in page_of(files(**changes)).items


def test_a_long_list_of_files_is_shortened() -> None:
    many = tuple(f"page-{number}.html" for number in range(5000))
    (line,) = [line for line in shown(files(missing=many)) if "missing" in line]
    assert "5000 missing (page-0.html, " in line
    assert "page-18.html and 4981 more)" in line


def test_how_it_went_back_the_url_and_the_invalidation_are_told() -> None:
    lines = shown(deploys.body(went_back=WENT, url="https://site.example/", url_end="200 in 1.2 s", invalidation="I7"))
    assert (
        f"  went back       to 1.2.2: a new execution, execution {deploys.OTHER}, Succeeded; the channel went back too"
        in lines
    )
    assert "  verify-url      200 in 1.2 s" in lines
    assert "  invalidation    I7" in lines
    assert "  asked           https://site.example/" in lines
    failed = deploys.went_back(status=None, execution="", error="Nothing to go back to.")
    assert any(
        line.endswith("to 1.2.2: stage Production rolled back, execution none, not known; Nothing to go back to.")
        for line in shown(deploys.body(went_back=failed))
    )


def test_what_is_not_pinned_is_said() -> None:
    body = deploys.body(plan=deploys.plan(pinned=False))
    assert any(
        line.endswith("sample-website.zip (not pinned: it may have taken another object)") for line in shown(body)
    )


def test_few_characters_are_enough() -> None:
    ink = Ink(symbols=False, encoding="ascii")
    body = deploys.body(actions=(deploys.SOURCE, deploys.FAILED), files=(replace(deploys.FILES, missing=("a",)),))
    assert as_text(body, ink).isascii()


def poisoned(text: str) -> Result:
    run = deploys.run(
        text, text, ActionStatus.FAILED, error=text, error_code=text, summary=text, external_url=f"https://x.example/{text}",
        log=text, started=text,
    )  # fmt: skip
    body = Deployment(
        plan=deploys.plan(
            pipeline=text, region=text, account=text, mode=text, type=text, bucket=text, key=text, action=text,
            steps=(text,) * 9, notes=(text,) * 9,
        ),
        execution=text or "e", status=ExecutionStatus.FAILED, source_version=text, superseded_by=text,
        console_url=execution_url("aws", "us-east-1", text, text or "e"),
        went_back=deploys.went_back(version=text, execution=text, by_stage=text, error=text),
        actions=(run, deploys.run(text, text, summary=text)),
        files=(
            DeployedFiles(
                action=text, bucket=text, compared=True, files=3, missing=(text,), extra=(text,), notes=(text,)
            ),
            DeployedFiles(action=text, bucket=text, compared=False, why=text),
        ),
        url=f"https://x.example/{text}", url_end=text, invalidation=text, began=text, recorded=(text, text),
    )  # fmt: skip
    return deploys.end(Outcome.FAILED, body, exit_code=ExitCode.PIPELINE, error="e")


@settings(max_examples=150)
@given(hostile)
def test_nothing_from_outside_breaks_the_page_or_becomes_markup(text: str) -> None:
    for end in (
        poisoned(text),
        replace(poisoned(text), outcome=Outcome.PLANNED, body=Deployment(plan=poisoned_plan(text))),
    ):
        page = read(summary(end))
        assert all(len(row) == 6 for table in page.tables for row in table)
        assert {urlsplit(link).netloc for link in page.links} <= {"x.example", "us-east-1.console.aws.amazon.com"}
        assert [kind for kind in page.kinds if kind.startswith(("html", "image", "s_", "hr", "blockquote"))] == []
        assert not [part for part in page.plain if LIVELY.search(part)]
        for block in page.blocks:
            read_gantt(block.rstrip("\n"))
        assert page.headings[-1] == "Details"


def poisoned_plan(text: str) -> Any:
    body = poisoned(text).body
    assert isinstance(body, Deployment)
    return body.plan


@pytest.mark.parametrize("bad", ["x", "|", "\u202e", "😀", "#", "`", "a | ", "\n"])
def test_the_page_stays_below_a_mebibyte_whatever_comes_in(bad: str) -> None:
    huge, long = bad * (1024 * 1024 // len(bad)), bad * (9000 // len(bad))
    end = poisoned(long)
    assert isinstance(end.body, Deployment)
    body = replace(
        end.body,
        plan=replace(end.body.plan, steps=(huge, *(long,) * 50), notes=(huge, *(long,) * 50)),
        actions=(replace(end.body.actions[0], error=huge), *end.body.actions * 200),
        files=tuple(replace(one, missing=(long,) * 2000, notes=(long,)) for one in end.body.files) * 20,
        recorded=(long,) * 9,
    )
    regions = [
        examples.region(f"ap-southeast-{number}", Outcome.FAILED, error=f"{number} {long}", note=long)
        for number in range(60)
    ]
    worst = replace(
        end, body=body, regions=tuple(regions), error=long, advice=long, resume=huge,
        key=long, parameter=long, caller=long, project=long, warnings=tuple(f"{n} {long}" for n in range(100)),
    )  # fmt: skip
    page = summary(worst)
    assert len(page.encode()) < LIMIT
    assert len("\n".join(as_markdown(body)).encode()) < 150_000
    assert len("\n".join(as_markdown(replace(body, execution=""))).encode()) < 150_000
    assert "\n### Details\n" in page
    assert len(text.result(worst)) < 4 * LIMIT


def test_more_actions_than_are_shown_are_counted() -> None:
    page = page_of(deploys.body(actions=(deploys.UNPACK,) * 900))
    assert "820 actions more: see the log." in page.paragraphs
    assert len(read_gantt(page.blocks[0].rstrip("\n")).tasks) == 80


def test_the_result_document_is_what_is_drawn() -> None:
    document = json.loads(json.dumps(deploys.failed().to_json()))
    assert document["execution_id"] == deploys.ID
    assert document["actions"][1]["error"] == deploys.MESSAGE
