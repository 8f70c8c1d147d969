"""Promote: a plan is approved by its digest, and only that plan is carried out; whatever changed exits 5 by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws, bucket_name
from promises.crossing import CHANNEL, PARTS, Crossing, plant, small_parts
from promises.stand import KEY, LARGE, METADATA, SMALL, waybill_of
from waybill.commands.promotion.approval import PlanBody
from waybill.domain.promotion import facts_digest
from waybill.domain.result import Outcome, Result
from waybill.domain.waybill import Origin
from waybill.errors import ExitCode, WaybillError
from waybill.ports.bucket import DefaultEncryption, Encryption

TWO = REGIONS[:2]
BUCKET = bucket_name(PRODUCTION, TWO[1])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


@pytest.fixture
def crossing(tmp_path: Path) -> Crossing:
    return ready(tmp_path)


def ready(folder: Path, body: bytes = SMALL) -> Crossing:
    crossing = Crossing(folder, world=FakeAws.prepared(regions=TWO, min_part_bytes=1))
    crossing.world.copy_limits = PARTS
    for region in TWO:
        plant(crossing, region, body, metadata=METADATA)
        plant(crossing, region, version="1.0.0", account=PRODUCTION)
        crossing.world.set_parameter(region, PRODUCTION, CHANNEL, "1.0.0")
    return crossing


def planned(crossing: Crossing, **values: str) -> PlanBody:
    result = crossing.promote(plan_only="true", **values)
    assert (result.outcome, result.exit_code) == (Outcome.PLANNED, ExitCode.OK)
    assert isinstance(result.body, PlanBody)
    assert result.plan_digest == result.body.digest == facts_digest(result.body.facts)
    return result.body


def apply(crossing: Crossing, plan: PlanBody, **values: Any) -> Result | WaybillError:
    return crossing.finish(plan_digest=plan.digest, facts=plan.facts, **values)


def test_a_plan_writes_nothing_and_is_carried_out_as_it_is(crossing: Crossing) -> None:
    plan = planned(crossing)
    assert not crossing.world.writes()
    result = apply(crossing, plan)
    assert isinstance(result, Result)
    assert (result.outcome, result.exit_code, result.plan_digest) == (Outcome.CREATED, ExitCode.OK, plan.digest)
    assert {event.plan for event in crossing.events()} == {plan.digest}
    again = apply(crossing, plan)
    assert isinstance(again, Result)
    assert (again.outcome, again.changed, again.plan_digest) == (Outcome.ALREADY, False, plan.digest)


def test_the_digest_leaves_out_caller_time_and_attempt(crossing: Crossing) -> None:
    plan = planned(crossing)
    crossing.clock.advance(86_400)
    crossing.run_id, crossing.origin = "99", Origin(actor="linus", run_id="99", attempt="7", commit="abc")
    crossing.gateways[PRODUCTION] = crossing.world.gateway(arn=f"arn:aws:sts::{PRODUCTION}:assumed-role/other/99")
    assert planned(crossing).digest == plan.digest


@pytest.mark.parametrize(
    "values",
    [
        {"channel": "canary"},
        {"version": "1.2.4"},
        {"transfer": "relay"},
        {"verify": "full"},
        {"require": "1"},
        {"update_channel": "never"},
        {"reinstate": "true"},
        {"regions": TWO[0]},
        {"from_regions": TWO[1]},
        {"key_prefix": "a/"},
        {"parameter_prefix": "/other"},
        {"kms_key": "none"},
        {"pipeline": "site"},
        {"pipeline": "site", "on_failure": "rollback"},
    ],
    ids=str,
)
def test_the_digest_is_another_for_another_plan(values: dict[str, str], crossing: Crossing) -> None:
    plan = planned(crossing)
    for region in TWO:
        plant(crossing, region, version="1.2.4", metadata=METADATA)
        crossing.world.plant(bucket_name(DEVELOPMENT, region), f"a/{KEY}", SMALL)
        crossing.world.plant(bucket_name(DEVELOPMENT, region), f"a/{KEY}/waybill.json", waybill_of(SMALL))
    other = planned(crossing, **values)
    assert other.digest != plan.digest


def source_object(crossing: Crossing) -> str:
    """Replace it with the same bytes: only its version tells."""
    crossing.world.plant(bucket_name(DEVELOPMENT, TWO[1]), KEY, SMALL)
    return f"source.regions.{TWO[1]}.version_id"


def source_waybill(crossing: Crossing) -> str:
    raw = crossing.raw(TWO[1], DEVELOPMENT).replace(b"acme/rival", b"acme/other")
    crossing.world.plant(bucket_name(DEVELOPMENT, TWO[1]), f"{KEY}/waybill.json", raw)
    return f"source.regions.{TWO[1]}.waybill"


def source_region(crossing: Crossing) -> str:
    crossing.world.delete(bucket_name(DEVELOPMENT, TWO[1]), KEY)
    return f"source.regions.{TWO[1]}"


def target_conflict(crossing: Crossing) -> str:
    plant(crossing, TWO[1], LARGE, account=PRODUCTION)
    return f"target.{TWO[1]}.holds"


def channel_moved(crossing: Crossing) -> str:
    crossing.world.set_parameter(TWO[1], PRODUCTION, CHANNEL, "1.1.0")
    return f"target.{TWO[1]}.channel_names"


def channel_moved_above(crossing: Crossing) -> str:
    crossing.world.set_parameter(TWO[1], PRODUCTION, CHANNEL, "3.0.0")
    return f"target.{TWO[1]}.channel_names"


def key_changed(crossing: Crossing) -> str:
    key = crossing.world.add_key(TWO[1], PRODUCTION)
    crossing.world.buckets[BUCKET].default = DefaultEncryption(Encryption.KMS, key.text)
    return f"target.{TWO[1]}.kms_key"


def bucket_changed(crossing: Crossing) -> str:
    crossing.world.add_bucket(
        TWO[1], "another-bucket", owner=PRODUCTION, key=crossing.world.add_key(TWO[1], PRODUCTION)
    )
    crossing.world.set_parameter(TWO[1], PRODUCTION, "/buckets/staging", "another-bucket")
    return f"target.{TWO[1]}.bucket"


def region_silent(crossing: Crossing) -> str:
    crossing.world.fail(call="list", region=TWO[1], times=None)
    return f"target.{TWO[1]}.error"


def region_refused(crossing: Crossing) -> str:
    crossing.world.deny("list", region=TWO[1])
    return f"target.{TWO[1]}.error"


def region_gone(crossing: Crossing) -> str:
    crossing.world.set_parameter(
        TWO[0],
        PRODUCTION,
        "/startifact",
        f'{{"regions": "{TWO[0]}", "bucket_name_param": "/buckets/staging", "parameter_name_prefix": "/artifacts"}}',
    )
    return f"target.{TWO[1]}"


@pytest.mark.parametrize(
    "change",
    [
        source_object,
        source_waybill,
        source_region,
        target_conflict,
        channel_moved,
        channel_moved_above,
        key_changed,
        bucket_changed,
        region_silent,
        region_refused,
        region_gone,
    ],
)
def test_a_fact_that_changed_is_named_and_nothing_is_written(
    change: Callable[[Crossing], str], crossing: Crossing
) -> None:
    plan = planned(crossing)
    fact = change(crossing)
    crossing.world.calls.forget()
    result = apply(crossing, plan)
    assert isinstance(result, Result), result
    assert (result.exit_code, result.outcome, result.resume) == (ExitCode.CONFLICT, Outcome.CONFLICT, None)
    assert fact in (result.error or "")
    assert plan.digest in (result.error or "")
    assert not crossing.world.writes()
    # By the digest alone, as the next job of a workflow knows it.
    alone = crossing.finish(plan_digest=plan.digest)
    assert alone.exit_code == ExitCode.CONFLICT
    assert not crossing.world.writes()


def test_what_the_plan_does_not_rest_on_may_change(crossing: Crossing) -> None:
    plan = planned(crossing)
    plant(crossing, TWO[0], version="0.9.0", account=PRODUCTION)
    crossing.world.plant(bucket_name(PRODUCTION, TWO[1]), KEY, SMALL)  # half of what it is to do
    assert apply(crossing, plan).exit_code == ExitCode.OK


def test_another_plan_is_not_carried_out(crossing: Crossing) -> None:
    plan = planned(crossing)
    result = apply(crossing, plan, channel="canary")
    assert result.exit_code == ExitCode.CONFLICT
    assert isinstance(result, Result)
    assert "channel: was production, is canary" in (result.error or "")
    assert crossing.named(f"{CHANNEL.rpartition('/')[0]}/canary") == [None] * 2


def test_a_channel_of_another_prefix_is_another_though_neither_is_there_yet(crossing: Crossing) -> None:
    plan = planned(crossing, channel="canary")
    crossing.world.calls.forget()
    result = apply(crossing, plan, channel="canary", parameter_prefix="/other")
    assert isinstance(result, Result)
    assert result.exit_code == ExitCode.CONFLICT
    assert "parameter: was /artifacts/SugarWater/canary, is /other/SugarWater/canary" in (result.error or "")
    assert not crossing.world.writes()
