"""Fan-out is bounded and total: one end a place, and a bug is no place's failure."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier, Lock

import pytest

from fakes.aws import FakeAws
from promises.stand import LARGE, Stand, small_parts
from waybill.commands.tools import everywhere
from waybill.errors import ArtifactError, ExitCode, Unavailable


def test_every_place_has_exactly_one_end() -> None:
    def task(number: int) -> int:
        if number % 3 == 0:
            raise Unavailable(str(number))
        return number * 2

    answers, errors = everywhere(task, range(100))
    assert dict(answers) == {number: number * 2 for number in range(100) if number % 3}
    assert {number: error.what for number, error in errors.items()} == {n: str(n) for n in range(0, 100, 3)}


def test_nowhere_is_nothing() -> None:
    assert everywhere(lambda place: place, []) == ({}, {})


def test_a_bug_is_raised_when_all_have_ended() -> None:
    ended: list[int] = []

    def task(number: int) -> None:
        if number == 0:
            raise KeyError("a bug")
        ended.append(number)

    with pytest.raises(KeyError):
        everywhere(task, range(10))
    assert sorted(ended) == list(range(1, 10))


def test_no_more_than_the_limit_run_at_once() -> None:
    lock, running, most = Lock(), [0], [0]
    together = Barrier(4)

    def task(_: int) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait(60)
        with lock:
            running[0] -= 1

    everywhere(task, range(16), limit=4)
    assert most == [4]


def test_errors_of_ours_of_any_kind_are_ends() -> None:
    def task(_: str) -> None:
        raise ArtifactError("damaged")

    answers, errors = everywhere(task, ["a"])
    assert not answers
    assert isinstance(errors["a"], ArtifactError)


def test_more_regions_than_there_are_blocks_and_threads_do_not_wait_for_each_other(tmp_path: Path) -> None:
    regions = [f"xx-north-{number}" for number in range(45)]
    stand = Stand(tmp_path, FakeAws.prepared(regions=regions, min_part_bytes=1))
    with small_parts():
        result = stand.stage(LARGE * 4, config_regions=tuple(regions))
    assert result.exit_code == ExitCode.OK
    assert all(map(stand.holds, regions))
