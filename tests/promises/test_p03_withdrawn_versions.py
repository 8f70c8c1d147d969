"""P3: what a rollback took off a channel stays off, until it is brought back on purpose."""

from __future__ import annotations

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call
from promises.floors import events_of, off_the_floor, rolled_back
from promises.stand import CHANNEL, SMALL, Stand, plant_whole, plant_withdrawal
from waybill.domain.events import Kind
from waybill.domain.require import Require
from waybill.domain.result import Outcome
from waybill.errors import ExitCode
from waybill.progress import Warned


def test_a_withdrawn_version_stays_withdrawn_whoever_stages_it_again(stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0")
    result = stand.stage(version="2.0.0")
    assert stand.channels() == ["1.0.0"] * 3
    assert result.exit_code == ExitCode.OK
    assert all("reinstate: true" in (region.note or "") for region in result.regions)


@pytest.mark.parametrize("region", REGIONS)
def test_an_event_that_one_region_alone_shows_binds_all(region: str, stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0", events_in=(region,))
    stand.stage(version="2.0.0")
    assert stand.channels() == ["1.0.0"] * 3


def test_an_event_binds_all_though_its_region_cannot_be_written(stand: Stand) -> None:
    for region in REGIONS:
        plant_whole(stand.world, region, version="1.0.0")
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "1.0.0", "2.0.0", "1.0.0")
    plant_withdrawal(stand.world, "us-east-1", "2.0.0", "1.0.0")
    stand.world.fail(call="put", region="us-east-1", times=None)
    result = stand.stage(version="2.0.0", require=Require("majority"))
    assert result.exit_code == ExitCode.OK
    assert stand.channels() == ["1.0.0"] * 3


def test_a_rollback_that_begins_in_the_middle_of_a_stage_wins(stand: Stand) -> None:
    """Its event is written after the run read the history, and before it read the events."""
    for region in REGIONS:
        plant_whole(stand.world, region, version="1.0.0")
        plant_whole(stand.world, region, version="2.0.0")
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "1.0.0", "2.0.0")

    def roll_back(_: Call) -> None:
        plant_withdrawal(stand.world, "eu-west-1", "2.0.0", "1.0.0")

    stand.world.on("history", roll_back, region="us-east-1", when="after", skip=1)
    stand.stage(version="1.5.0")
    assert not off_the_floor(stand)
    assert "2.0.0" not in stand.channels()


def test_a_withdrawal_of_an_equal_version_is_seen(stand: Stand) -> None:
    """2.0.0+b stands beside 2.0.0+a; only b is withdrawn, after the run listed the events for the first time."""
    for region in REGIONS:
        for version in ("1.0.0", "2.0.0+a", "2.0.0+b"):
            plant_whole(stand.world, region, version=version)
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "2.0.0+a", "2.0.0+b")

    def roll_back(_: Call) -> None:
        plant_withdrawal(stand.world, "us-east-1", "2.0.0+b", "1.0.0")

    stand.world.on("history", roll_back, region="us-east-1", skip=1)
    stand.stage(version="1.5.0")
    assert stand.channels() == ["2.0.0+a"] * 3


def reinstated(stand: Stand) -> list[list[str]]:
    """Return the names of the reinstatements that each region holds."""
    names = {event.name for event in events_of(stand) if event.kind is Kind.REINSTATED}
    held = [stand.world.contents(bucket_name(PRODUCTION, region)) for region in REGIONS]
    return [[key.split("/")[-1] for key in keys if key.split("/")[-1] in names] for keys in held]


