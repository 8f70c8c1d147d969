"""What a prune never deletes, whatever was asked for."""

from __future__ import annotations

import json

import pytest

from commands.pruning import (
    JUST_NOW,
    LONG_AGO,
    NOW,
    A,
    B,
    C,
    at,
    deletions,
    fates,
    fill,
    forget,
    keys,
    plant_event,
    point,
    run,
    tombstones,
    why,
)
from fakes.aws import PARAMETER_PREFIX, PRODUCTION, REGIONS, bucket_name
from promises.stand import PROJECT, Stand, digests_of, plant_whole, waybill_of
from waybill.domain.arns import KeyArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.events import Kind
from waybill.domain.pruning.prune import Fate
from waybill.domain.versions import Version
from waybill.ports.bucket import NewObject

PRODUCTION_CHANNEL = f"{PARAMETER_PREFIX}/{PROJECT}/production"


def kept(stand: Stand, version: str) -> str:
    """Prune to one version, see that this one stayed untouched, and return why."""
    before = {region: keys(stand, version, region) for region in REGIONS}
    result = run(stand)
    assert fates(result)[version] is Fate.KEPT
    assert {region: keys(stand, version, region) for region in REGIONS} == before
    assert not [one for one in deletions(stand) if f"@{version}" in one]
    return why(result, version)


@pytest.mark.parametrize("regions", [REGIONS, (A,), (C,)], ids=["everywhere", "first", "last"])
def test_what_a_channel_names_in_any_region(stand: Stand, regions: tuple[str, ...]) -> None:
    fill(stand, "1.0.0", "1.1.0", "2.0.0")
    point(stand, "1.0.0", *regions, name=PRODUCTION_CHANNEL)
    said = kept(stand, "1.0.0")
    assert said == "`production` names it" + ("" if regions == REGIONS else f" in {regions[0]}")
    assert keys(stand, "1.1.0") == ["tombstone.json", "waybill.json"]


def test_what_a_channel_belongs_at_though_another_tool_set_it_back(stand: Stand) -> None:
    fill(stand, "1.0.0", "3.0.0")
    with at(stand, LONG_AGO):
        stand.stage(b"4", version="4.0.0-rc.1", update_channel=UpdateChannel.NEVER)
    point(stand, "1.0.0")
    stand.world.set_parameter(B, PRODUCTION, PRODUCTION_CHANNEL, "3.0.0", "1.0.0")
    assert kept(stand, "3.0.0") == "`production` belongs at it"


def test_the_target_of_a_standing_rollback(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "2.0.0")
    plant_event(stand, Kind.WITHDRAWN, "2.0.0", channel="production", target=Version("1.0.0"), region=C)
    assert kept(stand, "1.0.0") == "a rollback of `production` from 2.0.0 points at it"


def test_the_target_of_a_rollback_of_what_was_pruned_since(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "2.0.0")
    plant_event(stand, Kind.WITHDRAWN, "1.1.0", channel="production", target=Version("1.0.0"))
    kept(stand, "1.0.0")
    assert keys(stand, "1.1.0")[-1] == "waybill.json", "1.1.0 went, and its events stay"
    kept(stand, "1.0.0")


def test_a_rollback_that_was_lifted_needs_nothing(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "2.0.0")
    plant_event(stand, Kind.WITHDRAWN, "2.0.0", channel="production", target=Version("1.0.0"), name="w.json")
    plant_event(stand, Kind.REINSTATED, "2.0.0", channel="production", lifts=("w.json",), name="x.json")
    assert fates(run(stand)) == {"1.1.0": Fate.PRUNED, "1.0.0": Fate.PRUNED}


def test_what_was_deployed_last_on_each_channel_and_by_each_pipeline(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "1.2.0", "1.3.0", "2.0.0")
    for version, when, more in (
        ("1.0.0", "2025-11-02T00:00:00Z", b',"pipeline":"blue"'),
        ("1.1.0", "2025-11-04T00:00:00Z", b',"pipeline":"green"'),
        ("1.2.0", "2025-11-03T00:00:00Z", b',"pipeline":"blue"'),
    ):
        plant_event(stand, Kind.DEPLOYED, version, channel="production", at=when, more=more, name=f"{when}.json")
    result = run(stand)
    assert fates(result) == {
        "1.3.0": Fate.PRUNED,
        "1.2.0": Fate.KEPT,
        "1.1.0": Fate.KEPT,
        "1.0.0": Fate.PRUNED,
    }
    assert why(result, "1.2.0") == "it was deployed last on `production`, at 2025-11-03T00:00:00Z"


def test_what_ran_last_with_success_though_a_later_deployment_failed(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "2.0.0")
    for version, when, more in (
        ("1.0.0", "2025-11-02T00:00:00Z", b',"end":"Succeeded"'),
        ("1.1.0", "2025-11-03T00:00:00Z", b',"end":"Failed"'),
    ):
        plant_event(stand, Kind.DEPLOYED, version, at=when, more=more, name=f"{when}.json")
    assert set(fates(run(stand)).values()) == {Fate.KEPT}


