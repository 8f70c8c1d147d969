"""In what way a version is not the same everywhere, and what a repair makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.survey.catalogue import Holding
from waybill.domain.survey.halves import VersionFacts, is_stale, judge_version
from waybill.domain.survey.mending import Deed, mends
from waybill.domain.survey.standing import Half, ProjectStatus
from waybill.domain.versions import Version

REGIONS = ("a", "b", "c")
NOW = "2026-01-31T12:00:00Z"
V = Version("1.0.0")

held = st.one_of(
    st.none(),
    st.builds(
        Holding,
        version=st.just(V),
        size=st.sampled_from([None, 5, 6]),
        metadata=st.booleans(),
        waybill=st.booleans(),
        tombstone=st.booleans(),
    ),
)
regions = st.dictionaries(st.sampled_from(REGIONS), held)


@given(regions, st.sets(st.sampled_from(REGIONS)))
def test_only_what_some_region_holds_is_ever_copied_and_never_what_was_pruned(
    known: dict[str, Holding | None], named: set[str]
) -> None:
    found = judge_version(VersionFacts(version=V, held=known, named=named), REGIONS, NOW)
    steps = mends(ProjectStatus(project="P", halves=(found,)), {}) if found is not None else []
    sizes = {one.size for one in known.values() if one is not None and one.size is not None}
    pruned = any(one is not None and one.tombstone for one in known.values())
    for step in steps:
        if step.deed is Deed.LEAVE:
            continue
        assert not pruned
        assert len(sizes) == 1
        source = known[step.source or ""]
        assert source is not None
        assert source.staged
        assert set(step.regions) <= known.keys(), "nothing is done where nobody could look"
        if step.deed is Deed.WAYBILL:
            assert known.keys() == set(REGIONS)
            assert step.source in named
            assert not any(one is not None and one.waybill for one in known.values())
        else:
            assert source.waybill


@given(regions, st.sets(st.sampled_from(REGIONS)))
def test_what_is_whole_and_the_same_in_every_readable_region_is_nothing_to_say(
    known: dict[str, Holding | None], named: set[str]
) -> None:
    shown = {(one.size, one.metadata, one.waybill, one.tombstone) if one else None for one in known.values()}
    alike = len(shown) == 1 and (known and all(one and one.whole and not one.tombstone for one in known.values()))
    found = judge_version(VersionFacts(version=V, held=known, named=named), REGIONS, NOW)
    if alike:
        assert found is None
    elif found is None:
        nothing = all(one is None or not (one.staged or one.metadata or one.waybill) for one in known.values())
        gone = all(one and one.tombstone and not (one.staged or one.metadata) for one in known.values())
        assert nothing or gone


@pytest.mark.parametrize(
    ("since", "stale"),
    [("2026-01-31T11:00:00Z", False), ("2026-01-31T10:59:59Z", True), ("", False), ("soon", False)],
)
def test_an_hour_makes_stale(since: str, stale: bool) -> None:
    assert is_stale(since, NOW) is stale


def test_what_was_pruned_is_that_before_it_is_anything_else() -> None:
    known = {"a": Holding(version=V, size=5, tombstone=True), "b": Holding(version=V, size=6, waybill=True), "c": None}
    found = judge_version(VersionFacts(version=V, held=known), REGIONS, NOW)
    assert found is not None
    assert found.half is Half.HALF_PRUNED


def test_metadata_that_one_region_lacks_is_completed_from_one_that_has_it() -> None:
    whole = Holding(version=V, size=5, metadata=True, waybill=True)
    bare = Holding(version=V, size=5, waybill=True)
    found = judge_version(VersionFacts(version=V, held={"a": bare, "b": whole, "c": whole}), REGIONS, NOW)
    assert found is not None
    assert (found.half, found.source, found.lacking) == (Half.HALF_STAGED, "b", ("a",))
