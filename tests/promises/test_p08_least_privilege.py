"""P8: a run's calls are allowed by its session policy, and the table that makes it names no call that is never made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.strategies import projects
from fakes.account import FakeGateway
from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from promises.iam import Need, allows, needs_of
from promises.stand import LARGE, METADATA, SMALL, Stand, plant_whole, plant_withdrawal, small_parts
from waybill.domain.arns import KeyArn, RoleArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.configuration import Overrides
from waybill.domain.identity import Identity
from waybill.domain.policy import STAGE_CALLS, On, Scope, published_stage_policy, session_policy
from waybill.domain.request import KmsChoice
from waybill.ports import DefaultEncryption, Encryption

ROLE = Identity(role=RoleArn.parse(f"arn:aws:iam::{PRODUCTION}:role/waybill-stage"))
CHANNEL = f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/artifacts/SugarWater/latest"
Scenario = Callable[[Stand, FakeGateway], None]


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


def one_part(stand: Stand, gateway: FakeGateway) -> None:
    stand.stage(SMALL, metadata=METADATA, identity=ROLE, gateway=gateway)


def several_parts(stand: Stand, gateway: FakeGateway) -> None:
    stand.stage(LARGE, identity=ROLE, gateway=gateway)


def again(stand: Stand, gateway: FakeGateway) -> None:
    plant_whole(stand.world, "us-east-1", LARGE, metadata=METADATA)
    stand.stage(LARGE, metadata=METADATA, identity=ROLE, gateway=gateway)


def resume(stand: Stand, gateway: FakeGateway) -> None:
    plant_whole(stand.world, "us-east-1", LARGE)
    stand.stage(None, identity=ROLE, gateway=gateway)


def interrupted(stand: Stand, gateway: FakeGateway) -> None:
    for region in REGIONS:
        stand.world.plant(bucket_name(PRODUCTION, region), "SugarWater@1.2.3", LARGE)
    stand.stage(LARGE, identity=ROLE, gateway=gateway)


def aborted(stand: Stand, gateway: FakeGateway) -> None:
    stand.world.fail(call="send", region="us-east-1", times=None)
    stand.stage(LARGE, identity=ROLE, gateway=gateway)


def alias(stand: Stand, gateway: FakeGateway) -> None:
    for region in REGIONS:
        state = stand.world.buckets[bucket_name(PRODUCTION, region)]
        state.default = DefaultEncryption(Encryption.KMS, "alias/waybill-staging")
    stand.stage(identity=ROLE, gateway=gateway)


def given_keys(stand: Stand, gateway: FakeGateway) -> None:
    arns = {region: f"arn:aws:kms:{region}:{PRODUCTION}:alias/waybill-staging" for region in REGIONS}
    kms = KmsChoice(by_region={region: KeyArn.parse(arn) for region, arn in arns.items()})
    stand.stage(identity=ROLE, gateway=gateway, kms=kms)


def reinstated(stand: Stand, gateway: FakeGateway) -> None:
    for region in REGIONS:
        for version in ("1.0.0", "1.2.3"):
            plant_whole(stand.world, region, version=version)
        stand.world.set_parameter(region, PRODUCTION, "/artifacts/SugarWater/latest", "1.2.3", "1.0.0")
        plant_withdrawal(stand.world, region, "1.2.3", "1.0.0")
    stand.stage(identity=ROLE, gateway=gateway, reinstate=True)


def healed(stand: Stand, gateway: FakeGateway) -> None:
    for region in REGIONS:
        plant_whole(stand.world, region, version="2.0.0")
        stand.world.set_parameter(region, PRODUCTION, "/artifacts/SugarWater/latest", "2.0.0", "1.0.0")
    stand.stage(identity=ROLE, gateway=gateway)


def rival(stand: Stand, gateway: FakeGateway) -> None:
    hook = lambda call: plant_whole(stand.world, call.region, LARGE)  # noqa: E731
    stand.world.on("complete", hook, times=None)
    stand.stage(LARGE, identity=ROLE, gateway=gateway)


def replaced(stand: Stand, gateway: FakeGateway) -> None:
    overrides = Overrides(
        regions=REGIONS, bucket_parameter=BUCKET_PARAMETER, key_prefix="a/b/", parameter_prefix="/artifacts"
    )
    stand.stage(identity=ROLE, gateway=gateway, overrides=overrides)


def unsaid_key(stand: Stand, gateway: FakeGateway) -> None:
    """The bucket's default encrypts though no key is said."""
    stand.stage(LARGE, metadata=METADATA, identity=ROLE, gateway=gateway, kms=KmsChoice(none=True))


def never(stand: Stand, gateway: FakeGateway) -> None:
    stand.stage(identity=ROLE, gateway=gateway, update_channel=UpdateChannel.NEVER)


