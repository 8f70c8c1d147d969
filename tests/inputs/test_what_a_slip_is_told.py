"""One slip is one fault, in words that lead on: what a newcomer types, and what is said of it."""

from __future__ import annotations

import pytest

from waybill.domain.checks import region_faults
from waybill.errors import Fault
from waybill.inputs.options import read_words
from waybill.inputs.reading import Reading
from waybill.inputs.tables.stage import STAGE

KNOWN = frozenset({"us-east-1", "us-east-2", "eu-west-1", "me-west-1", "us-iso-west-1"})


def test_the_value_of_an_option_that_is_misspelled_is_no_fault_of_its_own() -> None:
    words = read_words(STAGE, ["--projekt", "P", "--no-such", "--version", "1.2.3", "stray"])
    assert [(fault.name, fault.value) for fault in words.faults] == [
        ("--projekt", "P"),
        ("--no-such", ""),
        ("stray", ""),
    ]
    assert words.values == {"version": "1.2.3"}


def test_an_option_without_its_value_is_not_missing_besides() -> None:
    words = read_words(STAGE, ["--project", "P", "--version"])
    reading = Reading(STAGE.inputs, words.values)
    reading.faults += words.faults
    reading.require("project", "version", "path")
    assert [(fault.name, fault.rule) for fault in reading.faults] == [
        ("version", "needs a value."),
        ("path", "is missing."),
    ]


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("us-east-9", "Did you mean us-east-2?"),
        ("us-east-1;eu-west-1", "parted by commas, spaces or lines"),
        ("mars-1", "that this release knows."),
    ],
)
def test_a_region_that_there_is_not_gets_a_hint_that_helps_or_none(region: str, hint: str) -> None:
    (fault,) = region_faults([region], KNOWN)
    assert fault.rule.endswith(hint) or hint in fault.rule
    assert ("Did you mean" in fault.rule) == ("Did you mean" in hint)


def test_letters_that_only_look_like_others_are_spelled_out() -> None:
    said = str(Fault("project", "\u0420roject", "must be of A-Z a-z.", "SugarWater"))
    assert said == "project: '\u0420roject' ('\\u0420roject'): must be of A-Z a-z. Example: SugarWater"
    assert "(" not in str(Fault("project", "a/b", "must be of A-Z a-z.", "SugarWater"))
    assert str(Fault("metadata", "k=" + "v" * 3000, "is long.")).count("v" * 198) == 1
