"""Wildcards match as the regular expression of them would, and in no more time for many than for one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.iam.globs import Glob, Piece
from waybill.domain.iam.patterns import like, resource_like

REGULAR = {Piece.ONE: ".", Piece.MANY: ".*", Piece.ONE_WITHIN: "[^:]", Piece.MANY_WITHIN: "[^:]*"}
PIECES = st.lists(st.sampled_from([*Piece, "a", "b", ":"]), max_size=8)
TEXTS = st.text(alphabet="ab:\n", max_size=10)


@given(PIECES, TEXTS)
def test_a_pattern_takes_what_its_regular_expression_takes(pieces: list[Piece | str], text: str) -> None:
    regular = "".join(REGULAR[one] if isinstance(one, Piece) else re.escape(one) for one in pieces)
    assert Glob.of(pieces).matches(text) is bool(re.fullmatch(regular, text, re.DOTALL))


@pytest.mark.parametrize("matches", [like, resource_like])
def test_many_wildcards_take_no_more_time_than_one(matches: object) -> None:
    """A regular expression of these would not end within a day."""
    assert callable(matches)
    arn = f"arn:aws:s3:::bucket/{'a' * 1000}"
    assert not matches(arn, f"arn:aws:s3:::bucket/{'*' * 100}!")
    assert not matches(arn, f"arn:aws:s3:::bucket/{'*a' * 50}*!")
    assert matches(arn, f"arn:aws:s3:::bucket/{'*a' * 50}*")