def test_reinstate_brings_it_back_with_one_event_a_region(stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0")
    result = stand.stage(version="2.0.0", reinstate=True)
    assert (result.outcome, result.changed) == (Outcome.ALREADY, True)
    assert stand.channels() == ["2.0.0"] * 3
    first, second, third = reinstated(stand)
    assert len(first) == 1
    assert first == second == third
    stand.world.calls.forget()
    assert not stand.stage(version="2.0.0", reinstate=True).changed
    assert not stand.world.writes()


def test_what_was_reinstated_can_be_rolled_back_and_reinstated_again(stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0")
    stand.stage(version="2.0.0", reinstate=True)
    plant_withdrawal(stand.world, "us-west-2", "2.0.0", "1.0.0", name="second.json")
    stand.stage(version="1.5.0")
    assert stand.channels() == ["1.5.0"] * 3
    stand.clock.advance(60)
    stand.stage(version="2.0.0", reinstate=True)
    assert stand.channels() == ["2.0.0"] * 3
    assert [len(names) for names in reinstated(stand)] == [2, 2, 2]


@pytest.mark.parametrize("down", REGIONS)
def test_a_reinstatement_that_failed_in_one_region_is_finished_by_running_again(down: str, stand: Stand) -> None:
    """Else that region, asked alone one day, would take the version off its channel again."""
    rolled_back(stand, "2.0.0", "1.0.0")
    stand.world.fail(call="put", region=down, key="/events/")
    assert stand.stage(version="2.0.0", reinstate=True).exit_code == ExitCode.PARTIAL
    stand.clock.advance(60)
    assert stand.stage(version="2.0.0", reinstate=True).exit_code == ExitCode.OK
    assert [len(names) for names in reinstated(stand)] == [1, 1, 1]
    for other in set(REGIONS) - {down}:
        stand.world.fail(call="list", region=other, times=None)
    stand.stage(version="0.1.0", require=Require("1"))
    assert stand.world.history(down, PRODUCTION, CHANNEL)[-1] == "2.0.0"


def test_a_region_that_does_not_show_its_events_does_not_hold_up_the_others(stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0")
    stand.world.fail(call="list", region="us-east-1", skip=1, times=None)
    assert stand.stage(version="3.0.0").exit_code == ExitCode.OK
    assert stand.channels() == ["3.0.0"] * 3


def test_events_that_nobody_may_read_move_nothing(stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0")
    stand.world.deny("read", region="us-west-2", key="/events/")
    result = stand.stage(version="3.0.0")
    assert result.outcome is Outcome.PARTIAL
    assert result.exit_code == ExitCode.IDENTITY, "of all that stands against it the lowest"
    assert stand.channels() == ["1.0.0"] * 3


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"schema": 2}', b"\xff"], ids=repr)
def test_an_event_that_cannot_be_read_moves_nothing_and_is_named(body: bytes, stand: Stand) -> None:
    stand.world.plant(bucket_name(PRODUCTION, "us-west-2"), "SugarWater@1.0.0/events/latest/x.json", body)
    result = stand.stage()
    assert stand.channels() == [None] * 3
    assert result.exit_code == ExitCode.CONFLICT
    assert all("events/latest/x.json" in (region.error or "") for region in result.regions)
    assert result.resume == "waybill stage --resume"
    assert "next version" not in (result.advice or "")


def test_other_channels_events_bind_nobody_here(stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0")
    stand.stage(version="2.0.0", channel="production")
    assert stand.channels("/artifacts/SugarWater/production") == ["2.0.0"] * 3


def test_a_key_prefix_that_looks_like_events_is_none(stand: Stand) -> None:
    from waybill.domain.configuration import Overrides

    prefix = Overrides(key_prefix="a/events/latest/")
    assert stand.stage(overrides=prefix).exit_code == ExitCode.OK
    assert stand.stage(overrides=prefix).outcome is Outcome.ALREADY
    assert stand.channels() == ["1.2.3"] * 3
    assert stand.world.body(bucket_name(PRODUCTION, "us-east-1"), "a/events/latest/SugarWater@1.2.3") == SMALL


@pytest.mark.parametrize(("reinstate", "after"), [(False, "1.0.0"), (True, "2.0.0")])
def test_a_dry_run_foresees_what_a_rollback_means(reinstate: bool, after: str, stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0", events_in=("eu-west-1",))
    result = stand.stage(version="2.0.0", reinstate=reinstate, dry_run=True)
    assert [region.channel_after for region in result.regions] == [after] * 3
    assert not stand.world.writes()


def test_a_dry_run_says_so_where_events_cannot_be_read(stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0")
    stand.world.deny("read", key="/events/")
    assert stand.stage(version="2.0.0", dry_run=True).outcome is Outcome.PLANNED
    assert any("cannot be foreseen" in event.text for event in stand.reporter.of(Warned))


def test_a_rival_that_never_stops_is_given_up_on_and_healed_by_whoever_comes_next(stand: Stand) -> None:
    stand.stage(version="1.0.0")

    def late(call: Call) -> None:
        stand.world.set_parameter(call.region, PRODUCTION, CHANNEL, "1.0.0")

    stand.world.on("put-parameter", late, when="after", region="us-west-2", times=25)
    result = stand.stage()
    assert result.exit_code == ExitCode.PARTIAL
    assert "outrun" in (result.regions[1].error or "")
    assert stand.clock.sleeps
    assert stand.channels() == ["1.2.3", "1.0.0", "1.2.3"]
    stand.stage(version="1.1.0")
    assert stand.channels() == ["1.2.3"] * 3
