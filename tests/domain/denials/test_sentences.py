"""Every form in which AWS is known to refuse is understood: who, what, on what, whose policy, and which."""

from __future__ import annotations

import pytest

from domain.denials.told import EVERY, Told
from waybill.domain.denials.sentences import LONGEST_SAID, read


@pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)
def test_what_aws_says_is_understood(told: Told) -> None:
    said = read(told.message)
    for name in Told.__dataclass_fields__:
        if name != "message":
            assert getattr(said, name) == getattr(told, name), name


@pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)
def test_the_encoded_message_is_not_among_the_words(told: Told) -> None:
    said = read(told.message)
    assert "Encoded authorization" not in said.words
    assert len(said.words) <= LONGEST_SAID + 1


def test_an_encoded_message_is_kept_whole() -> None:
    longest = "aB3_-+/=" * 1280
    assert read(f"You may not. Encoded authorization failure message: {longest}").encoded == longest