def test_what_is_not_whole_everywhere_yet_for_a_day(stand: Stand) -> None:
    fill(stand, "2.0.0")
    fill(stand, "1.0.0", moment=JUST_NOW)
    forget(stand, B, "1.0.0/waybill.json")
    assert "is not whole in every region" in kept(stand, "1.0.0")
    stand.clock.sleep(24 * 3600)
    assert fates(run(stand)) == {"1.0.0": Fate.PRUNED}


def test_what_something_happened_to_within_a_day(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    stand.world.plant(bucket_name(PRODUCTION, B), f"{PROJECT}@1.0.0/events/latest/p.json", event())
    assert kept(stand, "1.0.0") == f"something happened to it at {NOW}, within a day"


def event() -> bytes:
    document = {"schema": 1, "kind": "promoted", "version": "1.0.0", "channel": "latest", "by": "eve", "at": NOW}
    return json.dumps(document).encode()


def test_what_is_being_uploaded(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    bucket = stand.world.account().bucket(C, bucket_name(PRODUCTION, C), owner=PRODUCTION)
    key = KeyArn.parse(str(stand.world.buckets[bucket_name(PRODUCTION, C)].default.key))
    new = NewObject(key=f"{PROJECT}@1.0.0", media_type="x/y", kms_key=key)
    with at(stand, JUST_NOW):
        bucket.begin(new)
    assert kept(stand, "1.0.0") == f"it is being uploaded, since {JUST_NOW}"


def test_an_upload_that_was_left_behind_long_ago_is_no_reason(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    bucket = stand.world.account().bucket(C, bucket_name(PRODUCTION, C), owner=PRODUCTION)
    with at(stand, LONG_AGO):
        bucket.begin(NewObject(key=f"{PROJECT}@1.0.0", media_type="x/y", kms_key=None))
    assert fates(run(stand)) == {"1.0.0": Fate.PRUNED}


def test_what_differs_between_regions(stand: Stand) -> None:
    fill(stand, "2.0.0")
    with at(stand, LONG_AGO):
        for region in REGIONS:
            plant_whole(stand.world, region, b"other" if region == C else b"mine", "1.0.0")
    assert "The regions hold different things" in kept(stand, "1.0.0")


def test_what_only_startifact_staged_and_differs_between_regions(stand: Stand) -> None:
    """Equal in size, and without a checksum that would tell: only the bytes do."""
    fill(stand, "2.0.0")
    with at(stand, LONG_AGO):
        for region in REGIONS:
            content = b"bytes" if region == C else b"BYTES"
            stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.0.0", content)
    assert "The regions hold different things" in kept(stand, "1.0.0")
    assert tombstones(stand, "1.0.0") == [None] * 3


def test_what_is_not_what_its_own_waybill_says(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    tampered = b"0.0.1"
    with at(stand, LONG_AGO):
        stand.world.plant(bucket_name(PRODUCTION, B), f"{PROJECT}@1.0.0", tampered, sha256=digests_of(tampered).sha256)
    assert "is not what its own waybill says" in kept(stand, "1.0.0")


@pytest.mark.parametrize("raw", [b"nonsense", waybill_of(b"1.0.0", "9.9.9")], ids=["nonsense", "another's"])
def test_what_has_a_waybill_that_nobody_can_read_or_that_is_anothers(stand: Stand, raw: bytes) -> None:
    fill(stand, "1.0.0", "2.0.0")
    stand.world.plant(bucket_name(PRODUCTION, B), f"{PROJECT}@1.0.0/waybill.json", raw)
    kept(stand, "1.0.0")


def test_metadata_that_is_all_that_is_left(stand: Stand) -> None:
    fill(stand, "2.0.0")
    with at(stand, LONG_AGO):
        stand.world.plant(bucket_name(PRODUCTION, B), f"{PROJECT}@1.0.0/metadata", b"{}")
    assert "nothing tells what it was" in kept(stand, "1.0.0")


def test_a_tombstone_that_was_begun_is_taken_away_from_what_must_stay(stand: Stand) -> None:
    """A run was cut off after its tombstones, and a rollback then went back to the version."""
    fill(stand, "1.0.0", "2.0.0")
    stand.world.fail(call="delete", times=3)
    run(stand)
    assert None not in tombstones(stand, "1.0.0")
    point(stand, "1.0.0")
    result = run(stand)
    assert fates(result) == {"1.0.0": Fate.KEPT}
    assert tombstones(stand, "1.0.0") == [None] * 3
    assert keys(stand, "1.0.0") == ["artifact", "metadata", "waybill.json"]
    assert fates(run(stand)) == {"1.0.0": Fate.KEPT}, "it is asked for still"