def pre_release(stand: Stand, gateway: FakeGateway) -> None:
    stand.stage(identity=ROLE, gateway=gateway, version="2.0.0-rc.1")


def dry_run(stand: Stand, gateway: FakeGateway) -> None:
    stand.world.plant(bucket_name(PRODUCTION, "us-east-1"), "SugarWater@1.2.3", LARGE)
    stand.stage(LARGE, identity=ROLE, gateway=gateway, dry_run=True)


SCENARIOS: list[Scenario] = [
    unsaid_key,
    never,
    pre_release,
    dry_run,
    one_part,
    several_parts,
    again,
    resume,
    interrupted,
    aborted,
    alias,
    given_keys,
    reinstated,
    healed,
    rival,
    replaced,
]


def run(scenario: Scenario, stand: Stand) -> list[tuple[str, Need]]:
    """Return every need of a run with the session policy under which it came."""
    gateway, found, entered = stand.world.gateway(), [], 0
    scenario(stand, gateway)
    for call in stand.world.calls.log():
        entered += call.call == "enter"
        found += [(gateway.policies[entered - 1], need) for need in needs_of(call, stand)]
    assert found
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_call_of_a_run_is_allowed_by_its_session_policy(scenario: Scenario, stand: Stand) -> None:
    refused = [str(need) for policy, need in run(scenario, stand) if not allows(policy, need)]
    assert not refused, "\n".join(refused)


def test_the_table_names_what_is_needed_and_no_more(stand: Stand) -> None:
    needed = {(need.action, need.on) for scenario in SCENARIOS for _, need in run(scenario, Stand(stand.folder))}
    assert needed == {(call.action, call.on) for call in STAGE_CALLS}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_published_policy_allows_it_too(scenario: Scenario, stand: Stand) -> None:
    published = json.dumps(published_stage_policy())
    refused = [str(need) for _, need in run(scenario, stand) if not allows(published, need)]
    assert not refused, "\n".join(refused)


BUCKET = f"arn:aws:s3:::{bucket_name(PRODUCTION, 'us-east-1')}"


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:PutObject", f"{BUCKET}/SugarWater@1.2.4", {}),
        ("s3:PutObject", f"{BUCKET}/SugarWater@1.2.30", {}),
        ("s3:PutObject", f"{BUCKET}/SugarWater@1.2.4/waybill.json", {}),
        ("s3:PutObject", f"{BUCKET}/Other@1.2.3", {}),
        ("s3:GetObject", f"{BUCKET}/Other@1.2.3", {}),
        ("s3:GetObject", f"{BUCKET}/SugarWater@1.2.4", {}),
        ("s3:GetObject", f"{BUCKET}/SugarWater@1.2.4/events/production/x.json", {}),
        ("s3:DeleteObject", f"{BUCKET}/SugarWater@1.2.3", {}),
        ("s3:PutObjectAcl", f"{BUCKET}/SugarWater@1.2.3", {}),
        ("s3:ListBucket", BUCKET, {"s3:prefix": "Other@"}),
        ("s3:ListBucket", BUCKET, {"s3:prefix": ""}),
        ("s3:PutEncryptionConfiguration", BUCKET, {}),
        ("s3:PutObject", f"{BUCKET}/SugarWater@1.2.3", {"aws:ResourceAccount": DEVELOPMENT}),
        ("s3:ListBucket", BUCKET, {"aws:ResourceAccount": DEVELOPMENT, "s3:prefix": "SugarWater@"}),
        ("kms:Decrypt", f"arn:aws:s3:us-east-1:{PRODUCTION}:key/1", {}),
        ("kms:ScheduleKeyDeletion", f"arn:aws:kms:us-east-1:{PRODUCTION}:key/1", {}),
        ("ssm:PutParameter", CHANNEL.replace("latest", "production"), {}),
        ("ssm:PutParameter", CHANNEL.replace("SugarWater", "Other"), {}),
        ("ssm:PutParameter", f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/startifact", {}),
        ("ssm:GetParameter", f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/secrets/db", {}),
        ("ssm:DeleteParameter", CHANNEL, {}),
        ("sts:AssumeRole", f"arn:aws:iam::{PRODUCTION}:role/other", {}),
    ],
)
def test_what_a_run_does_not_need_it_may_not(action: str, resource: str, context: dict[str, str], stand: Stand) -> None:
    gateway = stand.world.gateway()
    one_part(stand, gateway)
    for policy in gateway.policies:
        assert not allows(policy, Need(action, resource, On.VERSION, context))


def test_keys_of_other_accounts_are_not_open_where_keys_are_given(stand: Stand) -> None:
    gateway = stand.world.gateway()
    given_keys(stand, gateway)
    need = Need("kms:Decrypt", f"arn:aws:kms:us-east-1:{DEVELOPMENT}:key/1", On.KEY)
    assert not any(allows(policy, need) for policy in gateway.policies)


