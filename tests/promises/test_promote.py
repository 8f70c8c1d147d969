"""Promote: the same bytes, from one account to another, and from one channel to another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from promises.crossing import CHANNEL, PARTS, Crossing, plant, small_parts
from promises.stand import KEY, LARGE, METADATA, SMALL, broken_channels
from waybill.domain.result import ChannelOutcome, Outcome
from waybill.domain.waybill import digest
from waybill.errors import ExitCode
from waybill.progress import Started, Step, Stepped, Warned

bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


@pytest.fixture
def crossing(tmp_path: Path) -> Crossing:
    """Return the two accounts, with nothing staged."""
    return Crossing(tmp_path)


@bodies
@pytest.mark.parametrize("transfer", ["auto", "copy", "relay"])
def test_the_same_bytes_arrive_whole_and_are_named(transfer: str, body: bytes, crossing: Crossing) -> None:
    crossing.world.copy_limits = PARTS
    crossing.staged(body, metadata=METADATA, keep_filename=True)
    crossing.world.calls.forget()
    result = crossing.promote(transfer=transfer)
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.CREATED, ExitCode.OK, True)
    assert all(map(crossing.produced, REGIONS))
    assert crossing.named() == ["1.2.3"] * 3
    assert {region.channel for region in result.regions} == {ChannelOutcome.MOVED}
    for region in REGIONS:
        bucket = bucket_name(PRODUCTION, region)
        assert crossing.world.body(bucket, KEY) == body
        named = {item.kms_key for item in map(crossing.world.buckets[bucket].current, (KEY, f"{KEY}/metadata")) if item}
        assert named == {crossing.world.kms.aliases[f"arn:aws:kms:{region}:{PRODUCTION}:alias/waybill-staging"].text}
    streamed = crossing.calls("stream") if body is LARGE else crossing.calls("put")
    assert bool(crossing.calls("copy", "copy-part")) is (transfer != "relay")
    assert streamed if transfer == "relay" else not crossing.calls("stream")
    assert not broken_channels(crossing.world)


def test_the_chain_names_the_source_waybill_by_its_digest_and_who_promoted_it(crossing: Crossing) -> None:
    crossing.staged()
    crossing.promote()
    (link,) = crossing.waybill().chain
    assert link["waybill"] == digest(crossing.raw(account=DEVELOPMENT))
    assert (link["account"], link["promoted_by"]) == (DEVELOPMENT, "grace")
    assert link["promoted_at"] == "2026-01-31T12:00:00Z"
    assert crossing.waybill().built_from == crossing.waybill(account=DEVELOPMENT).built_from
    assert len({crossing.raw(region) for region in REGIONS}) == 1


def test_the_second_run_changes_nothing(crossing: Crossing) -> None:
    crossing.staged()
    crossing.promote()
    crossing.world.calls.forget()
    crossing.clock.advance(3600)
    crossing.run_id = "44"
    again = crossing.promote()
    assert (again.outcome, again.changed, again.exit_code) == (Outcome.ALREADY, False, ExitCode.OK)
    assert not crossing.world.writes()
    assert len(crossing.events()) == 1


def test_auto_relays_with_one_notice_where_the_source_does_not_share(crossing: Crossing) -> None:
    crossing.staged()
    for bucket in crossing.world.buckets.values():
        bucket.shared_with = frozenset()
    result = crossing.promote()
    assert result.outcome is Outcome.CREATED
    notices = [warned.text for warned in crossing.reporter.of(Warned)]
    assert len(notices) == 1, notices
    assert "s3:GetObject" in notices[0]
    for region in REGIONS:
        assert region in notices[0]


def test_without_a_waybill_it_gains_one(crossing: Crossing) -> None:
    for region in REGIONS:
        crossing.world.plant(bucket_name(DEVELOPMENT, region), KEY, SMALL)
        crossing.world.set_parameter(region, DEVELOPMENT, "/artifacts/SugarWater/latest", "1.2.3")
    assert crossing.promote().outcome is Outcome.CREATED
    (link,) = crossing.waybill().chain
    assert link["waybill"] is None
    assert all(map(crossing.produced, REGIONS))


def test_inside_an_account_only_the_event_and_the_channel_are_written(crossing: Crossing) -> None:
    crossing.staged()
    crossing.world.calls.forget()
    result = crossing.promote(role="", from_channel="latest")
    assert (result.outcome, result.exit_code) == (Outcome.MOVED, ExitCode.OK)
    assert crossing.named(account=DEVELOPMENT) == ["1.2.3"] * 3
    written = {(call.call, call.name.rpartition("/")[0]) for call in crossing.world.writes()}
    assert written == {("put", f"{KEY}/events/production"), ("put-parameter", CHANNEL.rpartition("/")[0])}


def test_below_what_the_channel_names_is_a_conflict_that_names_rollback(crossing: Crossing) -> None:
    crossing.staged()
    plant(crossing, "us-east-1", version="2.0.0", account=PRODUCTION)
    crossing.world.set_parameter("us-east-1", PRODUCTION, CHANNEL, "2.0.0")
    crossing.world.calls.forget()
    result = crossing.promote()
    assert (result.outcome, result.exit_code) == (Outcome.CONFLICT, ExitCode.CONFLICT)
    assert "waybill rollback" in (result.advice or "")
    assert not crossing.world.writes()


def test_the_plan_and_the_end_say_from_which_account_to_which(crossing: Crossing) -> None:
    crossing.staged()
    result = crossing.promote()
    said = f"from account {DEVELOPMENT} to account {PRODUCTION}"
    assert crossing.reporter.of(Started)[-1].what == f"Promoting SugarWater 1.2.3 {said}"
    assert [region.note for region in result.regions] == [said] * 3
    assert all(region.note is None for region in crossing.promote().regions)


@pytest.mark.parametrize("role", ["", f"arn:aws:iam::{DEVELOPMENT}:role/waybill-promote"])
def test_a_role_that_was_forgotten_is_seen_in_the_plan_and_in_the_end(role: str, crossing: Crossing) -> None:
    crossing.staged()
    planned = crossing.promote(role=role, dry_run="true")
    within = f"within account {DEVELOPMENT}"
    forgotten = ": no `role` is given, which would lead to another account"
    told = crossing.reporter.of(Started)[-1].what
    assert told == f"Promoting SugarWater 1.2.3 {within}{'' if role else forgotten}"
    assert all((region.note or "").endswith(within) for region in planned.regions)
    result = crossing.promote(role=role)
    assert (result.outcome, {region.note for region in result.regions}) == (Outcome.MOVED, {within})


def test_a_region_is_said_to_be_observed_once_though_two_accounts_are(crossing: Crossing) -> None:
    crossing.staged()
    before = len(crossing.reporter.events)
    crossing.promote()
    steps = [one for one in crossing.reporter.events[before:] if isinstance(one, Stepped)]
    assert sorted(one.region for one in steps if one.step is Step.OBSERVE) == sorted(REGIONS)
