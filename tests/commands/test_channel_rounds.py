"""A mover that is outrun waits longer and longer before it goes on: SSM takes three puts a second, from all movers."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.aws import PRODUCTION
from fakes.calls import Call
from fakes.clock import FakeClock
from promises.stand import CHANNEL, Stand
from waybill.cancel import Cancellation
from waybill.commands.channel.move import ROUNDS
from waybill.errors import ExitCode


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def outrun(stand: Stand, times: int | None) -> None:
    """Have a rival put a lower version after each of so many puts of ours (None: all) in one region."""

    def rival(_: Call) -> None:
        stand.world.set_parameter("us-west-2", PRODUCTION, CHANNEL, "1.0.0")

    stand.world.on("put-parameter", rival, region="us-west-2", when="after", times=times)


def test_a_move_that_nobody_outruns_waits_for_nothing(stand: Stand) -> None:
    assert stand.stage().exit_code == ExitCode.OK
    assert stand.stage(version="2.0.0").exit_code == ExitCode.OK
    assert not stand.clock.sleeps


def test_from_the_third_round_on_waits_double(stand: Stand) -> None:
    outrun(stand, 4)
    assert stand.stage().exit_code == ExitCode.OK
    assert stand.channels() == ["1.2.3"] * 3
    assert stand.clock.sleeps == pytest.approx([0.1, 0.2, 0.4, 0.8]), "half of the most: the test's random number"


def test_no_wait_is_longer_than_three_seconds_and_the_rounds_end(stand: Stand) -> None:
    outrun(stand, None)
    result = stand.stage()
    assert {region.region for region in result.regions if region.error} == {"us-west-2"}
    assert f"outrun {ROUNDS} times" in str(result)
    assert stand.clock.sleeps == pytest.approx([0.1, 0.2, 0.4, 0.8] + [1.5] * (ROUNDS - 6))


def test_a_run_that_is_cancelled_while_it_waits_puts_no_more(stand: Stand) -> None:
    cancellation = Cancellation()
    outrun(stand, None)
    seen: list[int] = []

    def cancel(_: float) -> None:
        seen.append(len(stand.world.history("us-west-2", PRODUCTION, CHANNEL)))
        cancellation.cancel(15)

    stand.clock = FakeClock(cancel)
    stand.end(cancellation=cancellation)
    assert seen == [len(stand.world.history("us-west-2", PRODUCTION, CHANNEL))]