def test_what_the_accounts_own_keys_encrypted_can_be_read_though_others_are_given(stand: Stand) -> None:
    gateway = stand.world.gateway()
    arns = {name: KeyArn.parse(f"arn:aws:kms:{name}:{DEVELOPMENT}:key/1") for name in REGIONS}
    stand.end(identity=ROLE, gateway=gateway, kms=KmsChoice(by_region=arns))
    for account in (PRODUCTION, DEVELOPMENT):
        need = Need("kms:Decrypt", f"arn:aws:kms:us-east-1:{account}:key/1", On.KEY)
        assert allows(gateway.policies[-1], need)


@pytest.mark.parametrize(
    ("scenario", "refused"),
    [
        (dry_run, ("s3:PutObject", "ssm:PutParameter", "s3:AbortMultipartUpload", "kms:GenerateDataKey")),
        (never, ("ssm:PutParameter", "ssm:GetParameterHistory")),
        (pre_release, ("ssm:PutParameter",)),
        (given_keys, ("s3:GetEncryptionConfiguration",)),
    ],
)
def test_a_run_that_does_less_may_less(scenario: Scenario, refused: tuple[str, ...], stand: Stand) -> None:
    gateway = stand.world.gateway()
    scenario(stand, gateway)
    assert not [action for action in refused if action in "".join(gateway.policies)]


def test_the_first_session_may_only_read_the_configuration(stand: Stand) -> None:
    gateway = stand.world.gateway()
    one_part(stand, gateway)
    first, second = gateway.policies
    actions = [statement["Action"] for statement in json.loads(first)["Statement"]]
    assert actions == ["ssm:GetParameter"]
    assert not allows(first, Need("ssm:GetParameter", f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/b", On.CHANNEL))
    assert second != first


def scope(**changes: object) -> Scope:
    base = Scope(
        partition="aws-us-gov",
        account=PRODUCTION,
        project="SugarWater",
        version="1.2.3",
        channel="latest",
        key_prefix="",
        parameter_prefix="/artifacts",
        parameters=("/startifact", BUCKET_PARAMETER),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # the tests' own values


@given(
    project=st.integers(1, 900).map("p".__mul__) | projects,
    version=st.integers(0, 200).map(lambda length: f"1.2.3-{'v' * length}x"),
    channel=st.integers(2, 100).map("c".__mul__),
    key_prefix=st.integers(0, 512).map("k".__mul__),
    parameter_prefix=st.integers(0, 500).map(lambda length: f"/{'x' * length}y"),
    accounts=st.integers(0, 34).map(lambda count: tuple(f"{number:012d}" for number in range(count))),
)
def test_a_session_policy_is_one_that_sts_takes_and_still_allows_the_run(
    project: str, version: str, channel: str, key_prefix: str, parameter_prefix: str, accounts: tuple[str, ...]
) -> None:
    policy = session_policy(
        STAGE_CALLS,
        scope(
            project=project,
            version=version,
            channel=channel,
            key_prefix=key_prefix,
            parameter_prefix=parameter_prefix,
            parameters=("/startifact", f"{parameter_prefix}/buckets"),
            key_accounts=accounts,
        ),
    )
    assert len(policy) <= 2048
    key = f"arn:aws-us-gov:s3:::bucket/{key_prefix}{project}@{version}"
    parameter = f"arn:aws-us-gov:ssm:us-gov-west-1:{PRODUCTION}:parameter"
    for action, resource in (
        ("s3:PutObject", key),
        ("s3:PutObject", f"{key}/waybill.json"),
        ("s3:GetObject", f"arn:aws-us-gov:s3:::bucket/{key_prefix}{project}@0.0.1/events/{channel}/a.json"),
        ("ssm:PutParameter", f"{parameter}{parameter_prefix}/{project}/{channel}"),
        ("ssm:GetParameter", f"{parameter}{parameter_prefix}/buckets"),
        *(("kms:Decrypt", f"arn:aws-us-gov:kms:us-gov-west-1:{account}:key/1") for account in accounts),
    ):
        assert allows(policy, Need(action, resource, On.VERSION))
    listing = Need("s3:ListBucket", "arn:aws-us-gov:s3:::bucket", On.LISTING, {"s3:prefix": f"{key_prefix}{project}@"})
    assert allows(policy, listing)
    assert not allows(policy, Need("s3:DeleteObject", key, On.VERSION))


def test_names_of_common_length_are_not_cut() -> None:
    policy = session_policy(
        STAGE_CALLS, scope(project="p" * 60, key_prefix="k" * 30, version="1.2.3-rc.1+build.20260131")
    )
    assert f"{'k' * 30}{'p' * 60}@1.2.3-rc.1+build.20260131" in policy
    assert f"parameter/artifacts/{'p' * 60}/latest" in policy
