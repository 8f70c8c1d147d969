"""P8 of promote: the source's session only reads, the target's may do what is in the table, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call
from promises.crossing import CHANNEL, PARTS, READER, Crossing, plant, small_parts, withdraw
from promises.iam import Need, allows, key, needs_of
from promises.stand import KEY, LARGE, SMALL
from waybill.domain.calls import PROMOTE_CALLS, SOURCE_CALLS, On
from waybill.domain.policy import Scope, Source, published_promote_policy, session_policy
from waybill.ports.bucket import DefaultEncryption, Encryption

Scenario = Callable[[Crossing], Any]


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


@pytest.fixture
def crossing(tmp_path: Path) -> Crossing:
    return ready(tmp_path)


def ready(folder: Path) -> Crossing:
    crossing = Crossing(folder)
    crossing.world.copy_limits = PARTS
    for region in REGIONS:
        plant(crossing, region, metadata={"lang": "en"})
        plant(crossing, region, LARGE, version="2.0.0")
        crossing.world.set_parameter(region, DEVELOPMENT, "/artifacts/SugarWater/latest", "2.0.0")
    return crossing


def promote(crossing: Crossing, **values: str) -> None:
    crossing.finish(from_role=READER, **values)


def copied(crossing: Crossing) -> None:
    promote(crossing)


def copied_in_parts(crossing: Crossing) -> None:
    promote(crossing, version="latest", verify="full")


def aborted(crossing: Crossing) -> None:
    crossing.world.fail(call="complete", times=None)
    promote(crossing, version="2.0.0")


def relayed(crossing: Crossing) -> None:
    promote(crossing, from_channel="latest", transfer="relay")


def refused_and_relayed(crossing: Crossing) -> None:
    for region in REGIONS:
        crossing.world.buckets[bucket_name(DEVELOPMENT, region)].shared_with = frozenset()
    promote(crossing, version="^1")


def unversioned(crossing: Crossing) -> None:
    for region in REGIONS:
        crossing.world.buckets[bucket_name(DEVELOPMENT, region)].versioned = False
        for name in (KEY, f"{KEY}/metadata", f"{KEY}/waybill.json"):
            body = crossing.world.body(bucket_name(DEVELOPMENT, region), name)
            assert body is not None
            crossing.world.plant(bucket_name(DEVELOPMENT, region), name, body)
    promote(crossing)


def by_startifact(crossing: Crossing) -> None:
    for region in REGIONS:
        crossing.world.plant(bucket_name(DEVELOPMENT, region), "SugarWater@3.0.0", SMALL)
        for version in ("3.0.0", "3.1.0"):
            crossing.world.set_parameter(region, DEVELOPMENT, "/artifacts/SugarWater/latest", version)
    promote(crossing, version="3.0.0")


def by_alias(crossing: Crossing) -> None:
    for region in REGIONS:
        state = crossing.world.buckets[bucket_name(PRODUCTION, region)]
        state.default = DefaultEncryption(Encryption.KMS, "alias/waybill-staging")
    promote(crossing)


def reinstated(crossing: Crossing) -> None:
    crossing.promote()
    withdraw(crossing, "1.2.3", "1.0.0")
    crossing.world.calls.forget()
    crossing.gateways.clear()
    promote(crossing, reinstate="true")


def again(crossing: Crossing) -> None:
    promote(crossing)
    promote(crossing)


def planned(crossing: Crossing) -> None:
    promote(crossing, plan_only="true")


def left_alone(crossing: Crossing) -> None:
    promote(crossing, update_channel="never")


SCENARIOS = [
    copied,
    copied_in_parts,
    aborted,
    relayed,
    refused_and_relayed,
    unversioned,
    by_startifact,
    by_alias,
    reinstated,
    again,
    planned,
    left_alone,
]


def needs(scenario: Scenario, crossing: Crossing) -> list[tuple[str, str, Need]]:
    """Return every need of a run: the account that it came in, the session policy it came under, and the need."""
    scenario(crossing)
    entered: Counter[str] = Counter()
    found = []
    for call in crossing.world.calls.log():
        if call.call == "enter":
            account = next(account for account in crossing.gateways if f"::{account}:" in call.name)
            entered[account] += 1
            continue
        policies = crossing.gateways[call.account].policies
        found += [(call.account, policies[entered[call.account] - 1], need) for need in asked(call, crossing)]
    assert found
    return found


def asked(call: Call, crossing: Crossing) -> list[Need]:
    """Return what AWS asks of the caller; a copy is judged on both sides."""
    if call.call == "get-parameter" and call.name.startswith("/artifacts/"):
        (need,) = needs_of(call, crossing)
        return [Need(need.action, need.resource, On.CHANNEL)]
    if call.call == "below":
        arn = f"arn:aws:ssm:{call.region}:{call.account}:parameter{call.name}"
        return [Need("ssm:GetParametersByPath", arn, On.CHANNELS)]
    if call.call not in {"copy", "copy-part"}:
        return needs_of(call, crossing)
    bucket = crossing.world.buckets[bucket_name(DEVELOPMENT, call.region)]
    item = bucket.current(call.name)
    theirs = Call(region=call.region, call="read", name=call.name, account=DEVELOPMENT)
    reading = "s3:GetObjectVersion" if item and item.version_id else "s3:GetObject"
    owner = {"aws:ResourceAccount": DEVELOPMENT}
    return [
        *needs_of(Call(region=call.region, call="put", name=call.name, account=call.account), crossing),
        Need(reading, f"arn:aws:s3:::{bucket.name}/{call.name}", On.SOURCE, owner),
        Need("kms:Decrypt", key(theirs, crossing).text, On.SOURCE_KEY),
    ]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_call_is_allowed_by_the_session_policy_of_its_side(scenario: Scenario, crossing: Crossing) -> None:
    refused = [f"{account}: {need}" for account, policy, need in needs(scenario, crossing) if not allows(policy, need)]
    # A copy that the source's bucket policy refuses is refused there, not here.
    assert not refused, "\n".join(refused)
    policies = [policy for gateway in crossing.gateways.values() for policy in gateway.policies]
    assert all(0 < len(policy) <= 2048 for policy in policies)


def test_the_tables_name_what_is_needed_and_no_more(tmp_path: Path) -> None:
    needed: dict[str, set[tuple[str, On]]] = {DEVELOPMENT: set(), PRODUCTION: set()}
    for scenario in SCENARIOS:
        for account, _, need in needs(scenario, ready(tmp_path)):
            needed[account].add((need.action, need.on))
    assert needed[PRODUCTION] == {(call.action, call.on) for call in PROMOTE_CALLS}
    assert needed[DEVELOPMENT] == {(call.action, call.on) for call in SOURCE_CALLS}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_published_policy_allows_what_the_target_needs(scenario: Scenario, crossing: Crossing) -> None:
    published = json.dumps(published_promote_policy())
    found = [need for account, _, need in needs(scenario, crossing) if account == PRODUCTION]
    refused = [str(need) for need in found if not allows(published, need)]
    assert not refused, "\n".join(refused)


SOURCE = f"arn:aws:s3:::{bucket_name(DEVELOPMENT, REGIONS[0])}"
TARGET = f"arn:aws:s3:::{bucket_name(PRODUCTION, REGIONS[0])}"


@pytest.mark.parametrize(
    ("side", "action", "resource"),
    [
        (DEVELOPMENT, "s3:PutObject", f"{SOURCE}/{KEY}"),
        (DEVELOPMENT, "s3:DeleteObject", f"{SOURCE}/{KEY}"),
        (DEVELOPMENT, "kms:GenerateDataKey", f"arn:aws:kms:us-east-1:{DEVELOPMENT}:key/1"),
        (DEVELOPMENT, "s3:GetObject", f"{SOURCE}/Other@1.2.3"),
        (DEVELOPMENT, "ssm:PutParameter", f"arn:aws:ssm:us-east-1:{DEVELOPMENT}:parameter/artifacts/SugarWater/latest"),
        (DEVELOPMENT, "ssm:GetParameter", f"arn:aws:ssm:us-east-1:{DEVELOPMENT}:parameter/artifacts/SugarWater/latest"),
        (PRODUCTION, "s3:PutObject", f"{TARGET}/SugarWater@1.2.4"),
        (PRODUCTION, "s3:DeleteObject", f"{TARGET}/{KEY}"),
        (PRODUCTION, "s3:GetObject", f"{SOURCE}/SugarWater@1.2.4"),
        (PRODUCTION, "s3:GetObjectVersion", f"{SOURCE}/Other@1.2.3"),
        (PRODUCTION, "s3:PutObject", f"{SOURCE}/{KEY}"),
        (PRODUCTION, "ssm:PutParameter", f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/artifacts/SugarWater/latest"),
        (PRODUCTION, "ssm:PutParameter", f"arn:aws:ssm:us-east-1:{DEVELOPMENT}:parameter{CHANNEL}"),
    ],
)
def test_what_a_promotion_does_not_need_it_may_not(side: str, action: str, resource: str, crossing: Crossing) -> None:
    copied(crossing)
    account = DEVELOPMENT if SOURCE in resource else PRODUCTION
    for policy in crossing.gateways[side].policies:
        assert not allows(policy, Need(action, resource, On.VERSION, {"aws:ResourceAccount": account}))


@pytest.mark.parametrize(("scenario", "reads"), [(copied, True), (relayed, False), (planned, False)])
def test_the_target_may_read_the_source_only_where_it_copies(
    scenario: Scenario, reads: bool, crossing: Crossing
) -> None:
    scenario(crossing)
    need = Need("s3:GetObjectVersion", f"{SOURCE}/{KEY}", On.SOURCE, {"aws:ResourceAccount": DEVELOPMENT})
    assert any(allows(policy, need) for policy in crossing.gateways[PRODUCTION].policies) is reads
    if scenario is planned:
        policies = "".join(policy for gateway in crossing.gateways.values() for policy in gateway.policies)
        assert "Put" not in policies


@pytest.mark.parametrize("length", [1, 60, 300, 900])
def test_long_names_leave_a_policy_that_sts_takes(length: int) -> None:
    scope = Scope(
        partition="aws",
        account=PRODUCTION,
        project="p" * length,
        version=f"1.2.3-{'v' * min(length, 200)}",
        channel="c" * min(length, 100),
        key_prefix="k" * min(length, 500),
        parameter_prefix=f"/{'x' * min(length, 500)}",
        parameters=("/startifact", "/buckets/staging"),
        key_accounts=tuple(f"{number:012d}" for number in range(min(length, 30))),
        source=Source(account=DEVELOPMENT, key_prefix="s" * min(length, 500)),
    )
    policy = session_policy(PROMOTE_CALLS, scope)
    assert len(policy) <= 2048
    object_key = f"arn:aws:s3:::b/{scope.source.key_prefix if scope.source else ''}{scope.project}@{scope.version}"
    need = Need("s3:GetObject", object_key, On.SOURCE, {"aws:ResourceAccount": DEVELOPMENT})
    assert allows(policy, need)
