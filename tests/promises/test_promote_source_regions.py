"""Promote: which version is meant, and where its bytes come from, whatever the source's regions hold or say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PRODUCTION, REGIONS, FakeAws, bucket_name
from promises.crossing import CHANNEL, PARTS, Crossing, plant, small_parts
from promises.faults import Killed
from promises.stand import KEY, LARGE, METADATA, SMALL, VERSION, waybill_of
from waybill.domain.metadata import document
from waybill.domain.result import ChannelOutcome, Outcome
from waybill.domain.waybill import digest
from waybill.errors import AccessDenied, ArtifactError, ConflictError, ExitCode, InputError, Unavailable
from waybill.progress import Warned

bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])
transfers = pytest.mark.parametrize("transfer", ["copy", "relay"])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


@pytest.fixture
def crossing(tmp_path: Path) -> Crossing:
    crossing = Crossing(tmp_path)
    crossing.world.copy_limits = PARTS
    return crossing


LATEST = "/artifacts/SugarWater/latest"


def staged_by_startifact(crossing: Crossing, body: bytes = SMALL, *, sha256: bool = False) -> None:
    for region in REGIONS:
        crossing.world.set_parameter(region, DEVELOPMENT, LATEST, VERSION)
        bucket = bucket_name(DEVELOPMENT, region)
        known = digest(body) if sha256 else None
        crossing.world.plant(bucket, KEY, body, sha256=known)
        crossing.world.plant(bucket, f"{KEY}/metadata", document(METADATA, "app.bin") or b"")


@bodies
@transfers
@pytest.mark.parametrize("whole", REGIONS)
def test_every_region_is_served_from_the_one_that_is_whole(
    whole: str, transfer: str, body: bytes, crossing: Crossing
) -> None:
    for region in REGIONS:
        crossing.world.plant(bucket_name(DEVELOPMENT, region), KEY, body)
    plant(crossing, whole, body)
    assert crossing.promote(transfer=transfer).exit_code == ExitCode.OK
    assert all(map(crossing.produced, REGIONS))
    assert crossing.waybill().chain[0]["waybill"] == digest(crossing.raw(whole, DEVELOPMENT))


def test_where_all_are_half_nothing_is_promoted(crossing: Crossing) -> None:
    for region in REGIONS:
        crossing.world.plant(bucket_name(DEVELOPMENT, region), f"{KEY}/waybill.json", waybill_of(SMALL))
    crossing.world.plant(bucket_name(DEVELOPMENT, REGIONS[0]), KEY, SMALL)
    crossing.world.plant(bucket_name(DEVELOPMENT, REGIONS[0]), f"{KEY}/waybill.json", waybill_of(SMALL, file_name="x"))
    with pytest.raises(ArtifactError, match="whole") as caught:
        crossing.promote()
    assert "resume" in caught.value.advice
    assert not crossing.world.writes()


@transfers
@pytest.mark.parametrize("down", REGIONS)
def test_a_source_region_that_does_not_answer_is_passed_over_with_a_warning(
    down: str, transfer: str, crossing: Crossing
) -> None:
    crossing.staged()
    hush(crossing, down)
    result = crossing.promote(transfer=transfer)
    assert (result.outcome, result.exit_code) == (Outcome.CREATED, ExitCode.OK)
    assert all(map(crossing.produced, REGIONS))
    assert any(down in warned.text for warned in crossing.reporter.of(Warned))


def hush(crossing: Crossing, region: str) -> None:
    """Let nobody in development's region answer its own account."""

    def silence(call: object) -> None:
        if getattr(call, "account", "") == DEVELOPMENT:
            raise Unavailable(f"{region} does not answer.")

    crossing.world.on("*", silence, region=region, key="^(?!/startifact)", times=None)


def test_a_range_is_not_resolved_while_a_region_is_silent(crossing: Crossing) -> None:
    """The highest may lie there: the same command would promote another version tomorrow."""
    crossing.staged()
    hush(crossing, REGIONS[0])
    with pytest.raises(Unavailable, match=REGIONS[0]) as caught:
        crossing.promote(version="^1")
    assert "Name the version itself" in caught.value.advice


def test_where_no_source_region_answers_it_is_unavailable(crossing: Crossing) -> None:
    crossing.staged()
    for region in REGIONS:
        hush(crossing, region)
    assert isinstance(crossing.finish(), Unavailable)


def test_what_may_lie_where_nobody_could_look_is_not_called_missing(crossing: Crossing) -> None:
    plant(crossing, REGIONS[0])
    hush(crossing, REGIONS[0])
    assert isinstance(crossing.finish(), Unavailable)


