"""What a prune deletes, what it leaves behind, and that asking costs nothing."""

from __future__ import annotations

import json

import pytest

from commands.pruning import (
    AGAIN,
    LONG_AGO,
    NOW,
    A,
    B,
    C,
    at,
    body,
    deletions,
    end,
    fates,
    fill,
    forget,
    keys,
    plant_event,
    point,
    run,
    tombstones,
)
from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.stand import CHANNEL, LARGE, PROJECT, Stand, digests_of, small_parts
from waybill.domain.events import Kind
from waybill.domain.pruning.prune import Fate
from waybill.domain.result import Outcome, Result
from waybill.domain.waybill import Waybill
from waybill.errors import ExitCode, InputError, WaybillError
from waybill.report.ink import Ink
from waybill.report.prune_text import as_text, sentence


def test_without_yes_nothing_is_written_and_what_would_go_is_named(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "1.2.0")
    before = len(stand.world.writes())
    result = run(stand, yes=False)
    assert len(stand.world.writes()) == before
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.PLANNED, False, ExitCode.OK)
    assert fates(result) == {"1.1.0": Fate.GOING, "1.0.0": Fate.GOING}
    assert body(result).artifact_bytes == 3 * (len("1.0.0") + len("1.1.0"))
    document = result.to_json()
    assert [one["version"] for one in document["pruned"]] == ["1.1.0", "1.0.0"]
    assert document["stored"] == 3


def test_what_goes_leaves_its_waybill_its_events_and_a_tombstone(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0")
    for region in REGIONS:
        plant_event(stand, Kind.PROMOTED, "1.0.0", region=region)
    result = run(stand)
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.CREATED, True, ExitCode.OK)
    assert fates(result) == {"1.0.0": Fate.PRUNED}
    for region in REGIONS:
        assert keys(stand, "1.0.0", region) == ["events/latest/e.json", "tombstone.json", "waybill.json"]
        assert keys(stand, "1.1.0", region) == ["artifact", "metadata", "waybill.json"]
    found = tombstones(stand, "1.0.0")
    assert found[0] == found[1] == found[2] is not None
    tombstone = found[0]
    assert tombstone is not None
    assert (tombstone.project, tombstone.version.text) == (PROJECT, "1.0.0")
    assert (tombstone.sha256, tombstone.size) == (digests_of(b"1.0.0").sha256, 5)
    assert (tombstone.pruned_at, tombstone.pruned_by, tombstone.reason) == (NOW, "ada", "old")
    assert stand.channels() == ["1.1.0"] * 3


def test_a_second_run_changes_nothing_and_says_so(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0")
    run(stand)
    before = len(stand.world.writes())
    result = run(stand)
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.ALREADY, False, ExitCode.OK)
    assert fates(result) == {}
    assert len(stand.world.writes()) == before


def test_what_was_pruned_is_not_counted_among_those_to_keep(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "1.2.0", "1.3.0")
    run(stand, keep=3)
    assert fates(run(stand, keep=3)) == {}
    assert fates(run(stand, keep=2)) == {"1.1.0": Fate.PRUNED}


@pytest.mark.parametrize("regions", [REGIONS, (A,)], ids=["everywhere", "one region"])
@pytest.mark.parametrize("end_of_key", ["/metadata", ""], ids=["metadata", "artifact"])
def test_what_is_not_whole_in_every_region_is_not_counted_among_those_to_keep(
    stand: Stand, regions: tuple[str, ...], end_of_key: str
) -> None:
    fill(stand, "1.0.0", "2.0.0", "3.0.0")
    if end_of_key == "" and regions == REGIONS:
        regions = (A, C)
    with at(stand, LONG_AGO):
        for version in ("9.0.0-rc.1", "9.0.0-rc.2"):
            for region in regions:
                stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@{version}{end_of_key}", b"{}")
    result = run(stand, keep=3)
    assert fates(result) == {}
    assert result.to_json()["leftovers"] == ["9.0.0-rc.2", "9.0.0-rc.1"]
    assert "9.0.0-rc.2, 9.0.0-rc.1" in as_text(body(result), Ink())
    assert fates(run(stand, keep=2)) == {"1.0.0": Fate.PRUNED}


