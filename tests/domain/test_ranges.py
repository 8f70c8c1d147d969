"""Ranges mean what npm's and Cargo's mean, and a pre-release is in none that does not name one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.ranges import Range
from waybill.domain.versions import Version

STORED = (
    "0.0.3", "0.1.2", "0.1.9", "0.2.0", "1.0.0", "1.3.9", "1.4.0-rc.1", "1.4.0", "1.4.7", "1.5.0-rc.2", "1.5.0",
    "2.0.0-rc.1", "2.0.0", "2.1.0",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("^1.4", "1.4.0 1.4.7 1.5.0"),
        ("^1", "1.0.0 1.3.9 1.4.0 1.4.7 1.5.0"),
        ("^0.1", "0.1.2 0.1.9"),
        ("^0.1.3", "0.1.9"),
        ("^0.0.3", "0.0.3"),
        ("~1.4.0", "1.4.0 1.4.7"),
        ("~1.4", "1.4.0 1.4.7"),
        ("~1", "1.0.0 1.3.9 1.4.0 1.4.7 1.5.0"),
        ("1.x", "1.0.0 1.3.9 1.4.0 1.4.7 1.5.0"),
        ("1.4.*", "1.4.0 1.4.7"),
        ("1.4", "1.4.0 1.4.7"),
        (">=1.4 <2", "1.4.0 1.4.7 1.5.0"),
        (">= 1.4, <2".replace(",", ""), "1.4.0 1.4.7 1.5.0"),
        (">1.4", "1.5.0 2.0.0 2.1.0"),
        (">1.4.0 <1.5.0", "1.4.7"),
        ("<=1.4 >0.2", "1.0.0 1.3.9 1.4.0 1.4.7"),
        ("<0.1 || >=2.1", "0.0.3 2.1.0"),
        ("=1.4.7", "1.4.7"),
        ("*", "0.0.3 0.1.2 0.1.9 0.2.0 1.0.0 1.3.9 1.4.0 1.4.7 1.5.0 2.0.0 2.1.0"),
        ("^1.4.0-rc.1", "1.4.0-rc.1 1.4.0 1.4.7 1.5.0"),
        (">=2.0.0-rc.1", "2.0.0-rc.1 2.0.0 2.1.0"),
        ("^3", ""),
    ],
)
def test_a_range_holds(text: str, inside: str) -> None:
    wanted = Range.parse(text)
    assert [one for one in STORED if Version(one) in wanted] == inside.split()


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "^", "~", ">=", "a", "1..2", "01.2", "^1.02", "1.2.3.4", "1.4 ||", "v1.2", "^-1"],
        *["1.x.3", "*.4", "x.x.1", "^1.4.x-beta", "1.4-rc.1", "*-rc", "1.x.02"],
    ],
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a version"):
        Range.parse(text)


numbers = st.integers(0, 3)
cores = st.tuples(numbers, numbers, numbers)


def version(core: tuple[int, int, int]) -> Version:
    return Version(".".join(map(str, core)))


@given(cores, cores)
def test_a_caret_never_lets_the_first_number_that_counts_change(
    low: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    inside = version(other) in Range.parse(f"^{version(low)}")
    place = next((index for index, number in enumerate(low) if number), 2)
    assert inside == (other >= low and other[: place + 1] == low[: place + 1])


@given(cores, cores)
def test_a_tilde_lets_only_the_patch_rise(low: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    assert (version(other) in Range.parse(f"~{version(low)}")) == (other >= low and other[:2] == low[:2])


@given(cores, cores, cores)
def test_bounds_are_the_order_of_versions(
    low: tuple[int, int, int], high: tuple[int, int, int], one: tuple[int, int, int]
) -> None:
    assert (version(one) in Range.parse(f">={version(low)} <{version(high)}")) == (low <= one < high)
    assert (version(one) in Range.parse(f">{version(low)} <={version(high)}")) == (low < one <= high)