@bodies
def test_a_relay_takes_the_next_region_where_the_first_gives_no_bytes(body: bytes, crossing: Crossing) -> None:
    crossing.staged(body)
    crossing.world.fail(call="read", region=REGIONS[0], key=f"{KEY}$", times=None)
    crossing.world.fail(call="stream", region=REGIONS[0], key=f"{KEY}$", times=None)
    assert crossing.promote(transfer="relay").exit_code == ExitCode.OK
    assert all(map(crossing.produced, REGIONS))


def test_what_was_copied_is_told_though_nobody_gives_the_bytes_to_relay(crossing: Crossing) -> None:
    crossing.staged()
    crossing.world.buckets[bucket_name(DEVELOPMENT, REGIONS[2])].shared_with = frozenset()
    for region in REGIONS:
        crossing.world.fail(call="read", region=region, key=f"{KEY}$", times=None)
    result = crossing.promote(require="2")
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.OK)
    assert [region.region for region in result.regions if region.whole] == [*REGIONS[:2]]
    assert crossing.named() == ["1.2.3", "1.2.3", None]
    assert result.resume


@pytest.mark.parametrize("regions", ["us-west-2", "us-east-1,eu-west-1"])
def test_the_target_may_have_fewer_regions(regions: str, crossing: Crossing) -> None:
    crossing.staged()
    assert crossing.promote(regions=regions).exit_code == ExitCode.OK
    assert [region for region in REGIONS if crossing.produced(region)] == [one for one in REGIONS if one in regions]


def test_the_source_may_have_fewer_regions_and_none_where_the_target_is_first(crossing: Crossing) -> None:
    plant(crossing, "eu-west-1")
    result = crossing.promote(from_regions="eu-west-1")
    assert result.exit_code == ExitCode.OK
    assert all(map(crossing.produced, REGIONS))
    assert "get-parameter us-west-2" in crossing.calls("get-parameter"), "the target's"
    looked = [call for call in crossing.world.calls.log() if call.account == DEVELOPMENT and call.call == "head"]
    assert {call.region for call in looked} == {"eu-west-1"}


def test_regions_of_the_target_are_not_asked_of_the_source(crossing: Crossing) -> None:
    """Development was never prepared in us-west-2; its own configuration says so."""
    for region in REGIONS[::2]:
        plant(crossing, region)
        say = (
            '{"regions": "us-east-1,eu-west-1", "bucket_name_param": "/buckets/staging", "parameter_name_prefix": "/a"}'
        )
        crossing.world.set_parameter(region, DEVELOPMENT, "/startifact", say)
    for name in (BUCKET_PARAMETER, "/startifact"):
        crossing.world.delete_parameter("us-west-2", DEVELOPMENT, name)
    result = crossing.promote(regions="us-west-2,us-east-1,eu-west-1")
    assert (result.exit_code, [*crossing.reporter.of(Warned)]) == (ExitCode.OK, [])


@bodies
@pytest.mark.parametrize("sha256", [False, True])
@transfers
def test_what_only_startifact_staged_gains_a_waybill_on_the_way(
    transfer: str, sha256: bool, body: bytes, crossing: Crossing
) -> None:
    staged_by_startifact(crossing, body, sha256=sha256)
    crossing.world.calls.forget()
    assert crossing.promote(transfer=transfer).outcome is Outcome.CREATED
    assert all(map(crossing.produced, REGIONS))
    waybill = crossing.waybill()
    assert (waybill.subject.metadata, waybill.subject.file_name) == (METADATA, "app.bin")
    assert waybill.chain[0]["waybill"] is None
    read = [call for call in crossing.world.calls.log() if (call.account, call.call) == (DEVELOPMENT, "stream")]
    assert len(read) <= (2 if transfer == "relay" else 1), "read once, and relayed once"


def test_what_startifact_named_once_is_sure_whatever_the_channel_names_now(crossing: Crossing) -> None:
    staged_by_startifact(crossing)
    for region in REGIONS:
        crossing.world.set_parameter(region, DEVELOPMENT, LATEST, "2.0.0")
    assert crossing.promote().outcome is Outcome.CREATED


