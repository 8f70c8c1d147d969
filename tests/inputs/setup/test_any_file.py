"""Whatever stands in a file, it is read or refused in words; and what is read makes stacks."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inputs.setup.example import REGIONS, example
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.errors import Fault
from waybill.inputs.file.places import Places
from waybill.inputs.setup.build import build
from waybill.inputs.setup.read import check

WORDS = (
    "production",
    "development",
    "staged",
    "us-east-1",
    "111111111111",
    "acme/website",
    "*",
    "",
    "my-repo",
    "brewery",
)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(WORDS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*place, key))


PLACES = [place for place in places(example()) if place]


def faults(file: Any) -> list[Fault]:
    found = Places("waybill.yaml")
    check(file, found, regions=REGIONS)
    return found.faults()


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_a_file_with_anything_anywhere_is_refused_in_words_or_makes_stacks(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    file = deepcopy(example())
    for place, value in changes:
        inner = file
        try:
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    found = faults(file)
    assert all(fault.rule.endswith((".", "?")) for fault in found)
    if not found:
        assert wanted_stacks(build(file))


@given(VALUES)
def test_a_file_of_another_kind_is_refused_in_words(file: Any) -> None:
    assert faults(file)


@settings(deadline=None)
@given(st.sampled_from(PLACES))
def test_what_is_taken_away_is_missing_or_left_out(place: tuple[Any, ...]) -> None:
    file = deepcopy(example())
    inner = file
    for key in place[:-1]:
        inner = inner[key]
    del inner[place[-1]]
    found = faults(file)
    if not found:
        assert wanted_stacks(build(file))
