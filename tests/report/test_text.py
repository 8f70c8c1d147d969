from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report import examples
from waybill.domain.result import ChannelOutcome, Outcome, Result
from waybill.errors import ExitCode, Fault, InputError
from waybill.progress import Waiting
from waybill.report import plan_words, text
from waybill.report.ink import Ink, clean
from waybill.report.narrate import narrate

ASCII = Ink(symbols=False, encoding="ascii")
COLOUR = Ink(colour=True)


def line_with(shown: str, *parts: str) -> str:
    found = [line for line in shown.splitlines() if all(part in line for part in parts)]
    assert found, f"no line has {parts}:\n{shown}"
    return found[0]


@pytest.mark.parametrize(
    ("region", "why", "line"),
    [
        ("STS", "STS: GetCallerIdentity failed: Rate exceeded (Throttling)", "STS: GetCallerIdentity failed"),
        ("STS", "role arn:aws:iam::1:role/r: no answer", "STS: role arn:aws:iam::1:role/r: no answer"),
        ("eu-west-1", "parameter /x in eu-west-1: no answer", "parameter /x in eu-west-1: no answer"),
        ("eu-west-1", "SlowDown", "eu-west-1: SlowDown"),
        ("", "SlowDown", "SlowDown"),
    ],
)
def test_a_wait_names_its_place_once(region: str, why: str, line: str) -> None:
    assert (narrate(Waiting(region, why, 1.0, 48.0), Ink()) or "").startswith(line)


def unprepared(*names: str) -> Result:
    """What bad input looks like that shows only in the regions: one error with every fault, and each region's own."""
    faults = [Fault("bucket-parameter", "/x", f"does not exist in {name}.", "/y") for name in names]
    whole, advice = InputError(faults), "Prepare the region."
    regions = [
        examples.region(name, Outcome.FAILED, error=InputError([fault]).what, advice=advice)
        for name, fault in zip(names, faults, strict=True)
    ]
    return examples.result(
        Outcome.FAILED,
        *regions,
        exit_code=ExitCode.INPUT,
        error=whole.what,
        advice=f"{advice}\nNothing was written.",
        resume="waybill stage",
    )


def test_what_the_whole_says_of_a_region_is_not_said_again() -> None:
    shown = text.result(unprepared("us-east-1", "us-west-2"))
    for name in ("us-east-1", "us-west-2"):
        assert shown.count(f"does not exist in {name}.") == 1
    assert shown.count("Prepare the region.") == 1
    regions = unprepared("us-east-1").regions
    other = replace(unprepared("us-west-2"), regions=regions)
    assert "does not exist in us-east-1." in text.result(other)


def test_a_command_that_would_fail_again_is_not_said_to_finish_it() -> None:
    assert "Put right what is wrong, then finish it with:\n\nwaybill stage" in text.result(unprepared("us-east-1"))


def test_a_plan_does_not_say_that_a_region_was_silent_which_answered() -> None:
    assert plan_words.sentence(examples.clash()).endswith("; an error in eu-west-1.")


def test_a_created_version_is_said_in_the_first_line_and_shown_for_each_region() -> None:
    shown = text.result(examples.created())
    assert shown.splitlines()[0] == "✓ Staged SugarWater 1.2.3 in 3 regions; the channel `latest` names it now."
    for name in examples.REGIONS:
        line_with(shown, "✓", name, "created", "1.2.2 → 1.2.3", "1.4 s", f"artifacts-{name}")
    line_with(shown, "sha256", examples.SHA)
    line_with(shown, "size", "16.0 MiB (16,777,216 bytes)")
    line_with(shown, "caller", examples.CALLER)
    assert "Finish it" not in shown


def test_a_version_that_is_there_already_says_that_nothing_was_changed() -> None:
    shown = text.result(examples.already())
    assert "Nothing was changed" in shown.splitlines()[0]
    line_with(shown, "us-east-1", "already", "1.2.3, kept")


def test_an_already_that_completed_something_does_not_claim_that_nothing_changed() -> None:
    shown = text.result(replace(examples.already(), changed=True))
    assert "Nothing was changed" not in shown
    assert "complete now" in shown.splitlines()[0]


def test_a_conflict_names_its_region_and_both_digests_and_that_no_channel_moved() -> None:
    shown = text.result(examples.conflict())
    first = shown.splitlines()[0]
    assert first.startswith("✗ Conflict")
    assert "us-west-2" in first
    assert "No channel was moved" in first
    line_with(shown, "us-west-2", examples.OTHER, examples.SHA)
    line_with(shown, "us-east-1", "created", "1.2.3, complete and verified", "not reached")
    assert "take the next version" in shown.lower()


def test_what_was_refused_before_anything_was_written_shows_the_plan_and_says_so() -> None:
    shown = text.result(examples.refused(), plan=examples.clash())
    assert "Nothing was written." in shown.splitlines()[0]
    line_with(shown, "us-west-2", "conflict", "another sha256 and size")
    line_with(shown, "eu-west-1", "AWS refused s3:ListBucket")
    assert "    Add it to the role's policy." in shown.splitlines()


