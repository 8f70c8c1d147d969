from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report import examples
from report.rendered import LIVELY, Page, read
from report.test_markdown_escaping import hostile
from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.errors import ExitCode
from waybill.report.ink import clean
from waybill.report.summary import summary

LIMIT = 1024 * 1024
RUN = "https://github.com/octo/sugar/actions/runs/17"


def column(page: Page, name: str) -> list[str]:
    index = page.tables[0][0].index(name)
    return [row[index] for row in page.tables[0][1:]]


def test_a_created_version_shows_what_is_where_and_what_it_is() -> None:
    page = read(summary(examples.created(), run_url=RUN))
    assert page.headings == ["✓ SugarWater 1.2.3 – created", "Details"]
    assert column(page, "Region") == list(examples.REGIONS)
    assert column(page, "Outcome") == ["✓ created"] * 3
    assert column(page, "Channel latest") == ["1.2.2 → 1.2.3"] * 3
    assert column(page, "Stored at")[0] == "s3://artifacts-us-east-1/staging/SugarWater@1.2.3"
    assert column(page, "Version id")[0].startswith("3sL4")
    assert column(page, "Took") == ["1.4 s"] * 3
    assert f"SHA-256: {examples.SHA}" in page.items
    assert "Size: 16.0 MiB (16,777,216 bytes)" in page.items
    assert f"Caller: {examples.CALLER}" in page.items
    assert "Took: 4.2 s" in page.items
    assert page.links[-1] == RUN


def test_links_lead_to_the_object_and_to_the_parameter() -> None:
    links = [urlsplit(link) for link in read(summary(examples.created())).links]
    parameter, stored = links[0], links[1]
    assert parameter.netloc == stored.netloc == "us-east-1.console.aws.amazon.com"
    assert stored.path == "/s3/object/artifacts-us-east-1"
    assert parse_qs(stored.query) == {"region": ["us-east-1"], "prefix": [examples.KEY]}
    # The console's router decodes once more than a browser does.
    head, name, tail = parameter.path.rsplit("/", 2)
    assert (head, tail) == ("/systems-manager/parameters", "description")
    assert unquote(unquote(name)) == "/artifacts/SugarWater/latest"
    assert "/" not in unquote(name)
    assert parse_qs(parameter.query) == {"region": ["us-east-1"]}


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "ap-southeast-2", "ap-southeast-2.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ("aws-iso", "us-iso-east-1", None),
        ("aws", "evil.example/#", None),
        ("aws", "EU-WEST-1", None),
    ],
)
def test_every_partition_has_its_own_console_and_an_unknown_one_has_none(
    partition: str, region: str, host: str | None
) -> None:
    end = examples.result(
        Outcome.CREATED, examples.region(region), caller=f"arn:{partition}:sts::222222222222:assumed-role/waybill/x"
    )
    assert {urlsplit(link).netloc for link in read(summary(end)).links} == ({host} if host else set())


def test_the_sandbox_has_no_console_to_link_to() -> None:
    page = read(summary(examples.created(), console_links=False))
    assert page.links == []
    assert column(page, "Stored at")[0] == "s3://artifacts-us-east-1/staging/SugarWater@1.2.3"


def test_an_object_that_may_not_be_there_is_not_linked_to() -> None:
    links = read(summary(examples.partial())).links
    assert not [link for link in links if "/s3/object/artifacts-eu-west-1" in link]
    assert [link for link in links if "/s3/object/artifacts-us-east-1" in link]


def test_a_partial_result_says_what_holds_what_and_how_to_finish() -> None:
    page = read(summary(examples.partial()))
    assert page.headings[:3] == ["✗ SugarWater 1.2.3 – partial", "What went wrong", "eu-west-1"]
    assert column(page, "Holds now") == [*["1.2.3, complete and verified"] * 2, "not known to be complete"]
    assert page.blocks == [examples.RESUME + "\n"]
    assert any("did not answer" in paragraph for paragraph in page.paragraphs)
    assert any("sts:TagSession" in item for item in page.items)


def test_a_partial_result_that_is_enough_is_marked_good_and_says_its_error_once() -> None:
    shown = summary(examples.enough())
    page = read(shown)
    assert page.headings[0].startswith("✓ ")
    assert "Warnings" not in page.headings
    assert shown.count("`require: majority`") == 1
    assert examples.RESUME + "\n" in page.blocks


def test_a_conflict_names_both_digests_and_who_staged_the_stored_one() -> None:
    page = read(summary(examples.conflict()))
    text = "\n".join(page.paragraphs)
    assert examples.OTHER in text
    assert examples.SHA in text
    assert "octocat" in text
    assert column(page, "Outcome") == ["✓ created", "✗ conflict", "✓ created"]


