from __future__ import annotations

import io
import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.cancel import Cancellation
from waybill.commands.proof.ranged import NEAR, RangedFile
from waybill.errors import Cancelled

BODY = bytes(number * 7 % 251 for number in range(5000))


class Stored:
    """An object that tells what was asked of it, and how many answers are still being read."""

    def __init__(self, body: bytes, chunk: int = 700) -> None:
        self.body = body
        self.chunk = chunk
        self.asked: list[tuple[int, int]] = []
        self.open = 0

    def stream(self, start: int, end: int) -> Iterator[bytes]:
        self.asked.append((start, end))
        self.open += 1
        try:
            for position in range(start, min(end, len(self.body)), self.chunk):
                yield self.body[position : min(position + self.chunk, end)]
        finally:
            self.open -= 1


def file_of(stored: Stored) -> RangedFile:
    return RangedFile(stored.stream, len(stored.body), lambda: None)


MOVES = st.lists(
    st.tuples(st.integers(0, 5200), st.sampled_from([0, 1, 699, 700, 5000]), st.sampled_from(["set", "cur", "end"]))
)


@given(MOVES)
def test_it_reads_as_a_file_of_these_bytes_would(moves: list[tuple[int, int, str]]) -> None:
    plain = io.BytesIO(BODY)
    with io.BufferedReader(file_of(Stored(BODY)), 1024) as ranged:
        for place, count, how in moves:
            whence = {"set": os.SEEK_SET, "cur": os.SEEK_CUR, "end": os.SEEK_END}[how]
            offset = -min(place, len(BODY)) if how == "end" else place
            assert ranged.seek(offset, whence) == plain.seek(offset, whence)
            assert ranged.read(count) == plain.read(count)


def test_reading_on_and_a_little_further_is_one_answer() -> None:
    stored = Stored(BODY)
    with file_of(stored) as ranged:
        ranged.read(10)
        ranged.seek(2000)
        ranged.read(10)
        assert stored.asked == [(0, 5000)]
        ranged.seek(0)
        ranged.read(10)
    assert stored.asked == [(0, 5000), (0, 5000)]
    assert stored.open == 0


def test_what_is_far_is_asked_anew_and_the_old_answer_let_go_of() -> None:
    stored = Stored(bytes(NEAR * 3), chunk=NEAR // 4)
    with file_of(stored) as ranged:
        ranged.read(10)
        ranged.seek(NEAR + 11)
        ranged.read(10)
        assert stored.asked == [(0, NEAR * 3), (NEAR + 11, NEAR * 3)]
        assert stored.open == 1


def test_before_its_beginning_nobody_goes_and_after_its_end_there_is_nothing() -> None:
    stored = Stored(BODY)
    with file_of(stored) as ranged:
        with pytest.raises(ValueError, match="before its own beginning"):
            ranged.seek(-5001, os.SEEK_END)
        ranged.seek(6000)
        assert ranged.read(10) == b""
    assert stored.asked == []


def test_an_object_that_is_shorter_than_was_said_just_ends() -> None:
    stored = Stored(BODY)
    with RangedFile(stored.stream, 9000, lambda: None) as ranged:
        assert ranged.readall() == BODY


def test_a_run_that_is_cancelled_reads_no_further() -> None:
    cancellation = Cancellation()
    stored = Stored(BODY)
    with RangedFile(stored.stream, len(BODY), cancellation.check) as ranged:
        ranged.read(10)
        cancellation.cancel(15)
        with pytest.raises(Cancelled):
            ranged.read(10)