@pytest.mark.parametrize("code", [ExitCode.BUG, ExitCode.INTERRUPTED, ExitCode.TERMINATED])
def test_what_ended_in_the_middle_never_claims_that_nothing_was_written(code: ExitCode) -> None:
    shown = text.result(replace(examples.refused(), outcome=Outcome.FAILED, exit_code=code))
    assert "Nothing was written" not in shown


def test_a_partial_result_says_what_holds_what_and_ends_with_the_command_alone_on_its_line() -> None:
    shown = text.result(examples.partial())
    assert "2 of 3 regions, too few for `require`" in shown.splitlines()[0]
    line_with(shown, "us-west-2", "1.2.3, complete and verified")
    line_with(shown, "eu-west-1", "failed", "not known to be complete")
    line_with(shown, "Warning:", "sts:TagSession")
    assert shown.splitlines()[-1] == examples.RESUME


def test_a_partial_result_that_is_enough_is_marked_good_and_says_its_error_once() -> None:
    shown = text.result(examples.enough())
    assert shown.startswith("✓ ")
    assert "enough for `require`" in shown.splitlines()[0]
    assert shown.count("`require: majority` asks for 2") == 1
    assert shown.splitlines()[-1] == examples.RESUME


def test_a_channel_that_could_not_be_moved_is_not_shown_as_a_good_end() -> None:
    whole = examples.created()
    stuck = replace(whole.regions[2], channel=ChannelOutcome.NOT_REACHED, error="TooManyUpdates", advice="Run again.")
    shown = text.result(
        replace(whole, outcome=Outcome.PARTIAL, exit_code=ExitCode.PARTIAL, regions=(*whole.regions[:2], stuck))
    )
    first = shown.splitlines()[0]
    assert "complete in 3 of 3 regions" in first
    assert "could not be moved in eu-west-1" in first
    line_with(shown, "✗", "eu-west-1", "created", "1.2.3, complete and verified")


def test_a_cancelled_run_says_so_and_not_that_too_few_regions_succeeded() -> None:
    shown = text.result(replace(examples.partial(), exit_code=ExitCode.TERMINATED))
    assert shown.splitlines()[0].startswith("✗ Cancelled: ")
    assert "too few" not in shown.splitlines()[0]


def test_the_missing_statement_can_be_copied_as_json() -> None:
    shown = text.result(examples.denied())
    lines = shown.splitlines()
    start = lines.index("    {")
    block = "\n".join(lines[start : lines.index("    }") + 1])
    assert json.loads(block)["Action"] == "s3:PutObject"


def test_regions_that_failed_alike_are_named_together() -> None:
    same = [
        examples.region(name, Outcome.FAILED, error="no answer", advice="Try again later.") for name in examples.REGIONS
    ]
    shown = text.result(examples.result(Outcome.FAILED, *same, exit_code=ExitCode.UNAVAILABLE))
    line_with(shown, "✗ us-east-1, us-west-2 and eu-west-1: no answer")
    assert shown.count("Try again later.") == 1


def test_a_note_that_all_regions_share_is_said_once() -> None:
    note = "latest names 1.3.0, which is not lower than 1.2.3."
    kept = [examples.region(name, channel=ChannelOutcome.KEPT, channel_after="1.3.0", note=note) for name in "abc"]
    shown = text.result(examples.result(Outcome.CREATED, *kept))
    assert "was not moved" in shown.splitlines()[0]
    assert shown.count(note) == 1
    line_with(shown, "a, b and c", note)


def test_a_dry_run_is_one_line_a_region() -> None:
    shown = text.result(examples.planned(), plan=examples.plan())
    assert "nothing was written" in shown.splitlines()[0]
    line_with(shown, "us-east-1", "create: nothing is stored", "1.2.2 → 1.2.3", "artifacts-us-east-1", "key/1234abcd")
    line_with(shown, "us-west-2", "nothing to do: already stored, same bytes", "1.2.3, kept")
    line_with(shown, "eu-west-1", "complete: stored without metadata", "(absent) → 1.2.3", "the bucket's default")
    line_with(shown, "sha256", examples.SHA)
    line_with(shown, "require", "all (3 of 3 regions")


def test_a_dry_run_reads_well_without_its_plan_too() -> None:
    regions = (
        examples.region(
            "a", Outcome.PLANNED, channel=ChannelOutcome.NOT_REACHED, note="would create: nothing is stored"
        ),
        examples.region("b", Outcome.PLANNED, channel=ChannelOutcome.NOT_REACHED, channel_before="1.2.3"),
    )
    shown = text.result(examples.result(Outcome.PLANNED, *regions))
    line_with(shown, "–  a", "planned", "1.2.2 → 1.2.3")
    line_with(shown, "–  b", "planned", "1.2.3, kept")
    line_with(shown, "a: would create: nothing is stored")


