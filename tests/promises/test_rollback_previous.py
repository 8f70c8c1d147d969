"""`previous` leads to one version in all regions: the highest earlier one that the channel named and that stands."""

from __future__ import annotations

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.floors import events_of, named, off_the_floor
from promises.stand import CHANNEL, Stand, plant_whole, plant_withdrawal
from waybill.domain.channel import UpdateChannel
from waybill.domain.result import Outcome, Result
from waybill.domain.versions import Version
from waybill.errors import ExitCode, InputError, WaybillError
from waybill.progress import Warned

EAST, WEST, EUROPE = REGIONS


@pytest.mark.parametrize(
    ("histories", "leads_to"),
    [
        (["1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0"], "1.0.0"),
        (["1.0.0 2.0.0 10.0.0", "1.0.0 2.0.0 10.0.0", "1.0.0 2.0.0 10.0.0"], "2.0.0"),
        (["1.0.0 3.0.0", "1.0.0 2.0.0 3.0.0", "1.0.0 3.0.0"], "2.0.0"),
        (["1.0.0 3.0.0", "1.0.0 2.0.0", "1.0.0"], "2.0.0"),
        (["1.0.0 2.0.0", "", "1.0.0 2.0.0"], "1.0.0"),
        (["1.0.0", "2.0.0", "3.0.0"], "2.0.0"),
        # Whoever put a lower value, and was killed, moved nobody back.
        (["1.0.0 2.0.0 3.0.0 1.0.0", "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0"], "2.0.0"),
        (["1.0.0 2.0.0 3.0.0 1.0.0"] * 3, "2.0.0"),
        (["1.0.0 2.0.0+a", "1.0.0 2.0.0+b", "1.0.0 2.0.0+a"], "1.0.0"),
        (["1.0.0-rc.1 1.0.0", "1.0.0-rc.1 1.0.0", "1.0.0-rc.1 1.0.0"], "1.0.0-rc.1"),
        (["1.0.0 2.0.0-rc.1 2.0.0-rc.2"] * 3, "2.0.0-rc.1"),
        (["0.9.0 main 1.0.0"] * 3, "0.9.0"),
    ],
    ids=str,
)
def test_it_is_resolved_once_across_regions(histories: list[str], leads_to: str, stand: Stand) -> None:
    named(stand, *histories)
    result = stand.roll_back()
    assert (result.outcome, result.version, result.exit_code) == (Outcome.ROLLED_BACK, leads_to, ExitCode.OK)
    assert stand.channels() == [leads_to] * 3
    assert not off_the_floor(stand)


