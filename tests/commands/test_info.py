"""`info` shows what is known of one version, says plainly where regions differ, and finds it by whatever names it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from commands import pruning
from commands.looking import replaced_unseen
from commands.pruning import LONG_AGO, A, B, C, at, fill, forget, plant_event, point
from fakes.aws import PARAMETER_PREFIX, PRODUCTION, REGIONS, bucket_name
from promises.iam import allows
from promises.stand import PROJECT, SMALL, Stand, digests_of, plant_whole, waybill_of
from waybill.cancel import Cancellation
from waybill.commands.info import info
from waybill.domain import selector
from waybill.domain.arns import RoleArn
from waybill.domain.calls import INFO_CALLS
from waybill.domain.events import Kind
from waybill.domain.identity import Identity
from waybill.domain.result import Result
from waybill.domain.survey.info import RegionInfo, VersionInfo
from waybill.domain.survey.overview import Overview
from waybill.domain.survey.queries import InfoRequest
from waybill.domain.versions import Version
from waybill.domain.waybill import Waybill, digest
from waybill.errors import ConflictError, InputError, Unavailable, WaybillError
from waybill.report import text
from waybill.report.summary import summary

ROLE = Identity(role=RoleArn.parse(f"arn:aws:iam::{PRODUCTION}:role/waybill-stage"))


def run(stand: Stand, wanted: str | None = "1.0.0", project: str = PROJECT, **changes: Any) -> Result:
    gateway = changes.pop("gateway", None) or stand.world.gateway()
    request = InfoRequest(
        project=project,
        config_regions=REGIONS,
        wanted=None if wanted is None else selector.parse(wanted),
        written=wanted or "",
        **changes,
    )
    return info(request, stand.tools(gateway, Cancellation()))


def end(stand: Stand, wanted: str | None = "1.0.0", **changes: Any) -> Result | WaybillError:
    try:
        return run(stand, wanted, **changes)
    except WaybillError as error:
        return error


def body(result: Result | WaybillError) -> VersionInfo:
    assert isinstance(result, Result), result
    assert isinstance(result.body, VersionInfo)
    return result.body


def region(result: Result, name: str) -> RegionInfo:
    return next(one for one in body(result).regions if one.region == name)


def test_a_whole_version_shows_its_waybill_and_where_it_lies(stand: Stand) -> None:
    stand.stage(SMALL, version="1.0.0", metadata={"lang": "dotnet"}, keep_filename=True)
    result = run(stand)
    assert (result.version, result.sha256, result.size) == ("1.0.0", digests_of(SMALL).sha256, len(SMALL))
    assert result.key == f"{PROJECT}@1.0.0"
    found = body(result)
    assert found.metadata == {"lang": "dotnet"}
    assert found.file_name == "app.bin"
    raw = stand.world.body(bucket_name(PRODUCTION, A), f"{PROJECT}@1.0.0/waybill.json") or b""
    assert found.digest == digest(raw)
    assert found.channels == {"latest": REGIONS}
    for name in REGIONS:
        one = region(result, name)
        assert one.whole
        item = stand.world.buckets[bucket_name(PRODUCTION, name)].current(f"{PROJECT}@1.0.0")
        assert item is not None
        assert (one.bucket, one.version_id, one.kms_key) == (
            bucket_name(PRODUCTION, name),
            item.version_id,
            item.kms_key,
        )
    document = json.loads(json.dumps(result.to_json()))
    assert document["waybill"]["sha256"] == digests_of(SMALL).sha256
    assert document["waybill"]["built_from"]["actor"] == "ada"
    assert document["metadata"] == {"lang": "dotnet"}
    assert [one["whole"] for one in document["regions"]] == [True] * 3
    shown = text.result(result)
    for said in ("ada", "acme/SugarWater", "0123456789abcdef", "lang", "dotnet", "latest", bucket_name(PRODUCTION, B)):
        assert said in shown
        assert said in summary(result)


@pytest.mark.parametrize("wanted", ["production", "^1.0", "1.x", "1.0.0", "<1.2"])
def test_it_is_found_by_its_channel_and_by_a_range(stand: Stand, wanted: str) -> None:
    fill(stand, "1.0.0", "2.0.0")
    point(stand, "1.0.0", name=f"{PARAMETER_PREFIX}/{PROJECT}/production")
    assert run(stand, wanted).version == "1.0.0"


def test_a_chain_shows_whatever_a_release_wrote_there(stand: Stand) -> None:
    waybill = Waybill.from_bytes(waybill_of(SMALL, "1.0.0"))
    links = (
        {"waybill": None, "account": "333333333333", "promoted_by": "grace", "promoted_at": LONG_AGO},
        {"waybill": "ab" * 32, "account": "111111111111", "from": {"region": "eu-west-1"}, "promoted_by": "bob"},
    )
    raw = replace(waybill, chain=links).to_bytes()
    for name in REGIONS:
        plant_whole(stand.world, name, SMALL, "1.0.0")
        stand.world.plant(bucket_name(PRODUCTION, name), f"{PROJECT}@1.0.0/waybill.json", raw)
    result = run(stand)
    assert result.to_json()["chain"] == [dict(link) for link in links]
    shown = text.result(result)
    assert shown.index("333333333333") < shown.index("111111111111")
    for said in ("grace", "bob", "ab" * 32, "region eu-west-1"):
        assert said in shown
    assert f"promoted by grace, promoted at {LONG_AGO}, account 333333333333, waybill none" in shown


def test_what_a_region_lacks_is_named(stand: Stand) -> None:
    fill(stand, "1.0.0")
    forget(stand, A, "1.0.0/metadata")
    forget(stand, B, "1.0.0/waybill.json")
    for key in ("1.0.0", "1.0.0/metadata", "1.0.0/waybill.json"):
        forget(stand, C, key)
    result = run(stand)
    assert [one.missing for one in body(result).regions] == [("metadata",), ("waybill",), ("everything",)]
    assert not any(one.whole for one in body(result).regions)
    assert "without metadata" in text.result(result)


def test_regions_whose_waybills_differ_are_said_plainly(stand: Stand) -> None:
    for name in REGIONS:
        plant_whole(stand.world, name, b"other" if name == B else SMALL, "1.0.0")
    result = run(stand)
    found = body(result)
    assert found.waybill is not None
    assert found.waybill.subject.digests == digests_of(SMALL), "that which most regions hold"
    assert [(other.regions, "sha256" in other.differs) for other in found.others] == [((B,), True)]
    assert f"{B} holds another artifact's waybill" in text.result(result)
    assert "another artifact" in summary(result)


def test_two_waybills_of_the_same_artifact_are_no_other_artifact(stand: Stand) -> None:
    fill(stand, "1.0.0")
    waybill = Waybill.from_bytes(stand.world.body(bucket_name(PRODUCTION, B), f"{PROJECT}@1.0.0/waybill.json") or b"")
    raw = replace(waybill, staged_at=LONG_AGO).to_bytes()
    stand.world.plant(bucket_name(PRODUCTION, B), f"{PROJECT}@1.0.0/waybill.json", raw)
    result = run(stand)
    assert [(other.regions, other.differs) for other in body(result).others] == [((B,), ())]
    assert "another waybill of the same artifact" in text.result(result)


def test_what_is_not_what_its_waybill_says_is_told_and_is_not_whole(stand: Stand) -> None:
    fill(stand, "1.0.0")
    stand.world.plant(bucket_name(PRODUCTION, C), f"{PROJECT}@1.0.0", b"evil!", sha256=digests_of(b"evil!").sha256)
    result = run(stand)
    assert not region(result, C).whole
    assert "sha256" in str(region(result, C).error)
    assert region(result, A).whole
    assert f"{C}:" in text.result(result)


def test_other_bytes_of_the_same_size_are_told_though_s3_has_no_checksum_to_tell(stand: Stand) -> None:
    fill(stand, "1.0.0")
    replaced_unseen(stand, C, b"evil!", "1.0.0")
    result = run(stand)
    assert [region(result, name).whole for name in REGIONS] == [True, True, False]
    assert "sha256" in str(region(result, C).error)


@pytest.mark.parametrize("raw", [b"{", waybill_of(SMALL, "9.9.9")], ids=["broken", "another's"])
def test_a_waybill_that_is_none_is_told(stand: Stand, raw: bytes) -> None:
    fill(stand, "1.0.0")
    stand.world.plant(bucket_name(PRODUCTION, A), f"{PROJECT}@1.0.0/waybill.json", raw)
    result = run(stand)
    assert not region(result, A).whole
    assert region(result, A).error
    assert body(result).waybill is not None, "the others' is shown"


def test_events_show_by_whom_when_and_why_with_what_this_release_does_not_know(stand: Stand) -> None:
    fill(stand, "1.0.0", "0.9.0")
    said = {"by": "grace", "reason": "it leaks", "at": "2026-01-02T00:00:00Z"}
    plant_event(stand, Kind.WITHDRAWN, "1.0.0", name="1.json", region=C, target=Version("0.9.0"), **said)
    for name in REGIONS:
        plant_event(stand, Kind.DEPLOYED, "1.0.0", name="2.json", region=name, more=b',"pipeline":"blue"')
    stand.world.plant(bucket_name(PRODUCTION, A), f"{PROJECT}@1.0.0/events/latest/3.json", b"{")
    found = body(run(stand)).events
    assert [event.name for event in found] == ["3.json", "2.json", "1.json"], "the newest first"
    assert found[1].regions == REGIONS
    shown = text.result(run(stand))
    assert f"withdrawn on latest by grace at 2026-01-02T00:00:00Z, for 0.9.0: it leaks (in {C})" in shown
    assert "deployed on latest by eve" in shown
    assert "pipeline blue" in shown
    assert "3.json on latest cannot be read" in shown
    assert run(stand).to_json()["events"][1]["pipeline"] == "blue"


def test_deploys_are_listed_by_pipeline_end_time_person_and_execution(stand: Stand) -> None:
    fill(stand, "1.0.0")
    arn = "arn:aws:codepipeline:us-east-1:111111111111:site"
    told = {"pipeline": arn, "execution": "e-1", "channel": "production"}
    for name in REGIONS:
        plant_event(stand, Kind.DEPLOYED, "1.0.0", name="1.json", region=name, end="Failed", reason="it broke", **told)
    plant_event(stand, Kind.DEPLOYED, "1.0.0", name="2.json", end="Succeeded", at="2026-01-02T00:00:00Z", **told)
    place, who = "site in us-east-1 of 111111111111", "by eve, on production, execution e-1"
    good = f"{place}: Succeeded at 2026-01-02T00:00:00Z {who} (in {A})"
    bad = f"{place}: Failed at {LONG_AGO} {who}: it broke"
    shown = text.result(run(stand))
    assert f"deploys, the newest first\n  ✓ {good}\n  ✗ {bad}\n" in shown
    assert "events, the newest first" not in shown
    page = summary(run(stand)).replace("`", "")
    assert f"### Deploys\n\n- ✓ {good}\n- ✗ {bad}\n" in page
    assert [(one["status"], one["pipeline"]) for one in run(stand).to_json()["deploys"]] == [
        ("Succeeded", "site"), ("Failed", "site"),
    ]  # fmt: skip


def test_an_event_that_does_not_come_is_a_warning(stand: Stand) -> None:
    fill(stand, "1.0.0")
    plant_event(stand, Kind.PROMOTED, "1.0.0")
    stand.world.fail(call="read", key="events", times=None)
    assert body(run(stand)).events == ()


def test_what_only_startifact_staged_shows_what_is_known(stand: Stand) -> None:
    for name in REGIONS:
        bucket = bucket_name(PRODUCTION, name)
        stand.world.plant(bucket, f"{PROJECT}@1.0.0", b"bytes")
        stand.world.plant(bucket, f"{PROJECT}@1.0.0/metadata", b'{"lang": "c", "startifact:filename": "a.out"}')
    result = run(stand)
    found = body(result)
    assert (found.waybill, found.metadata, found.file_name, result.size) == (None, {"lang": "c"}, "a.out", 5)
    assert all(one.whole for one in found.regions)
    shown = text.result(result)
    assert "There is no waybill" in shown
    assert digests_of(b"bytes").crc64nvme in shown


def test_what_was_pruned_says_by_whom_and_when(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    pruning.run(stand)
    result = run(stand)
    found = body(result)
    assert found.pruned
    assert found.tombstone is not None
    assert [one.pruned for one in found.regions] == [True] * 3
    assert not any(one.whole or one.missing or one.error for one in found.regions)
    assert "by ada at 2026-01-31T12:00:00Z (old)" in text.result(result)
    assert result.to_json()["pruned"]["reason"] == "old"


def test_a_prune_that_was_cut_off_shows(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    stand.world.fail(call="delete", times=3)
    pruning.run(stand)
    assert "run `waybill prune` again" in text.result(run(stand))


def test_a_silent_region_is_not_known_and_not_missing(stand: Stand) -> None:
    fill(stand, "1.0.0")
    stand.world.fail(call="head", region=B, times=None)
    result = run(stand)
    assert not region(result, B).answered
    assert region(result, B).missing == ()
    assert region(result, A).whole
    assert "did not answer" in text.result(result)


def test_a_version_that_is_not_there_names_the_nearest(stand: Stand) -> None:
    fill(stand, "1.2.3", "1.2.30", "2.0.0")
    found = end(stand, "1.2.31")
    assert isinstance(found, InputError)
    assert found.faults[0].name == "version"
    assert "1.2.3" in str(found)
    for wanted in ("^7", ">=3"):
        assert isinstance(end(stand, wanted), InputError)


def test_a_channel_that_is_not_there_is_bad_input(stand: Stand) -> None:
    fill(stand, "1.0.0")
    found = end(stand, "productoin")
    assert isinstance(found, InputError)
    assert "is no channel" in str(found)


def test_a_project_that_is_not_there_names_the_nearest(stand: Stand) -> None:
    fill(stand, "1.0.0")
    for wanted in ("1.0.0", None):
        found = end(stand, wanted, project="SugarWatr")
        assert isinstance(found, InputError)
        assert f"the nearest are {PROJECT}." in str(found)


def test_a_version_is_not_called_unknown_where_a_region_is_silent(stand: Stand) -> None:
    fill(stand, "1.0.0")
    stand.world.fail(call="list", region=B, times=None)
    assert isinstance(end(stand, "1.0.1"), Unavailable)


def test_a_channel_on_which_regions_do_not_agree_is_no_version(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0", "3.0.0")
    for name, version in zip(REGIONS, ("1.0.0", "2.0.0", "3.0.0"), strict=True):
        point(stand, version, name, name=f"{PARAMETER_PREFIX}/{PROJECT}/production")
    assert isinstance(end(stand, "production"), ConflictError)


def test_without_a_version_the_project_is_shown_in_short(stand: Stand) -> None:
    fill(stand, *(f"1.{number}.0" for number in range(9)))
    point(stand, "1.3.0", B, name=f"{PARAMETER_PREFIX}/{PROJECT}/production")
    result = run(stand, None)
    assert isinstance(result.body, Overview)
    versions = [row.version.text for row in result.body.rows]
    assert versions == ["1.8.0", "1.7.0", "1.6.0", "1.5.0", "1.4.0", "1.3.0"], "the highest, and what channels name"
    shown = text.result(result)
    assert f"1.3.0 in {B}; absent in" in shown or f"absent in {A} and {C}; 1.3.0 in {B}" in shown
    assert f"`waybill versions {PROJECT}`" in shown
    assert "production" in summary(result)


def test_nothing_is_written_and_every_call_is_one_that_the_session_allows(stand: Stand) -> None:
    from commands.test_prune_cut_off import needs

    fill(stand, "1.0.0")
    plant_event(stand, Kind.PROMOTED, "1.0.0")
    made = set()
    for wanted in ("1.0.0", "latest", "^1", None):
        gateway = stand.world.gateway()
        before = len(stand.world.calls.log())
        run(stand, wanted, gateway=gateway, identity=ROLE)
        calls = stand.world.calls.log()[before:]
        assert not [call for call in calls if call.is_write]
        needed = [need for call in calls for need in needs(call, stand)]
        assert not [need for need in needed if not any(allows(policy, need) for policy in gateway.policies)]
        made |= {(need.action, need.on) for need in needed}
    assert made == {(call.action, call.on) for call in INFO_CALLS}


def test_an_older_artifact_is_dated_by_its_listing(stand: Stand) -> None:
    with at(stand, LONG_AGO):
        stand.stage(SMALL, version="1.0.0")
    assert region(run(stand), A).modified == LONG_AGO
