"""Whatever stands in a file, it is read or refused in words; and what is read makes statements."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import example as also
from hypothesis import given, settings
from hypothesis import strategies as st

from inputs.access.example import REGIONS, REPOSITORY, file, grant
from inputs.setup.test_any_file import places
from waybill.domain.access.refs import LIMITS
from waybill.domain.access.staged import Shelf
from waybill.domain.access.statements import needed_shelves, wanted_statements
from waybill.errors import Fault
from waybill.inputs.access.build import build
from waybill.inputs.access.read import check
from waybill.inputs.file.places import Places

ROLE = "arn:aws:iam::111111111111:role/waybill-publish"
WORDS = ("production", "us-east-1", "111111111111", "acme/website", "*", "", "my_repo", "read", "npm/a/b", ROLE)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(WORDS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def example() -> dict[str, Any]:
    """Return a file with a grant of every kind."""
    staged, pipeline = {"account": "development", "project": "Sugar"}, {"account": "development", "pipeline": "site"}
    package = {**REPOSITORY, "package": "npm/parity/ui"}
    return file(
        {
            "packages": grant({"account": "production"}, ["read", "publish"], dict(REPOSITORY)),
            "package": grant({"user": "arn:aws:iam::222222222222:user/bob"}, "publish", package),
            "staged": grant({"organisation": "o-a1b2c3d4e5"}, "promote", staged),
            "site": grant({"repository": "acme/website", "tag": "v*"}, "deploy", pipeline, through=ROLE),
        }
    )


PLACES = [place for place in places(example()) if place]


def faults(made: Any) -> tuple[list[Fault], Any]:
    found = Places("access.yaml")
    estate, others = check(made, found, Path("nowhere"), regions=REGIONS)
    return [*found.faults(), *others], estate


def makes_statements(made: dict[str, Any], estate: Any) -> None:
    access = build(made, estate)
    shelves = {place: Shelf(bucket="staging") for place in needed_shelves(access)}
    for ref, wanted in wanted_statements(access, shelves).items():
        assert ref.kind in LIMITS
        sids = [one.sid for one in wanted]
        assert len(set(sids)) == len(sids)
        assert all(sid.isalnum() and sid.startswith("Waybill") for sid in sids)


@settings(deadline=None, max_examples=100)
@also([(("grants", "site", "what", "account"), "")])
@also([(("grants", "site", "who", "account"), "")])
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_a_file_with_anything_anywhere_is_refused_in_words_or_makes_statements(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    made = deepcopy(example())
    for place, value in changes:
        inner = made
        try:
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    found, estate = faults(made)
    assert all(fault.rule.endswith((".", "?")) for fault in found)
    if not found:
        makes_statements(made, estate)


@given(VALUES)
def test_a_file_of_another_kind_is_refused_in_words(made: Any) -> None:
    assert faults(made)[0]


@settings(deadline=None)
@given(st.sampled_from(PLACES))
def test_what_is_taken_away_is_missing_or_left_out(place: tuple[Any, ...]) -> None:
    made = deepcopy(example())
    inner = made
    for key in place[:-1]:
        inner = inner[key]
    del inner[place[-1]]
    found, estate = faults(made)
    if not found:
        makes_statements(made, estate)
