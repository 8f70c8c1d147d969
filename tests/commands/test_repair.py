"""What `status --repair` finishes, what it leaves alone, and that being killed or outrun in the middle does no harm."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commands.looking import A, B, C, body, channel, events, half, look, names
from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.faults import Killed, kill_at, steps_of
from promises.stand import (
    CHANNEL,
    LARGE,
    METADATA,
    PROJECT,
    SMALL,
    Stand,
    broken_channels,
    plant_whole,
    plant_withdrawal,
    whole,
)
from waybill.cancel import Cancellation
from waybill.domain.metadata import document
from waybill.domain.result import Outcome
from waybill.domain.survey.standing import Half
from waybill.domain.survey.status import Repaired
from waybill.domain.waybill import Origin, Waybill
from waybill.errors import ExitCode
from waybill.ports.bucket import NewObject
from waybill.progress import Started, Step, Stepped

KEY = f"{PROJECT}@1.1.0"


def put(stand: Stand, version: str, *regions: str, bytes_: bytes = SMALL) -> None:
    """Have a version staged in some regions, and named there."""
    for region in regions:
        plant_whole(stand.world, region, bytes_, version, metadata=METADATA)
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, version)


def half_staged(stand: Stand) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", A)
    plant_whole(stand.world, B, SMALL, "1.1.0", metadata=METADATA)
    stand.world.delete(bucket_name(PRODUCTION, B), f"{KEY}/waybill.json")


def lagging(stand: Stand) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", *REGIONS)
    stand.world.set_parameter(C, PRODUCTION, CHANNEL, "1.0.0")


def absent(stand: Stand) -> None:
    put(stand, "1.1.0", A, B)


def rolling_back(stand: Stand) -> None:
    """Killed after its first event in one region: the second was yet to be written."""
    for version in ("1.1.0", "1.2.0", "1.3.0"):
        put(stand, version, *REGIONS)
    plant_withdrawal(stand.world, B, "1.3.0", "1.1.0", withdraws="1.3.0 1.2.0")


def startifact(stand: Stand) -> None:
    """Startifact uploads to one region after the other, and names the version in each at last."""
    raw = document(METADATA, None)
    assert raw is not None
    for region in (A, B):
        bucket = bucket_name(PRODUCTION, region)
        stand.world.plant(bucket, KEY, SMALL)
        stand.world.plant(bucket, f"{KEY}/metadata", raw)
    stand.world.set_parameter(A, PRODUCTION, CHANNEL, "1.1.0")


def several_parts(stand: Stand) -> None:
    put(stand, "1.1.0", A, B, bytes_=LARGE)


BROKEN: list[Callable[[Stand], None]] = [
    half_staged,
    lagging,
    absent,
    rolling_back,
    startifact,
    several_parts,
]
broken = pytest.mark.parametrize("break_it", BROKEN)


def contents(stand: Stand) -> dict[str, object]:
    """Return everything that is stored, and every parameter's history."""
    stored: dict[str, object] = {region: stand.world.contents(bucket_name(PRODUCTION, region)) for region in REGIONS}
    return stored | {f"{region} names": stand.world.history(region, PRODUCTION, CHANNEL) for region in REGIONS}


def mended(stand: Stand) -> None:
    """All regions name 1.1.0, and hold it whole."""
    assert stand.channels() == ["1.1.0"] * 3
    for region in REGIONS:
        assert whole(stand.world.contents(bucket_name(PRODUCTION, region)), KEY)
    assert not body(look(stand)).troubled


@broken
def test_it_finishes_what_can_be_finished(stand: Stand, break_it: Callable[[Stand], None]) -> None:
    break_it(stand)
    result = look(stand, PROJECT, repair=True)
    assert (result.exit_code, result.outcome, result.changed) == (ExitCode.OK, Outcome.CREATED, True)
    assert {item.outcome for item in body(result).repairs or ()} == {Repaired.DONE}
    mended(stand)


def test_a_region_is_said_to_be_observed_once_however_often_a_repair_looks(stand: Stand) -> None:
    half_staged(stand)
    look(stand, PROJECT, repair=True, accounts=(PRODUCTION, PRODUCTION))
    steps = [one.region for one in stand.reporter.of(Stepped) if one.step is Step.OBSERVE]
    assert sorted(steps) == sorted(REGIONS)


