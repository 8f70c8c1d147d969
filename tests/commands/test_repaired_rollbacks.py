"""A repair ends a rollback that was cut off, whatever was pruned since and whoever writes beside it."""

from __future__ import annotations

from commands.looking import A, B, C, body, look
from fakes.aws import PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call
from promises.stand import CHANNEL, PROJECT, Stand, plant_whole, plant_withdrawal
from waybill.domain.pruning.tombstone import Tombstone
from waybill.domain.result import Outcome
from waybill.domain.survey.status import Repaired
from waybill.domain.versions import Version
from waybill.errors import ExitCode

KEY = f"{PROJECT}@2.0.0/events/latest/w.json"


def half_rolled_back(stand: Stand) -> None:
    """One region has the event, and no channel moved."""
    for version in ("1.0.0", "2.0.0"):
        for region in REGIONS:
            plant_whole(stand.world, region, version=version)
            stand.world.set_parameter(region, PRODUCTION, CHANNEL, version)
    plant_withdrawal(stand.world, A, "2.0.0", "1.0.0", withdraws="2.0.0")


def test_a_rollback_is_finished_though_a_higher_withdrawn_version_was_pruned(stand: Stand) -> None:
    half_rolled_back(stand)
    gone = Tombstone(
        project=PROJECT,
        version=Version("3.0.0"),
        sha256="a" * 64,
        size=1,
        pruned_at="2026-01-01T00:00:00Z",
        pruned_by="eve",
    )
    for region in REGIONS:
        plant_withdrawal(stand.world, region, "3.0.0", "1.0.0", "v.json", withdraws="3.0.0")
        stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@3.0.0/tombstone.json", gone.to_bytes())
    result = look(stand, repair=True)
    assert (result.exit_code, result.outcome, result.changed) == (ExitCode.OK, Outcome.CREATED, True)
    assert stand.channels() == ["1.0.0"] * 3
    assert all(stand.world.body(bucket_name(PRODUCTION, region), KEY) for region in REGIONS)


def test_p2_another_event_by_the_same_name_is_a_conflict_and_no_channel_moves(stand: Stand) -> None:
    half_rolled_back(stand)

    def rival(call: Call) -> None:
        plant_withdrawal(stand.world, B, "2.0.0", "0.9.0")

    stand.world.on("put", rival, region=B, key="/events/")
    result = look(stand, repair=True)
    steps = body(result).repairs or ()
    assert [(one.outcome, one.exit_code) for one in steps] == [(Repaired.FAILED, ExitCode.CONFLICT)] * 2
    assert f"{KEY} in {B} is another event" in (steps[0].error or "")
    assert steps[0].changed
    assert stand.channels() == ["2.0.0"] * 3


def test_a_repair_whose_events_another_wrote_first_says_that_it_changed_nothing(stand: Stand) -> None:
    half_rolled_back(stand)

    def rival(call: Call) -> None:
        for region in (B, C):
            if stand.world.body(bucket_name(PRODUCTION, region), KEY) is None:
                plant_withdrawal(stand.world, region, "2.0.0", "1.0.0", withdraws="2.0.0")

    stand.world.on("put", rival, key="/events/", times=None)
    first = (body(look(stand, repair=True)).repairs or ())[0]
    assert (first.outcome, first.changed) == (Repaired.DONE, False)
    assert stand.channels() == ["1.0.0"] * 3


def test_a_dry_run_ends_well_though_something_is_for_a_person_to_decide(stand: Stand) -> None:
    for region in REGIONS:
        plant_whole(stand.world, region, version="1.0.0")
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "not a version" if region == C else "1.0.0")
    planned, done = look(stand, repair=True, dry_run=True), look(stand, repair=True)
    assert (planned.outcome, planned.exit_code) == (Outcome.PLANNED, ExitCode.OK)
    assert [(one.outcome, one.exit_code) for one in body(planned).repairs or ()] == [(Repaired.LEFT_ALONE, ExitCode.OK)]
    assert done.exit_code == ExitCode.CONFLICT
