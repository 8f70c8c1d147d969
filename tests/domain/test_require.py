from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.require import RULE, Require


@given(st.integers(1, 40))
def test_p5_all_and_majority_are_what_the_words_say(regions: int) -> None:
    assert Require.parse("all").count(regions) == regions
    assert 2 * Require.parse("majority").count(regions) > regions
    assert 2 * (Require.parse("majority").count(regions) - 1) <= regions
    assert Require().count(regions) == regions


@given(st.integers(1, 40), st.integers(1, 40))
def test_p5_a_number_is_that_many_and_more_than_there_are_is_a_fault(number: int, regions: int) -> None:
    require = Require.parse(str(number))
    assert require.count(regions) == number
    assert (require.fault(regions) is not None) == (number > regions)


def test_p5_four_of_three_regions_is_a_fault_that_names_how_many_there_are() -> None:
    assert Require.parse("4").fault(3) == "asks for more regions than there are (3)."
    assert Require.parse("all").fault(0) is None
    assert Require.parse("majority").fault(3) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "+1",
        "1.5",
        " 1",
        "1 ",
        "1\n",
        "All",
        "most",
        "\u0661",
        "\u00b2",
        "1001",
        "1e1",
        "0x1",
        "9" * 5000,
    ],
)
def test_anything_else_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(RULE)):
        Require.parse(text)