def test_what_was_refused_before_anything_was_written_shows_the_plan() -> None:
    page = read(summary(examples.refused(), plan=examples.clash()))
    assert any("Nothing was written." in paragraph for paragraph in page.paragraphs)
    assert column(page, "Plan")[1] == "✗ conflict: stored already with another sha256 and size"
    assert "Add it to the role's policy." in page.paragraphs


def test_the_missing_statement_is_json_in_a_block() -> None:
    page = read(summary(examples.denied()))
    assert json.loads(page.blocks[0])["Action"] == "s3:PutObject"


def test_a_dry_run_shows_the_plan_with_keys_and_channels() -> None:
    page = read(summary(examples.planned(), plan=examples.plan()))
    assert page.headings[0] == "– SugarWater 1.2.3 – planned"
    assert column(page, "Channel latest") == ["1.2.2 → 1.2.3", "1.2.3, kept", "(absent) → 1.2.3"]
    assert column(page, "KMS key")[0].endswith(":key/1234abcd-12ab-34cd-56ef-1234567890ab")
    assert column(page, "KMS key")[2] == "the bucket's default"
    assert f"SHA-256: {examples.SHA}" in page.items
    assert any("3 of 3 regions" in paragraph for paragraph in page.paragraphs)


def test_notes_of_regions_are_shown() -> None:
    kept = examples.region("us-east-1", channel=ChannelOutcome.KEPT, channel_after="1.3.0", note="latest names 1.3.0")
    assert "us-east-1: latest names 1.3.0" in read(summary(examples.result(Outcome.CREATED, kept))).items


def poisoned(text: str, base: Result) -> Result:
    def region(one: RegionResult) -> RegionResult:
        return replace(
            one, bucket=text or "b", key=text, version_id=text, channel_before=text, note=text, account=text,
            error=text or "e", advice=text,
        )  # fmt: skip

    return replace(
        base, regions=tuple(region(one) for one in base.regions), project=text, version=text, sha256=text, caller=text,
        key=text, parameter=text or "p", channel=text or "c", error=text, advice=text, resume=text,
        warnings=(text, "quiet"),
    )  # fmt: skip


@settings(max_examples=200)
@given(hostile, st.sampled_from(["created", "conflict", "partial"]))
def test_nothing_from_outside_breaks_the_page_or_becomes_markup(text: str, name: str) -> None:
    end = poisoned(text, getattr(examples, name)())
    shown = summary(end, run_url=RUN)
    page = read(shown)
    (table,) = page.tables
    assert [len(row) for row in table] == [len(table[0])] * 4
    rows = shown[shown.index("| Region |") :].split("\n\n")[0].split("\n")
    assert {line.count("|") for line in rows} == {len(table[0]) + 1}
    assert [row[0] for row in table[1:]] == list(examples.REGIONS)
    lively = ("html", "image", "s_", "hr", "blockquote", "ordered")
    assert [kind for kind in page.kinds if kind.startswith(lively)] == []
    assert {urlsplit(link).netloc for link in page.links} <= {
        "github.com",
        *(f"{region}.console.aws.amazon.com" for region in examples.REGIONS),
    }
    assert not [part for part in page.plain if LIVELY.search(part)]
    if clean(text).strip():
        assert f"{clean(text).strip()}\n" in page.blocks  # `resume`, in a block of its own
    assert page.headings[-1] == "Details"
    shown.encode()


@pytest.mark.parametrize("text", ["|", "a | ", "`", "\u202e", "😀", "- x\n", "{\n", "\n\n", "\\|`"])
@pytest.mark.parametrize("regions", [34, 700])
def test_the_page_stays_below_a_mebibyte_whatever_happens(text: str, regions: int) -> None:
    huge = text * (10_000 if regions == 34 else 300)
    some = [
        examples.region(
            f"ap-southeast-{number}", Outcome.FAILED, error=f"{number} {huge}", advice=huge, bucket=huge, key=huge,
            note=f"{number} {huge}", channel_before=huge, version_id=huge,
        )
        for number in range(regions)
    ]  # fmt: skip
    end = examples.result(
        Outcome.FAILED, *some, error=huge, advice=huge, warnings=tuple(f"{n} {huge}" for n in range(99)),
        resume=f"waybill {huge}", project=huge, channel=huge, parameter=huge, key=huge, caller=huge,
        exit_code=ExitCode.IDENTITY,
    )  # fmt: skip
    shown = summary(end, run_url=RUN)
    assert len(shown.encode()) < LIMIT
    assert "\n### Finish it\n" in shown
    assert "\n### Details\n" in shown
    if regions == 700:
        assert "more: see the log." in shown