@pytest.mark.parametrize("cut", ["/metadata$", "/waybill.json$"])
@pytest.mark.parametrize("wanted", ["1.2.3", "^1"])
def test_a_stage_that_is_under_way_is_not_taken_for_startifacts(wanted: str, cut: str, crossing: Crossing) -> None:
    """Production would have a waybill of half the truth for ever."""

    def kill(call: object) -> None:
        raise Killed

    crossing.staged(b"old", version="1.0.0")
    crossing.world.on("put", kill, key=f"{KEY}{cut}", times=3)
    with pytest.raises(Killed):
        crossing.staged(metadata=METADATA, keep_filename=True)
    crossing.world.calls.forget()
    with pytest.raises(ArtifactError, match=r"1\.2\.3 has no waybill.*no channel ever named it") as caught:
        crossing.promote(version=wanted)
    assert "the same command again" in caught.value.advice
    assert "name it by a channel first" in caught.value.advice
    assert not crossing.world.writes()


def test_a_channel_of_another_region_or_project_vouches_for_nothing(crossing: Crossing) -> None:
    for region in REGIONS[:2]:
        crossing.world.plant(bucket_name(DEVELOPMENT, region), KEY, SMALL)
        crossing.world.set_parameter(region, DEVELOPMENT, "/artifacts/SugarWater2/latest", VERSION)
    crossing.world.set_parameter(REGIONS[2], DEVELOPMENT, LATEST, VERSION)
    with pytest.raises(ArtifactError, match="no channel ever named it"):
        crossing.promote()


@pytest.mark.parametrize("down", REGIONS)
def test_what_has_no_waybill_is_not_promoted_while_a_region_is_silent(down: str, crossing: Crossing) -> None:
    staged_by_startifact(crossing)
    hush(crossing, down)
    with pytest.raises(ArtifactError, match=f"not all could be read.*{down}"):
        crossing.promote()
    assert not crossing.world.writes()


@pytest.mark.parametrize("what", ["artifact", "metadata"])
def test_regions_that_startifact_left_different_are_refused(what: str, crossing: Crossing) -> None:
    staged_by_startifact(crossing)
    bucket = bucket_name(DEVELOPMENT, REGIONS[2])
    crossing.world.plant(bucket, KEY if what == "artifact" else f"{KEY}/metadata", b'{"one": "pa"}')
    with pytest.raises(ArtifactError, match=REGIONS[2]):
        crossing.promote()
    assert not crossing.world.writes()


def test_startifacts_bytes_are_read_elsewhere_where_the_first_region_gives_none(crossing: Crossing) -> None:
    staged_by_startifact(crossing)
    crossing.world.fail(call="stream", region=REGIONS[0], times=None)
    assert crossing.promote().exit_code == ExitCode.OK


@pytest.mark.parametrize(
    ("wanted", "found"), [("1.2.3", "1.2.3"), ("^1.2", "1.3.0"), ("latest", "2.0.0"), ("<2", "1.3.0")]
)
def test_a_version_a_range_or_a_channel(wanted: str, found: str, crossing: Crossing) -> None:
    for version in ("1.2.3", "1.3.0", "2.0.0", "3.0.0-rc.1"):
        crossing.staged(version=version)
    result = crossing.promote(version=wanted)
    assert (result.version, result.exit_code) == (found, ExitCode.OK)
    assert crossing.named() == [found] * 3


def test_from_channel_is_another_way_to_say_it(crossing: Crossing) -> None:
    crossing.staged(version="2.0.0")
    assert crossing.promote(from_channel="latest").version == "2.0.0"


@pytest.mark.parametrize(
    ("values", "name"),
    [({"version": "1.2.4"}, "version"), ({"version": "^7"}, "version"), ({"version": "stable"}, "version"),
     ({"from_channel": "stable"}, "from-channel")],
)  # fmt: skip
def test_what_is_not_there_is_a_fault_that_names_the_nearest(
    values: dict[str, str], name: str, crossing: Crossing
) -> None:
    crossing.staged()
    crossing.world.calls.forget()
    with pytest.raises(InputError) as caught:
        crossing.promote(**values)
    assert {fault.name for fault in caught.value.faults} == {name}
    assert "1.2.3" in caught.value.what or "channel" in caught.value.what
    assert not crossing.world.writes()


@pytest.mark.parametrize("wanted", ["1.2.3", "^1", "latest"])
def test_a_project_that_was_mistyped_is_told_with_the_nearest(wanted: str, crossing: Crossing) -> None:
    crossing.staged()
    with pytest.raises(InputError) as caught:
        crossing.promote(project="SugarWatr", version=wanted)
    assert [(fault.name, fault.value) for fault in caught.value.faults] == [("project", "SugarWatr")]
    assert f"has no version in account {DEVELOPMENT}; the nearest are SugarWater." in caught.value.what