def test_a_plan_whose_digest_is_not_known_yet_says_when_it_will_be() -> None:
    line_with(text.plan_text(replace(examples.plan(), digests=None)), "sha256", "computed while")


def test_every_fault_of_bad_input_has_its_line() -> None:
    error = InputError([Fault("version", "v1", "must be SemVer.", "1.2.3"), Fault("path", "", "is missing.")])
    lines = text.failure(error).splitlines()
    assert any("version: 'v1': must be SemVer." in line and "Example: 1.2.3" in line for line in lines)
    assert any("path: is missing." in line for line in lines)


def test_bad_input_that_left_no_name_still_makes_a_sentence() -> None:
    end = replace(examples.refused(), outcome=Outcome.FAILED, exit_code=ExitCode.INPUT, project="", version="")
    assert text.result(end).splitlines()[0] == "✗ Nothing was staged."


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("command", ["stage", "rollback", "something-new"])
@pytest.mark.parametrize("regions", [0, 1, 3])
def test_every_outcome_of_every_command_has_a_sentence(outcome: Outcome, command: str, regions: int) -> None:
    some = [examples.region(name, outcome) for name in examples.REGIONS[:regions]]
    for changes in ({}, {"channel": None, "sha256": None, "size": None, "key": None, "caller": None}):
        end = replace(examples.result(outcome, *some, command=command), **changes)  # type: ignore[arg-type]
        first = text.result(end).splitlines()[0]
        assert first.rstrip().endswith(".")
        assert "SugarWater" in first or "channel" in first
        assert "None" not in first or changes


@pytest.mark.parametrize(
    "name", ["created", "already", "conflict", "refused", "partial", "enough", "denied", "planned"]
)
def test_an_ascii_stream_gets_ascii_that_says_the_same(name: str) -> None:
    end = getattr(examples, name)()
    shown = text.result(end, ASCII, plan=examples.plan())
    assert shown.isascii()
    assert "\\u" not in shown
    rich = text.result(end, plan=examples.plan())
    assert len(rich.splitlines()) == len(shown.splitlines())
    assert bool(re.search("^ok ", shown, re.MULTILINE)) == ("✓" in rich)
    assert ("->" in shown) == ("→" in rich)


def test_columns_stand_under_each_other_with_ascii_marks_too() -> None:
    for ink in (Ink(), ASCII):
        lines = text.table(examples.partial(), ink).splitlines()
        head = lines[0].index("region")
        assert all(line[head : head + 9] == name for line, name in zip(lines[1:], examples.REGIONS, strict=True))


def test_colour_adds_nothing_but_colour() -> None:
    end = examples.partial()
    shown = text.result(end, COLOUR)
    assert "\x1b[31m" in shown
    for code in ("0", "1", "2", "31", "32", "33"):
        shown = shown.replace(f"\x1b[{code}m", "")
    assert shown == text.result(end)


@given(st.text() | st.text(st.characters(categories=("Cc", "Cf", "Cs", "Zl", "Zp"))), st.sampled_from([Ink(), ASCII]))
def test_nothing_from_outside_drives_the_terminal(hostile: str, ink: Ink) -> None:
    base = examples.partial()
    first = replace(
        base.regions[2], error=hostile or "x", advice=hostile, bucket=hostile, channel_before=hostile, note=hostile
    )
    end = replace(
        base, project=hostile, regions=(base.regions[0], first), warnings=(hostile,), resume=hostile, caller=hostile,
        key=hostile, error=hostile or "x",
    )  # fmt: skip
    shown = text.result(end, ink)
    assert all(character == "\n" or character.isprintable() for character in shown)
    shown.encode(ink.encoding)


@given(st.text())
def test_cleaning_keeps_what_prints_and_is_done_once(given_text: str) -> None:
    once = clean(given_text)
    assert clean(once) == once
    if given_text.replace("\n", "").isprintable():
        assert once == given_text.replace("\r\n", "\n")


def test_an_error_of_megabytes_is_cut() -> None:
    end = replace(examples.partial(), error="e" * 5_000_000, advice="a" * 5_000_000, warnings=("w" * 5_000_000,))
    assert len(text.result(end)) < 100_000


def test_every_wrong_input_is_told_however_many_there_are() -> None:
    error = InputError([Fault(f"repositories.r{number}", "x" * 100, "is no name.") for number in range(200)])
    shown = text.trouble("", error.what, error.advice)
    assert all(f"repositories.r{number}:" in shown for number in range(200))


def test_one_endless_line_is_cut_and_those_after_it_are_told() -> None:
    shown = text.trouble("", f"{'x' * 50_000}\nand the last word", "")
    assert len(shown) < 5_000
    assert "46000 characters more" in shown
    assert "and the last word" in shown
