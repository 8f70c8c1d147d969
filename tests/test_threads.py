"""Threads of pools that are used again run as new ones do: side by side, with a name and a context of their own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

MARK = ContextVar("MARK", default="nothing")


def test_as_many_run_at_once_as_the_pool_has() -> None:
    together = threading.Barrier(5)
    for _ in range(3):
        with ThreadPoolExecutor(5, thread_name_prefix="five") as pool:
            names = [future.result() for future in [pool.submit(meet, together) for _ in range(5)]]
        assert sorted(names) == [f"five_{number}" for number in range(5)]


def meet(together: threading.Barrier) -> str:
    together.wait(20)
    return threading.current_thread().name


def test_a_pool_within_a_pool_has_threads_of_its_own() -> None:
    def outer() -> int:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: 7).result(20)

    with ThreadPoolExecutor(2) as pool:
        assert [future.result(20) for future in [pool.submit(outer) for _ in range(4)]] == [7] * 4


def test_what_a_task_sets_in_its_context_is_gone_for_the_next_pool() -> None:
    def seen_and_set() -> str:
        before = MARK.get()
        MARK.set("set")
        return before

    for _ in range(3):
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(seen_and_set).result() == "nothing"


def test_leaving_a_pool_waits_for_what_runs_and_its_errors_come_out() -> None:
    ended = threading.Event()

    def fail() -> None:
        ended.wait(0.05)
        ended.set()
        raise ArithmeticError

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(fail)
    assert ended.is_set()
    with pytest.raises(ArithmeticError):
        future.result(0)