def test_an_artifact_of_another_size_in_one_region_is_not_whole(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    with at(stand, LONG_AGO):
        for region in REGIONS:
            stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@9.0.0", b"longer" if region == B else b"x")
    assert fates(run(stand, keep=2)) == {}


def test_what_goes_is_said_to_be_artifacts_since_a_versioned_bucket_frees_nothing(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    for yes in (False, True):
        result = run(stand, yes=yes)
        assert "of artifacts in all regions" in sentence(PROJECT, body(result))
        assert "freed" not in result.to_json()


def test_versions_are_counted_by_precedence_and_not_by_their_letters_or_dates(stand: Stand) -> None:
    fill(stand, "1.10.0", "1.9.0", "1.2.0")
    assert list(fates(run(stand, keep=2))) == ["1.2.0"]


def test_age_is_that_of_the_last_region_that_was_written(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "2.0.0")
    bucket = bucket_name(PRODUCTION, C)
    with at(stand, "2026-01-20T00:00:00Z"):
        stand.world.plant(bucket, f"{PROJECT}@1.1.0", b"1.1.0", sha256=digests_of(b"1.1.0").sha256)
    month = 30 * 24 * 3600
    assert list(fates(run(stand, keep=None, older_than=month, yes=False))) == ["2.0.0", "1.0.0"]
    assert list(fates(run(stand, keep=None, older_than=10**9, yes=False))) == []


def test_with_both_only_what_both_let_go_goes(stand: Stand) -> None:
    fill(stand, "1.0.0", "3.0.0")
    fill(stand, "2.0.0", moment="2026-01-25T00:00:00Z")
    month = 30 * 24 * 3600
    assert list(fates(run(stand, keep=1, older_than=month))) == ["1.0.0"]


def test_another_projects_versions_are_left_alone(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    with at(stand, LONG_AGO):
        for version in ("0.1.0", "0.2.0"):
            stand.stage(b"other", version=version, project=f"{PROJECT}-2")
    run(stand)
    assert not [key for key in deletions(stand) if f"{PROJECT}-2" in key]


@pytest.mark.parametrize("content", [b"small", LARGE], ids=["one part", "several parts"])
def test_what_only_startifact_staged_is_hashed_and_gets_a_waybill_first(stand: Stand, content: bytes) -> None:
    fill(stand, "2.0.0")
    with at(stand, LONG_AGO):
        for region in REGIONS:
            bucket = bucket_name(PRODUCTION, region)
            stand.world.plant(bucket, f"{PROJECT}@1.0.0", content)
            stand.world.plant(bucket, f"{PROJECT}@1.0.0/metadata", b'{"lang": "c", "startifact:filename": "a.out"}')
    with small_parts():
        result = run(stand)
    assert fates(result) == {"1.0.0": Fate.PRUNED}
    for region in REGIONS:
        assert keys(stand, "1.0.0", region) == ["tombstone.json", "waybill.json"]
        raw = stand.world.body(bucket_name(PRODUCTION, region), f"{PROJECT}@1.0.0/waybill.json")
        subject = Waybill.from_bytes(raw or b"").subject
        assert subject.digests == digests_of(content)
        assert (subject.file_name, dict(subject.metadata)) == ("a.out", {"lang": "c"})
    end = stand.end(content, version="1.0.0")
    assert end.exit_code is ExitCode.CONFLICT


def test_what_lies_in_one_region_alone_is_pruned_in_all(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    for region in (B, C):
        for key in ("1.0.0", "1.0.0/metadata", "1.0.0/waybill.json"):
            forget(stand, region, key)
    assert fates(run(stand)) == {"1.0.0": Fate.PRUNED}
    for region in REGIONS:
        assert keys(stand, "1.0.0", region) == ["tombstone.json", "waybill.json"]


def test_a_region_that_was_added_later_gets_the_tombstone_too(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    run(stand)
    forget(stand, C, "1.0.0/tombstone.json")
    forget(stand, C, "1.0.0/waybill.json")
    result = run(stand)
    assert fates(result) == {"1.0.0": Fate.PRUNED}
    assert keys(stand, "1.0.0", C) == ["tombstone.json", "waybill.json"]
    assert len(set(tombstones(stand, "1.0.0"))) == 1


@pytest.mark.parametrize("call", ["list", "below", "history", "unfinished", "get-parameter", "read", "head"])
@pytest.mark.parametrize("region", [A, C])
def test_a_region_that_does_not_answer_stops_everything(stand: Stand, call: str, region: str) -> None:
    fill(stand, "1.0.0", "2.0.0")
    for name in REGIONS:
        plant_event(stand, Kind.PROMOTED, "1.0.0", region=name)
    before = len(stand.world.writes())
    skip = 1 if call == "get-parameter" and region == A else 0
    stand.world.fail(call=call, region=region, skip=skip, times=None)
    found = end(stand)
    assert isinstance(found, WaybillError)
    assert found.exit_code is ExitCode.UNAVAILABLE
    assert "Nothing was deleted" in str(found)
    assert len(stand.world.writes()) == before


def test_an_unknown_project_is_bad_input_and_the_nearest_is_named(stand: Stand) -> None:
    stand.stage(b"x", version="1.0.0", project="SugarWatre")
    found = end(stand)
    assert isinstance(found, InputError)
    assert "SugarWatre" in str(found)


def test_where_a_region_fails_while_tombstones_are_written_nothing_is_deleted(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    stand.world.fail(call="put", region=C, key="tombstone", times=None)
    result = run(stand)
    assert (result.outcome, result.exit_code, result.resume) == (Outcome.FAILED, ExitCode.UNAVAILABLE, AGAIN)
    assert deletions(stand) == []
    assert fates(result) == {"1.0.0": Fate.FAILED}


def test_one_versions_trouble_is_not_anothers(stand: Stand) -> None:
    fill(stand, "1.0.0", "1.1.0", "2.0.0")
    stand.world.fail(call="delete", region=B, key="1.0.0$", times=1)
    result = run(stand)
    assert fates(result) == {"1.1.0": Fate.PRUNED, "1.0.0": Fate.FAILED}
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.PARTIAL, ExitCode.UNAVAILABLE, True)
    assert fates(run(stand)) == {"1.0.0": Fate.PRUNED}
    assert keys(stand, "1.0.0", B) == ["tombstone.json", "waybill.json"]


def test_two_prunes_at_once_leave_what_one_leaves(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    other = []
    stand.world.on("put", lambda _: other.append(run(stand, actor="eve")), region=B, key="tombstone")
    result = run(stand)
    assert isinstance(other[0], Result)
    assert result.exit_code is ExitCode.OK
    for region in REGIONS:
        assert keys(stand, "1.0.0", region) == ["tombstone.json", "waybill.json"]


def test_the_result_is_json_whatever_became_of_the_versions(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0", "3.0.0")
    point(stand, "1.0.0", name=CHANNEL.replace("latest", "production"))
    document = json.loads(json.dumps(run(stand).to_json()))
    assert [one["version"] for one in document["pruned"]] == ["2.0.0"]
    assert [one["version"] for one in document["kept"]] == ["1.0.0"]
    assert document["kept"][0]["why"] == "`production` names it"