def test_all_that_the_history_shows_above_it_is_withdrawn_in_every_region(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0+b 3.0.0", "1.0.0 2.0.0+a", "1.0.0")
    stand.roll_back("1.0.0")
    for region in REGIONS:
        held = [key for key in stand.world.contents(bucket_name(PRODUCTION, region)) if "/events/" in key]
        assert [key.split("/")[0].split("@")[1] for key in held] == ["2.0.0+a", "2.0.0+b", "3.0.0"]


@pytest.mark.parametrize("silent", REGIONS)
def test_a_silent_region_does_not_stand_in_the_way_of_a_majority(silent: str, stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0")
    stand.world.fail(call="*", region=silent, key="^(?!/startifact)", times=None)
    result = stand.roll_back(require="majority")
    assert (result.outcome, result.version, result.exit_code) == (Outcome.PARTIAL, "2.0.0", ExitCode.OK)
    assert stand.channels() == ["3.0.0" if region == silent else "2.0.0" for region in REGIONS]
    assert result.resume
    assert result.warnings


def test_again_in_another_run_it_goes_one_further_and_ends_where_nothing_is_left(stand: Stand) -> None:
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        stand.stage(version=version)
    assert stand.roll_back(run_id="1").version == "2.0.0"
    assert stand.roll_back(run_id="2").version == "1.0.0"
    assert stand.channels() == ["1.0.0"] * 3
    stand.world.calls.forget()
    with pytest.raises(InputError, match=r"to: 'previous'.*no version below 1\.0\.0"):
        stand.roll_back(run_id="3")
    assert not stand.world.writes()


def test_the_same_run_again_changes_nothing_and_says_so(stand: Stand) -> None:
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        stand.stage(version=version)
    assert stand.roll_back().changed
    stand.world.calls.forget()
    stand.clock.advance(3600)
    result = stand.roll_back()
    assert (result.outcome, result.version, result.changed) == (Outcome.ALREADY, "2.0.0", False)
    assert stand.channels() == ["2.0.0"] * 3
    assert not stand.world.writes()


@pytest.mark.parametrize("hotfix", ["2.0.1", "3.0.1"])
@pytest.mark.parametrize("to", ["previous", "2.0.0"])
def test_the_same_run_again_leaves_alone_what_came_since(to: str, hotfix: str, stand: Stand) -> None:
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        stand.stage(version=version)
    stand.roll_back(to)
    stand.stage(version=hotfix)
    assert stand.channels() == [hotfix] * 3
    stand.world.calls.forget()
    result = stand.roll_back(to)
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.SUPERSEDED, ExitCode.OK, False)
    assert hotfix in result.warnings[0]
    assert stand.channels() == [hotfix] * 3
    assert not stand.world.writes()
    assert not [region.region for region in result.regions if region.outcome is Outcome.ROLLED_BACK]


def test_the_same_run_again_does_not_undo_a_rollback_that_went_further(stand: Stand) -> None:
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        stand.stage(version=version)
    stand.roll_back(run_id="1")
    stand.roll_back(run_id="2")
    result = stand.roll_back(run_id="1")
    assert (result.outcome, result.version, result.changed) == (Outcome.SUPERSEDED, "2.0.0", False)
    assert "another rollback" in result.warnings[0]
    assert stand.channels() == ["1.0.0"] * 3


def test_a_run_that_brought_back_what_it_withdrew_may_withdraw_it_again(stand: Stand) -> None:
    """All in one second of one run, as a test may have it: no event takes another's name."""
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        stand.stage(version=version)
    stand.roll_back(run_id="42")
    stand.clock.advance(1)
    stand.stage(version="3.0.0", reinstate=True)
    assert stand.channels() == ["3.0.0"] * 3
    result = stand.roll_back(run_id="42")
    assert (result.outcome, result.version) == (Outcome.ROLLED_BACK, "2.0.0")
    assert stand.channels() == ["2.0.0"] * 3
    stand.stage(version="0.1.0")
    assert not off_the_floor(stand)


def test_what_a_cut_off_rollback_was_going_to_is_next_and_not_what_is_below_it(stand: Stand) -> None:
    """Who types the command again, on a laptop, is another run every time."""
    named(stand, "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0")
    plant_withdrawal(stand.world, WEST, "3.0.0", "2.0.0")
    result = stand.roll_back(run_id="another")
    assert (result.version, stand.channels()) == ("2.0.0", ["2.0.0"] * 3)
    assert any("was not finished" in event.text for event in stand.reporter.of(Warned))
    held = [stand.world.contents(bucket_name(PRODUCTION, region)) for region in REGIONS]
    assert all("SugarWater@3.0.0/events/latest/w.json" in keys for keys in held), "the others lack the event"


def test_a_target_that_the_channel_never_named_counts_where_a_rollback_went_there(stand: Stand) -> None:
    named(stand, "1.0.0 3.0.0", "1.0.0 3.0.0", "1.0.0 3.0.0")
    for region in REGIONS:
        plant_whole(stand.world, region, version="2.0.0")
        plant_withdrawal(stand.world, region, "3.0.0", "2.0.0")
    assert stand.roll_back().version == "2.0.0"
    assert stand.channels() == ["2.0.0"] * 3
    assert stand.roll_back(run_id="next").version == "1.0.0"
    assert {event.version for event in events_of(stand) if event.target == Version("1.0.0")} == {
        Version("2.0.0"),
        Version("3.0.0"),
    }


def test_a_withdrawn_version_is_passed_over_though_one_region_alone_says_so(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0")
    plant_withdrawal(stand.world, EUROPE, "2.0.0", "1.0.0")
    assert stand.roll_back().version == "1.0.0"


def test_what_was_pruned_is_passed_over_and_told(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0")
    stand.world.plant(bucket_name(PRODUCTION, EUROPE), "SugarWater@2.0.0/tombstone.json", b"{}")
    assert stand.roll_back().version == "1.0.0"
    assert any("2.0.0" in event.text and "pruned" in event.text for event in stand.reporter.of(Warned))


def test_what_is_broken_now_does_not_keep_anybody_from_leaving_it(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    for region in REGIONS:
        stand.world.plant(bucket_name(PRODUCTION, region), "SugarWater@2.0.0/waybill.json", b"not a waybill")
        stand.world.plant(bucket_name(PRODUCTION, region), "SugarWater@2.0.0", b"other bytes")
    assert stand.roll_back().outcome is Outcome.ROLLED_BACK
    assert stand.channels() == ["1.0.0"] * 3


def test_a_pre_release_that_the_channel_named_is_rolled_back_to(stand: Stand) -> None:
    stand.stage(version="1.0.0-rc.1", update_channel=UpdateChannel.PRERELEASE)
    stand.stage(version="1.0.0")
    assert stand.roll_back().version == "1.0.0-rc.1"
    assert stand.channels() == ["1.0.0-rc.1"] * 3


def test_a_channel_that_is_nowhere_is_no_channel(stand: Stand) -> None:
    stand.stage()
    end = stand.back_end(channel="production")
    assert isinstance(end, InputError)
    assert "channel: 'production'" in end.what
    assert "/artifacts/SugarWater/production" in end.what


def test_a_channel_that_may_be_where_nobody_answers_is_not_called_absent(stand: Stand) -> None:
    stand.world.fail(call="history", region=WEST, times=None)
    end = stand.back_end()
    assert isinstance(end, WaybillError)
    assert end.exit_code == ExitCode.UNAVAILABLE


@pytest.mark.parametrize("value", ["main", "v2.0.0", "{}"])
def test_what_is_not_a_version_is_never_overwritten(value: str, stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", f"1.0.0 2.0.0 {value}", "1.0.0 2.0.0")
    result = stand.back_end(require="1")
    assert isinstance(result, Result)
    assert result.exit_code == ExitCode.CONFLICT
    assert CHANNEL in (result.error or "")
    assert not stand.world.writes()
