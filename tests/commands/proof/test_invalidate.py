from __future__ import annotations

import pytest

from commands.proof.published import tools
from fakes.aws import DEVELOPMENT, PRODUCTION, FakeAws
from fakes.calls import Call
from fakes.clock import FakeClock
from fakes.distributions import DistributionState
from fakes.refusals import denied
from fakes.reporter import RecordingReporter
from waybill.cancel import Cancellation
from waybill.commands.proof.invalidation import Forgotten, invalidate
from waybill.commands.tools import Tools
from waybill.domain.deploy.delivery import Invalidation
from waybill.errors import AccessDenied, Cancelled, ExitCode, InputError, TimedOut, Unavailable

FIRST, SECOND = "E1ABCDEF2GHIJK", "EDFDVBD6EXAMPLE"
ALL = tuple(Invalidation(distribution=name, paths=("/*", "/index.html")) for name in (FIRST, SECOND))


@pytest.fixture
def world() -> FakeAws:
    made = FakeAws.prepared()
    for name in (FIRST, SECOND):
        made.distributions[PRODUCTION, name] = DistributionState()
    return made


def forget(world: FakeAws, kit: Tools | None = None, *, end: float = 600.0) -> tuple[Forgotten, ...]:
    places = [world.account(account).distributions() for account in (DEVELOPMENT, PRODUCTION)]
    return invalidate(ALL, places, kit or tools(), seed="execution-1", end=end)


def begun(world: FakeAws, name: str = FIRST) -> list[tuple[str, ...]]:
    return [one.paths for one in world.distributions[PRODUCTION, name].invalidations]


def test_all_are_begun_before_the_first_is_waited_for_and_then_waited_for(world: FakeAws) -> None:
    found = forget(world)
    assert [(one.distribution, one.id) for one in found] == [(FIRST, "I0000000000001"), (SECOND, "I0000000000001")]
    assert begun(world) == begun(world, SECOND) == [("/*", "/index.html")]
    calls = [(call.call, call.name) for call in world.calls.log() if call.account == PRODUCTION]
    assert calls[:3] == [("invalidate", FIRST), ("invalidate", SECOND), ("look-invalidation", FIRST)]


def test_what_is_asked_for_again_is_not_done_again(world: FakeAws) -> None:
    assert forget(world) == forget(world)
    assert len(begun(world)) == 1


def test_what_is_done_is_not_looked_at_again(world: FakeAws) -> None:
    world.distributions[PRODUCTION, SECOND].stuck = True
    with pytest.raises(TimedOut):
        forget(world)
    assert sum((call.call, call.name) == ("look-invalidation", FIRST) for call in world.calls.log()) == 2


def test_looks_become_rarer_and_end_with_the_time(world: FakeAws) -> None:
    world.distributions[PRODUCTION, SECOND].stuck = True
    clock = FakeClock()
    with pytest.raises(TimedOut) as caught:
        forget(world, tools(clock), end=300.0)
    assert (clock.sleeps[0], max(clock.sleeps), clock.monotonic()) == (2.0, 20.0, 300.0)
    assert caught.value.exit_code is ExitCode.TIMED_OUT
    assert f"I0000000000001 of {SECOND}" in caught.value.what
    assert FIRST not in caught.value.what


def test_where_too_many_are_under_way_it_waits_for_its_turn(world: FakeAws) -> None:
    state = world.distributions[PRODUCTION, FIRST]
    state.busy = 3000

    def fewer(seconds: float) -> None:
        state.busy -= 1000

    kit = tools(FakeClock(on_sleep=fewer))
    assert len(forget(world, kit)) == 2
    assert isinstance(kit.reporter, RecordingReporter)
    assert "too many invalidations" in str(kit.reporter.events)


def test_where_its_turn_never_comes_it_says_so(world: FakeAws) -> None:
    world.distributions[PRODUCTION, FIRST].busy = 3000
    with pytest.raises(TimedOut, match=f"CloudFront took no invalidation for {FIRST}"):
        forget(world)


@pytest.mark.parametrize("call", ["invalidate", "look-invalidation"])
def test_silence_is_waited_out(world: FakeAws, call: str) -> None:
    world.fail(call=call, error=Unavailable("nobody there"), times=3)
    assert len(forget(world)) == 2
    assert len(begun(world)) == 1
    answered = [one for one in world.calls.log() if one.call == "invalidate" and one.failed is None]
    assert len(answered) == 2, "what was begun is looked at, and not begun again"


def test_an_answer_that_was_lost_does_not_double_it(world: FakeAws) -> None:
    world.fail(call="invalidate", error=Unavailable("lost"), when="after")
    assert len(forget(world)) == 2
    assert len(begun(world)) == 1


def test_a_distribution_that_is_not_there_is_bad_input_with_every_account_that_was_asked(world: FakeAws) -> None:
    del world.distributions[PRODUCTION, SECOND]
    with pytest.raises(InputError, match=SECOND) as caught:
        forget(world)
    said = " ".join(fault.rule for fault in caught.value.faults)
    assert DEVELOPMENT in said
    assert PRODUCTION in said


def test_each_distribution_is_looked_for_in_every_account_and_looked_at_where_it_is(world: FakeAws) -> None:
    world.distributions[DEVELOPMENT, FIRST] = world.distributions.pop((PRODUCTION, FIRST))
    assert len(forget(world)) == 2
    looked = {(call.account, call.name) for call in world.calls.log() if call.call == "look-invalidation"}
    assert looked == {(DEVELOPMENT, FIRST), (PRODUCTION, SECOND)}


def test_who_may_not_ask_one_account_asks_the_other(world: FakeAws) -> None:
    def refuse(call: Call) -> None:
        if call.account == DEVELOPMENT:
            raise denied("invalidate", call.name)

    world.on("invalidate", refuse, times=None)
    assert len(forget(world)) == 2


def test_a_refusal_is_raised(world: FakeAws) -> None:
    world.deny("invalidate")
    with pytest.raises(AccessDenied):
        forget(world)


def test_a_run_that_is_cancelled_waits_no_longer(world: FakeAws) -> None:
    cancellation = Cancellation()
    with pytest.raises(Cancelled):
        forget(world, tools(FakeClock(on_sleep=lambda seconds: cancellation.cancel(2)), cancellation))


def test_nothing_to_forget_asks_nobody(world: FakeAws) -> None:
    assert invalidate((), [world.account(PRODUCTION).distributions()], tools(), seed="x", end=0.0) == ()
    assert world.calls.log() == []
