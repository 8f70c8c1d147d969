"""Rolling back to a version that is named: what it must be, and what is said of one that it cannot be."""

from __future__ import annotations

import hashlib
import json

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.floors import events_of, named, off_the_floor, rolled_back
from promises.stand import CHANNEL, SMALL, Stand, broken_channels, plant_whole
from waybill.domain.events import Kind
from waybill.domain.result import Outcome, Result
from waybill.errors import ConflictError, ExitCode, InputError
from waybill.progress import Warned

EAST, WEST, EUROPE = REGIONS
OTHER = b"two part"


def of(region: str, key: str) -> tuple[str, str]:
    return bucket_name(PRODUCTION, region), key


def refused(end: object, code: ExitCode) -> str:
    """Return what a refused rollback says."""
    assert isinstance(end, Result)
    assert end.exit_code == code, end
    assert not end.changed
    return f"{end.error} {end.advice}"


def test_forward_is_not_back_and_says_promote(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    plant_whole(stand.world, EAST, version="3.0.0")
    end = stand.back_end("3.0.0")
    assert isinstance(end, InputError)
    assert "to: '3.0.0': is higher than 2.0.0" in end.what
    assert "waybill promote" in end.what
    assert "Example: 1.0.0" in end.what
    assert not stand.world.writes()


def test_to_what_the_channel_names_is_already(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    result = stand.roll_back("2.0.0")
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.ALREADY, False, ExitCode.OK)
    assert not stand.world.writes()
    assert not events_of(stand)


def test_another_run_to_where_one_went_before_is_already(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0")
    stand.roll_back("1.0.0", run_id="1")
    stand.world.calls.forget()
    result = stand.roll_back("1.0.0", run_id="2")
    assert (result.outcome, result.changed) == (Outcome.ALREADY, False)
    assert not stand.world.writes()


def test_to_what_most_regions_name_brings_the_others_along(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0", "")
    result = stand.roll_back("2.0.0")
    assert stand.channels() == ["2.0.0"] * 3
    assert result.changed
    assert not events_of(stand), "nothing was above it"


@pytest.mark.parametrize("lacks", ["SugarWater@1.0.0", "SugarWater@1.0.0/waybill.json"])
@pytest.mark.parametrize("to", ["1.0.0", "previous"])
def test_what_is_not_whole_in_a_region_is_refused_and_the_region_named(to: str, lacks: str, stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "2.0.0", "1.0.0 2.0.0")
    stand.world.delete(*of(WEST, lacks))
    told = refused(stand.back_end(to), ExitCode.ARTIFACT)
    assert WEST in told
    assert EAST not in told
    assert "status --repair" in told
    assert not stand.world.writes()


@pytest.mark.parametrize("lacks", ["SugarWater@1.0.0", "SugarWater@1.0.0/waybill.json", "nothing that can be read"])
def test_a_majority_that_is_whole_goes_back_and_the_event_binds_the_other(lacks: str, stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "2.0.0", "1.0.0 2.0.0")
    if lacks.startswith("Sugar"):
        stand.world.delete(*of(WEST, lacks))
    else:
        stand.world.plant(*of(WEST, "SugarWater@1.0.0/waybill.json"), b"{}")
    result = stand.roll_back("1.0.0", require="majority")
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.OK)
    assert stand.channels() == ["1.0.0", "2.0.0", "1.0.0"]
    assert [region.outcome for region in result.regions] == [Outcome.ROLLED_BACK, Outcome.FAILED, Outcome.ROLLED_BACK]
    held = stand.world.contents(bucket_name(PRODUCTION, WEST))
    assert [key for key in held if "SugarWater@2.0.0/events" in key], "withdrawn there too"
    assert not broken_channels(stand.world)
    assert result.resume


@pytest.mark.parametrize("what", ["artifact", "waybill", "metadata"])
def test_what_is_not_what_its_waybill_says_is_refused(what: str, stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    key, body = {
        "artifact": ("SugarWater@1.0.0", SMALL[:-1] + b"?"),
        "waybill": ("SugarWater@1.0.0/waybill.json", b"{}"),
        "metadata": ("SugarWater@1.0.0/metadata", json.dumps({"lang": "cobol"}).encode()),
    }[what]
    stand.world.plant(*of(EUROPE, key), body)
    told = refused(stand.back_end("1.0.0"), ExitCode.ARTIFACT)
    assert EUROPE in told
    assert not stand.world.writes()


def test_what_differs_from_region_to_region_is_refused_though_each_is_whole(stand: Stand) -> None:
    named(stand, "2.0.0", "2.0.0", "2.0.0")
    for region in REGIONS:
        plant_whole(stand.world, region, OTHER if region == WEST else SMALL, version="1.0.0")
    told = refused(stand.back_end("1.0.0"), ExitCode.CONFLICT)
    assert "different things" in told
    assert all(region in told for region in REGIONS)
    assert not stand.world.writes()


@pytest.mark.parametrize("to", ["1.0.1", "1.1.0", "3.0.0-rc.1"])
def test_what_no_region_stores_is_refused_with_the_nearest_that_would_do(to: str, stand: Stand) -> None:
    named(stand, "1.0.0 1.0.2 2.0.0", "1.0.0 1.0.2 2.0.0", "1.0.0 1.0.2 2.0.0")
    end = stand.back_end(to)
    assert isinstance(end, InputError)
    assert f"to: '{to}'" in end.what
    assert "the nearest are 1.0.2, 1.0.0." in end.what, "2.0.0 is what stands, so that it would not do"
    assert not stand.world.writes()


def test_what_was_pruned_is_refused_and_says_so(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    stand.world.plant(*of(WEST, "SugarWater@1.0.0/tombstone.json"), b"{}")
    assert "was pruned" in refused(stand.back_end("1.0.0", require="1"), ExitCode.CONFLICT)
    assert not stand.world.writes()


def test_what_was_pruned_and_never_named_is_called_pruned_and_not_unknown(stand: Stand) -> None:
    named(stand, "2.0.0", "2.0.0", "2.0.0")
    for region in REGIONS:
        stand.world.plant(*of(region, "SugarWater@1.0.0/tombstone.json"), b"{}")
    assert "was pruned" in refused(stand.back_end("1.0.0"), ExitCode.CONFLICT)


def test_what_was_named_and_is_gone_everywhere_is_missing_and_not_unknown(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    for region in REGIONS:
        stand.world.delete(*of(region, "SugarWater@1.0.0"))
    assert "is not stored in" in refused(stand.back_end("1.0.0"), ExitCode.ARTIFACT)


def test_what_was_itself_withdrawn_is_refused_with_whom_and_why(stand: Stand) -> None:
    rolled_back(stand, "2.0.0", "1.0.0")
    plant_whole(stand.world, EAST, version="3.0.0")
    stand.stage(version="3.0.0")
    told = refused(stand.back_end("2.0.0"), ExitCode.CONFLICT)
    assert "withdrawn from latest by eve" in told
    assert "it leaks" in told
    assert "reinstate: true" in told
    assert stand.channels() == ["3.0.0"] * 3


@pytest.mark.parametrize("then", ["3.0.0", ""])
def test_with_reinstate_it_comes_back_with_an_event_that_lifts_the_withdrawal(then: str, stand: Stand) -> None:
    """Also where that leads up: what is brought back is not new."""
    rolled_back(stand, "2.0.0", "1.0.0")
    if then:
        stand.stage(version=then)
    stand.clock.advance(60)
    result = stand.roll_back("2.0.0", reinstate="true")
    assert (result.outcome, result.exit_code) == (Outcome.ROLLED_BACK, ExitCode.OK)
    assert stand.channels() == ["2.0.0"] * 3
    lifted = [event for event in events_of(stand) if event.kind is Kind.REINSTATED]
    assert [(event.version.text, event.lifts, event.by) for event in lifted] == [("2.0.0", ("w.json",), "grace")]
    stand.stage(version="0.9.0")
    assert stand.channels() == ["2.0.0"] * 3
    assert not off_the_floor(stand)
    stand.world.calls.forget()
    again = stand.roll_back("2.0.0", reinstate="true")
    assert (again.outcome, again.changed) == (Outcome.ALREADY, False)
    assert not stand.world.writes()


def test_build_metadata_alone_can_be_changed_on_purpose(stand: Stand) -> None:
    stand.stage(version="2.0.0+a")
    stand.stage(version="2.0.0+b")
    assert stand.channels() == ["2.0.0+a"] * 3
    assert stand.roll_back("2.0.0+b").outcome is Outcome.ROLLED_BACK
    assert stand.channels() == ["2.0.0+b"] * 3
    stand.stage(version="1.0.0")
    assert stand.channels() == ["2.0.0+b"] * 3


def test_a_hotfix_between_the_two_moves_forward_as_ever(stand: Stand) -> None:
    for version in ("1.0.0", "2.0.0"):
        stand.stage(version=version)
    stand.roll_back("1.0.0")
    stand.stage(version="1.0.1")
    assert stand.channels() == ["1.0.1"] * 3
    stand.stage(version="2.0.0")
    assert stand.channels() == ["1.0.1"] * 3
    stand.stage(version="2.0.1")
    assert stand.channels() == ["2.0.1"] * 3


def bare(stand: Stand, *regions: str) -> None:
    """Have only Startifact have staged 1.0.0 in these regions."""
    for region in regions:
        stand.world.delete(*of(region, "SugarWater@1.0.0/waybill.json"))


def test_what_only_startifact_staged_and_named_is_rolled_back_to_with_a_warning(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    bare(stand, *REGIONS)
    result = stand.roll_back()
    assert (result.outcome, stand.channels()) == (Outcome.ROLLED_BACK, ["1.0.0"] * 3)
    (warning,) = [event.text for event in stand.reporter.of(Warned)]
    assert "no waybill" in warning
    assert "Startifact" in warning


def test_what_startifact_staged_and_the_channel_never_named_is_not_known_to_be_whole(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "2.0.0", "1.0.0 2.0.0")
    bare(stand, *REGIONS)
    told = refused(stand.back_end("1.0.0"), ExitCode.ARTIFACT)
    assert "no waybill" in told
    assert WEST in told
    assert not stand.world.writes()


def test_what_startifact_left_in_one_region_must_be_what_the_waybill_of_another_says(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    bare(stand, EAST)
    stand.world.plant(*of(EAST, "SugarWater@1.0.0"), OTHER)
    assert "has no waybill" in refused(stand.back_end("1.0.0"), ExitCode.ARTIFACT)


def test_same_size_other_bytes_without_a_checksum_are_read_and_refused(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    stand.world.plant(*of(EAST, "SugarWater@1.0.0"), SMALL[::-1], checksum=False)
    said = refused(stand.back_end("1.0.0"), ExitCode.ARTIFACT)
    assert EAST in said
    assert "sha256" in said


def test_what_startifact_left_everywhere_must_be_the_same_everywhere(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    bare(stand, *REGIONS)
    stand.world.plant(*of(EUROPE, "SugarWater@1.0.0"), OTHER, sha256=hashlib.sha256(OTHER).hexdigest())
    assert "different things" in refused(stand.back_end("1.0.0"), ExitCode.CONFLICT)


def test_other_channels_stay_where_they_are(stand: Stand) -> None:
    for version in ("1.0.0", "2.0.0"):
        stand.stage(version=version)
        stand.stage(version=version, channel="production")
    assert stand.roll_back(channel="production").version == "1.0.0"
    assert stand.channels(CHANNEL.replace("latest", "production")) == ["1.0.0"] * 3
    assert stand.channels() == ["2.0.0"] * 3


def test_events_that_cannot_be_read_stop_it(stand: Stand) -> None:
    named(stand, "1.0.0 2.0.0", "1.0.0 2.0.0", "1.0.0 2.0.0")
    stand.world.plant(*of(WEST, "SugarWater@1.0.0/events/latest/x.json"), b"{")
    end = stand.back_end()
    assert isinstance(end, ConflictError)
    assert "x.json" in end.what
    assert not stand.world.writes()
