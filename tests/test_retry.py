from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.clock import FakeClock
from waybill.errors import AccessDenied, ArtifactError, Cancelled, InputError, Unavailable
from waybill.retry import Retry


class Flaky:
    """Fails so often, then answers."""

    def __init__(self, failures: int, takes: float = 0.0, clock: FakeClock | None = None) -> None:
        self.failures = failures
        self.calls = 0
        self._takes = takes
        self._clock = clock

    def __call__(self) -> str:
        self.calls += 1
        if self._clock is not None:
            self._clock.advance(self._takes)
        if self.calls <= self.failures:
            raise Unavailable(f"failure {self.calls}", "Look at the network.")
        return "answer"


def test_an_answer_is_returned_without_any_wait() -> None:
    clock = FakeClock()
    assert Retry(clock=clock, random=lambda: 1.0).call(lambda: 7) == 7
    assert clock.sleeps == []


@given(st.integers(0, 7), st.floats(0, 1))
def test_a_call_that_comes_back_within_its_attempts_and_budget_is_answered(failures: int, luck: float) -> None:
    clock, flaky = FakeClock(), Flaky(failures)
    assert Retry(clock=clock, random=lambda: luck).call(flaky) == "answer"
    assert flaky.calls == failures + 1
    assert len(clock.sleeps) == failures


@given(st.lists(st.floats(0, 1), min_size=20, max_size=20))
def test_waits_grow_with_full_jitter_up_to_their_cap(luck: list[float]) -> None:
    clock, draws = FakeClock(), iter(luck)
    retry = Retry(clock=clock, random=lambda: next(draws), budget=1e9, attempts=12, base=0.25, cap=8.0)
    with pytest.raises(Unavailable):
        retry.call(Flaky(99))
    most = [min(8.0, 0.25 * 2**number) for number in range(1, 12)]
    assert clock.sleeps == [share * limit for share, limit in zip(luck, most, strict=False)]


@given(st.floats(0.1, 120), st.floats(0, 30), st.floats(0.01, 1))
def test_p6_no_wait_goes_past_the_budget(budget: float, takes: float, luck: float) -> None:
    clock = FakeClock()
    retry = Retry(clock=clock, random=lambda: luck, budget=budget, attempts=50)
    flaky = Flaky(99, takes, clock)
    with pytest.raises(Unavailable):
        retry.call(flaky)
    assert clock.monotonic() <= budget + takes * 1.000001
    assert flaky.calls <= 50


def test_what_is_raised_at_the_end_is_the_last_failure_with_what_was_tried_and_the_budget() -> None:
    with pytest.raises(Unavailable) as caught:
        Retry(clock=FakeClock(), random=lambda: 1.0, attempts=3, budget=60).call(Flaky(99))
    assert caught.value.what == "failure 3"
    tried = "Tried 3 times in 2 s and gave up: the limits are 3 tries and 60 s."
    assert caught.value.advice == f"{tried} Look at the network."
    assert isinstance(caught.value.__cause__, Unavailable)


def test_every_wait_is_told_with_its_cause_and_what_is_left_of_the_budget() -> None:
    told: list[tuple[str, float, float]] = []
    retry = Retry(
        clock=FakeClock(),
        random=lambda: 1.0,
        told=lambda error, wait, left: told.append((error.what, wait, left)),
        budget=60,
    )
    retry.call(Flaky(3))
    assert told == [("failure 1", 0.5, 60.0), ("failure 2", 1.0, 59.5), ("failure 3", 2.0, 58.5)]


@pytest.mark.parametrize(
    "error",
    [
        AccessDenied("no", action="a", resource="b"),
        ArtifactError("bad"),
        InputError([]),
        Cancelled("stop"),
        ValueError("a bug"),
        KeyboardInterrupt(),
    ],
)
def test_a_refusal_is_permanent_and_a_bug_is_a_bug(error: BaseException) -> None:
    clock = FakeClock()
    calls: list[None] = []

    def refuse() -> None:
        calls.append(None)
        raise error

    with pytest.raises(type(error)) as caught:
        Retry(clock=clock, random=lambda: 1.0).call(refuse)
    assert caught.value is error
    assert (len(calls), clock.sleeps) == (1, [])


def test_one_attempt_is_no_retry() -> None:
    clock = FakeClock()
    with pytest.raises(Unavailable, match=r"Tried once, for 0 s, and gave up: the limits are 1 try and 60 s\."):
        Retry(clock=clock, random=lambda: 1.0, attempts=1).call(Flaky(99))
    assert clock.sleeps == []