@broken
def test_p4_a_second_repair_finds_nothing_to_do(stand: Stand, break_it: Callable[[Stand], None]) -> None:
    break_it(stand)
    look(stand, repair=True)
    stand.world.calls.forget()
    again = look(stand, repair=True)
    assert (again.exit_code, again.outcome, again.changed) == (ExitCode.OK, Outcome.ALREADY, False)
    assert body(again).repairs == ()
    assert not stand.world.writes()


@broken
def test_a_dry_run_tells_the_same_steps_and_writes_nothing(stand: Stand, break_it: Callable[[Stand], None]) -> None:
    break_it(stand)
    before = contents(stand)
    planned = look(stand, repair=True, dry_run=True)
    assert (planned.exit_code, planned.outcome, planned.changed) == (ExitCode.OK, Outcome.PLANNED, False)
    assert not stand.world.writes()
    assert contents(stand) == before
    carried_out = look(stand, repair=True)
    steps = [[item.what for item in body(one).repairs or ()] for one in (planned, carried_out)]
    assert steps[0] == steps[1]
    assert steps[0]


@broken
def test_p4_killed_at_each_write_and_run_again_it_is_finished(
    break_it: Callable[[Stand], None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = Stand(tmp_path_factory.mktemp("first"))
    break_it(first)
    look(first, repair=True)
    steps = steps_of(first.world.writes())
    assert steps
    for when in ("before", "after"):
        for step in steps:
            stand = Stand(tmp_path_factory.mktemp("one"))
            break_it(stand)
            process = kill_at(stand.world, step, when)
            with pytest.raises(Killed):
                look(stand, repair=True)
            process.revive()
            assert not _unlawful(stand, break_it), f"killed {when} {step}"
            look(stand, repair=True)
            mended(stand)


def _unlawful(stand: Stand, break_it: Callable[[Stand], None]) -> list[str]:
    """Channels that ever named what was not whole there (P1): what Startifact named was so before."""
    if break_it is startifact:
        return []
    return broken_channels(stand.world)


def test_what_startifact_staged_gains_a_waybill_that_claims_no_build(stand: Stand) -> None:
    startifact(stand)
    look(stand, repair=True, origin=Origin(repository="acme/ops", actor="ada"))
    raw = {stand.world.body(bucket_name(PRODUCTION, region), f"{KEY}/waybill.json") for region in REGIONS}
    assert len(raw) == 1
    waybill = Waybill.from_bytes(raw.pop() or b"")
    assert waybill.subject.metadata == METADATA
    assert (waybill.built_from.repository, waybill.built_from.actor) == ("", "")


def test_no_waybill_is_written_for_what_no_channel_ever_named(stand: Stand) -> None:
    """It may be a stage under way, whose metadata and waybill are yet to come."""
    stand.stage(version="1.0.0")
    stand.world.plant(bucket_name(PRODUCTION, A), KEY, SMALL)
    before = contents(stand)
    result = look(stand, repair=True)
    assert contents(stand) == before
    assert half(result, "1.1.0").half is Half.HALF_STAGED
    assert [item.outcome for item in body(result).repairs or ()] == [Repaired.LEFT_ALONE]
    assert result.exit_code == ExitCode.CONFLICT


def test_no_waybill_is_written_while_a_region_is_silent_that_may_have_one(stand: Stand) -> None:
    startifact(stand)
    stand.world.fail(call="*", region=C, times=None)
    look(stand, repair=True)
    assert not stand.world.writes()


def test_nor_where_a_region_falls_silent_after_the_plan(stand: Stand) -> None:
    startifact(stand)
    stand.world.fail(call="default-encryption", region=C, times=None)
    result = look(stand, repair=True)
    assert not stand.world.writes()
    assert (body(result).repairs or ())[0].outcome is Repaired.FAILED
    assert result.exit_code == ExitCode.UNAVAILABLE


def test_a_channel_is_not_moved_to_what_cannot_be_completed(stand: Stand) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", A)
    stand.world.delete(bucket_name(PRODUCTION, A), KEY)
    before = contents(stand)
    result = look(stand, repair=True)
    assert contents(stand) == before
    assert {item.outcome for item in body(result).repairs or ()} == {Repaired.LEFT_ALONE}
    assert any("cannot move `latest` to 1.1.0" in item.what for item in body(result).repairs or ())


def test_a_rollback_is_carried_through_to_its_own_target(stand: Stand) -> None:
    rolling_back(stand)
    look(stand, repair=True)
    assert stand.channels() == ["1.1.0"] * 3
    for region in REGIONS:
        keys = events(stand, region)
        assert [key.split("@")[1].split("/")[0] for key in keys] == ["1.2.0", "1.3.0"]
    written = {stand.world.body(bucket_name(PRODUCTION, region), keys[0]) for region in REGIONS}
    assert len(written) == 1
    assert b'"reason":"it leaks"' in (written.pop() or b"")
    assert b'"by":"eve"' in (stand.world.body(bucket_name(PRODUCTION, A), keys[0]) or b"")


def test_p3_a_version_staged_after_the_rollback_is_not_taken_off(stand: Stand) -> None:
    rolling_back(stand)
    put(stand, "1.4.0", A)
    look(stand, repair=True)
    assert stand.channels() == ["1.4.0"] * 3


@pytest.mark.parametrize("listed", ["2.0.0", ""])
def test_p3_what_came_after_a_whole_rollback_is_not_taken_off(stand: Stand, listed: str) -> None:
    """One region was set back by hand to what had been withdrawn: the others are not drawn down to its target."""
    for version in ("1.0.0", "2.0.0", "1.0.0", "3.0.0"):
        put(stand, version, *REGIONS)
    stand.world.set_parameter(C, PRODUCTION, CHANNEL, "2.0.0")
    for region in REGIONS:
        plant_withdrawal(stand.world, region, "2.0.0", "1.0.0", withdraws=listed)
    look(stand, repair=True)
    assert stand.channels() == ["3.0.0"] * 3
    assert all("@2.0.0/" in key for region in REGIONS for key in events(stand, region))


def test_the_events_come_before_the_channel_moves(stand: Stand) -> None:
    rolling_back(stand)
    stand.world.deny("put", key="/events/")
    result = look(stand, repair=True)
    assert not [call for call in stand.world.writes() if call.call == "put-parameter"]
    assert stand.channels() == ["1.3.0"] * 3
    assert [item.outcome for item in body(result).repairs or ()] == [Repaired.FAILED] * 2
    assert result.exit_code == ExitCode.IDENTITY


def test_a_silent_region_is_left_and_the_others_are_mended(stand: Stand) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", A)
    stand.world.fail(call="*", region=C, times=None)
    result = look(stand, repair=True)
    assert stand.channels() == ["1.1.0", "1.1.0", "1.0.0"]
    assert {item.outcome for item in body(result).repairs or ()} == {Repaired.DONE}
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert [item.readable for item in channel(result).regions] == [True, True, False]


def test_a_region_that_fails_while_it_is_mended_is_named_with_its_command(stand: Stand) -> None:
    put(stand, "1.1.0", A, B)
    stand.world.fail(call="put", region=C, times=None)
    result = look(stand, repair=True)
    assert {item.outcome for item in body(result).repairs or ()} == {Repaired.FAILED}
    assert result.outcome is Outcome.PARTIAL
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert result.resume == "waybill status --repair"
    assert names(result) == ["1.1.0", "1.1.0", None]


def test_p2_regions_with_other_bytes_are_left_alone_and_named(stand: Stand) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", A, B)
    put(stand, "1.1.0", C, bytes_=b"OTHER BYTES")
    before = contents(stand)
    result = look(stand, repair=True)
    assert contents(stand) == before
    assert (result.outcome, result.exit_code) == (Outcome.CONFLICT, ExitCode.CONFLICT)
    left = [item for item in body(result).repairs or () if item.outcome is Repaired.LEFT_ALONE]
    assert ["1.1.0" in item.what and bool(item.advice) for item in left] == [True]


def test_p2_a_replaced_artifact_is_left_alone_and_nothing_is_copied_from_it(stand: Stand) -> None:
    put(stand, "1.1.0", *REGIONS)
    stand.world.plant(bucket_name(PRODUCTION, B), KEY, b"other")
    before = contents(stand)
    result = look(stand, repair=True)
    assert contents(stand) == before
    assert result.exit_code == ExitCode.CONFLICT
    assert any("not what its own waybill says" in item.what for item in body(result).repairs or ())


def test_a_pruned_version_is_never_brought_back(stand: Stand) -> None:
    put(stand, "1.2.0", *REGIONS)
    plant_whole(stand.world, A, SMALL, "1.1.0")
    stand.world.plant(bucket_name(PRODUCTION, B), f"{KEY}/tombstone.json", b"{}")
    before = contents(stand)
    result = look(stand, repair=True)
    assert contents(stand) == before
    assert "waybill prune" in ((body(result).repairs or ())[0].advice or "")


def test_a_parameter_that_holds_no_version_is_never_overwritten(stand: Stand) -> None:
    put(stand, "1.1.0", A, B)
    stand.world.set_parameter(C, PRODUCTION, CHANNEL, "mine")
    look(stand, repair=True)
    assert stand.channels() == ["1.1.0", "1.1.0", "mine"]


def test_versions_of_equal_precedence_are_left_alone(stand: Stand) -> None:
    for region, version in zip(REGIONS, ("1.1.0+a", "1.1.0+a", "1.1.0+b"), strict=True):
        for name in ("1.1.0+a", "1.1.0+b"):
            plant_whole(stand.world, region, SMALL, name)
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, version)
    result = look(stand, repair=True)
    assert stand.channels() == ["1.1.0+a", "1.1.0+a", "1.1.0+b"]
    assert [item.outcome for item in body(result).repairs or ()] == [Repaired.LEFT_ALONE]


def test_a_channel_whose_version_is_nowhere_is_left_alone(stand: Stand) -> None:
    put(stand, "1.0.0", *REGIONS)
    stand.world.set_parameter(A, PRODUCTION, CHANNEL, "1.1.0")
    result = look(stand, repair=True)
    assert stand.channels() == ["1.1.0", "1.0.0", "1.0.0"]
    assert result.exit_code in {ExitCode.ARTIFACT, ExitCode.CONFLICT}
    assert {item.outcome for item in body(result).repairs or ()} <= {Repaired.LEFT_ALONE, Repaired.FAILED}


def test_uploads_are_never_aborted(stand: Stand) -> None:
    put(stand, "1.1.0", A, B)
    bucket = stand.world.account().bucket(A, bucket_name(PRODUCTION, A), owner=PRODUCTION)
    bucket.begin(NewObject(key=f"{PROJECT}@9.0.0", media_type="a/b", kms_key=None))
    stand.clock.advance(86_400)
    look(stand, repair=True)
    assert stand.world.unfinished() == 1


RACES = ["put", "complete", "put-parameter", "list", "history"]


@pytest.mark.parametrize("call", RACES)
@pytest.mark.parametrize("bytes_", [SMALL, LARGE], ids=["one part", "several parts"])
def test_a_repair_that_races_a_stage_ends_where_both_would(stand: Stand, call: str, bytes_: bytes) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", A, bytes_=bytes_)
    stand.world.on(call, lambda _: stand.stage(bytes_, version="1.1.0", metadata=METADATA))
    result = look(stand, repair=True)
    assert result.exit_code == ExitCode.OK
    mended(stand)
    assert not broken_channels(stand.world)


@pytest.mark.parametrize("call", RACES)
def test_p3_a_repair_that_races_a_higher_stage_takes_nothing_back(stand: Stand, call: str) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", A)
    stand.world.on(call, lambda _: stand.stage(version="2.0.0"), skip=2)
    look(stand, repair=True)
    if stand.world.body(bucket_name(PRODUCTION, A), f"{PROJECT}@2.0.0") is None:
        stand.stage(version="2.0.0")
    assert stand.channels() == ["2.0.0"] * 3
    assert not broken_channels(stand.world)


@pytest.mark.parametrize("call", ["put", "put-parameter", "list", "history"])
def test_p3_a_repair_that_races_a_rollback_does_not_undo_it(stand: Stand, call: str) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", A)

    def roll_back(_: object) -> None:
        for region in REGIONS:
            plant_withdrawal(stand.world, region, "1.1.0", "1.0.0")
            stand.world.set_parameter(region, PRODUCTION, CHANNEL, "1.0.0")

    stand.world.on(call, roll_back, skip=1)
    look(stand, repair=True)
    look(stand, repair=True)
    assert stand.channels() == ["1.0.0"] * 3


@pytest.mark.parametrize("call", ["put", "put-parameter", "list"])
def test_a_cancelled_repair_says_what_it_did_and_writes_no_more(stand: Stand, call: str) -> None:
    put(stand, "1.0.0", *REGIONS)
    put(stand, "1.1.0", A)
    cancellation = Cancellation()

    def cancel(_: object) -> None:
        if stand.reporter.of(Started)[1:]:
            cancellation.cancel(15)

    stand.world.on(call, cancel, times=None)
    result = look(stand, repair=True, cancellation=cancellation)
    assert result.exit_code == ExitCode.TERMINATED
    assert result.outcome is Outcome.PARTIAL
    assert result.resume == "waybill status --repair"
    assert Repaired.FAILED in {item.outcome for item in body(result).repairs or ()}
    written = [one for one in stand.world.writes() if one.failed is None]
    assert result.changed is bool(written)
    look(stand, repair=True)
    mended(stand)
