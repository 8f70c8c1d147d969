"""What a person writes names a version, a channel, or a range; and what was meant is named where nothing matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.strategies import versions
from waybill.domain.quorum import majority
from waybill.domain.ranges import Range
from waybill.domain.selector import Exactly, Named, Within, highest, nearest, parse
from waybill.domain.versions import Version

STORED = [Version(text) for text in ("1.2.3", "1.2.4", "1.10.0", "2.0.0-rc.1", "0.9.0", "3.0.0")]


@pytest.mark.parametrize("text", ["1.2.3", "1.2.3-rc.1+b", "0.0.0"])
def test_a_version_is_itself(text: str) -> None:
    assert parse(text) == Exactly(Version(text))


@pytest.mark.parametrize("text", ["latest", "production", "xx", "pr-7"])
def test_a_channel_is_its_name(text: str) -> None:
    assert parse(text) == Named(text)


@pytest.mark.parametrize("text", ["^1.4", "1.2", "1", "*", ">=1 <2", "x"])
def test_a_range_is_a_range(text: str) -> None:
    assert isinstance(parse(text), Within)


@pytest.mark.parametrize("text", ["Latest", "v1.2.3", "1.02.3", "la test", "../x", "latest\n"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a version, the name of a channel, or a range"):
        parse(text)


def test_the_highest_is_by_precedence_and_not_by_text() -> None:
    assert highest(Range.parse("^1.2"), STORED) == Version("1.10.0")
    assert highest(Range.parse("^4"), STORED) is None


def test_what_was_meant_is_what_looks_alike_else_the_highest() -> None:
    assert nearest("1.2.5", STORED)[:2] == [Version("1.2.4"), Version("1.2.3")]
    assert nearest("^9", STORED, limit=2) == [Version("3.0.0"), Version("2.0.0-rc.1")]
    assert nearest("1.0.0", []) == []


@given(st.lists(versions, max_size=8), st.text(max_size=12))
def test_what_was_meant_is_always_of_what_is_stored(stored: list[Version], wanted: str) -> None:
    found = nearest(wanted, stored)
    assert set(found) <= set(stored)
    assert bool(found) == bool(stored)


@given(st.dictionaries(st.integers(0, 6).map(str), st.sampled_from("ab")), st.integers(1, 7))
def test_a_majority_is_more_than_half_of_all_regions(answers: dict[str, str], regions: int) -> None:
    answers = dict(list(answers.items())[:regions])
    found = majority(answers, regions)
    counts = [list(answers.values()).count(value) for value in "ab"]
    assert (found is not None) == (max(counts) > regions / 2)
    assert found is None or list(answers.values()).count(found) > regions / 2


def test_one_answer_of_two_is_no_majority() -> None:
    assert majority({"us-east-1": "1.0.0"}, 2) is None