def test_where_the_projects_may_not_be_listed_none_is_suggested(crossing: Crossing) -> None:
    crossing.staged()
    refused = AccessDenied("No.", action="s3:ListBucket", resource="*")
    crossing.world.fail(call="list", key="^$", error=refused, times=None)
    with pytest.raises(InputError, match=f"has no version in account {DEVELOPMENT}\\."):
        crossing.promote(project="SugarWatr")


def test_a_channel_on_which_the_source_does_not_agree_is_a_conflict(crossing: Crossing) -> None:
    for region, version in zip(REGIONS, ("1.0.0", "1.1.0", "1.2.0"), strict=True):
        plant(crossing, region, version=version)
        crossing.world.set_parameter(region, DEVELOPMENT, "/artifacts/SugarWater/latest", version)
    with pytest.raises(ConflictError, match="do not agree"):
        crossing.promote(version="latest")


@pytest.mark.parametrize("role", ["", "arn:aws:iam::111111111111:role/waybill-promote"])
def test_the_same_channel_of_the_same_account_is_refused(role: str, crossing: Crossing) -> None:
    crossing.staged()
    crossing.world.calls.forget()
    with pytest.raises(InputError) as caught:
        crossing.promote(role=role, from_channel="latest", channel="latest")
    assert {fault.name for fault in caught.value.faults} == {"channel"}
    assert not crossing.world.writes()


def test_a_pre_release_is_brought_and_moves_the_channel_only_where_it_may(crossing: Crossing) -> None:
    crossing.staged(version="2.0.0-rc.1")
    result = crossing.promote(version="2.0.0-rc.1")
    assert (result.outcome, crossing.named()) == (Outcome.CREATED, [None] * 3)
    assert {region.channel for region in result.regions} == {ChannelOutcome.KEPT}
    assert not crossing.events()
    moved = crossing.promote(version="2.0.0-rc.1", update_channel="prerelease")
    assert (moved.outcome, crossing.named()) == (Outcome.MOVED, ["2.0.0-rc.1"] * 3)
    assert len(crossing.events()) == 1


def test_update_channel_never_only_brings_the_version(crossing: Crossing) -> None:
    crossing.staged()
    crossing.world.set_parameter(REGIONS[0], PRODUCTION, CHANNEL, "9.0.0")
    assert crossing.promote(update_channel="never").outcome is Outcome.CREATED
    assert crossing.named() == ["9.0.0", None, None]
    assert not crossing.events()


def test_the_chain_grows_with_every_account(tmp_path: Path) -> None:
    stage = "333333333333"
    crossing = Crossing(tmp_path, world=FakeAws.prepared(accounts=(DEVELOPMENT, stage, PRODUCTION), min_part_bytes=1))
    crossing.world.share(DEVELOPMENT, with_account=stage)
    crossing.world.share(stage, with_account=PRODUCTION)
    crossing.staged()
    crossing.promote(role=f"arn:aws:iam::{stage}:role/p", channel="test")
    crossing.promote(from_role=f"arn:aws:iam::{stage}:role/r", from_channel="test")
    first, second = crossing.waybill().chain
    assert (first["account"], first["waybill"]) == (DEVELOPMENT, digest(crossing.raw(account=DEVELOPMENT)))
    assert (second["account"], second["waybill"]) == (stage, digest(crossing.raw(account=stage)))
    assert crossing.waybill(account=stage).chain == (first,)
    assert crossing.waybill().subject == crossing.waybill(account=DEVELOPMENT).subject


@pytest.mark.parametrize("left", [True, False], ids=["half-way", "wholly"])
def test_what_is_pruned_is_not_promoted(left: bool, crossing: Crossing) -> None:
    crossing.staged()
    for region in REGIONS:
        crossing.world.plant(bucket_name(DEVELOPMENT, region), f"{KEY}/tombstone.json", b"{}")
    for region in REGIONS[1:] if left else REGIONS:
        crossing.world.delete(bucket_name(DEVELOPMENT, region), KEY)
    crossing.world.calls.forget()
    with pytest.raises(ConflictError, match="pruned"):
        crossing.promote()
    assert not crossing.world.writes()


def test_what_is_wrong_with_the_sources_configuration_is_told_of_the_source(crossing: Crossing) -> None:
    crossing.staged()
    say = '{"regions": "us-east-1,moon", "bucket_name_param": "/buckets/staging"}'
    crossing.world.set_parameter(REGIONS[0], DEVELOPMENT, "/startifact", say)
    with pytest.raises(InputError) as caught:
        crossing.promote()
    assert [fault.name for fault in caught.value.faults] == ["from-regions"]
    assert "in the source account" in caught.value.what
