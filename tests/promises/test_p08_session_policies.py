"""P8: what a session policy does not allow, and how long it may be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.strategies import projects
from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from promises.errands import ROLE, Scenario, dry_run, given_keys, never, one_part, pre_release
from promises.iam import Need, allows
from promises.stand import Stand, small_parts
from waybill.domain.arns import KeyArn
from waybill.domain.calls import STAGE_CALLS, On
from waybill.domain.policy import Scope, session_policy
from waybill.domain.request import KmsChoice

CHANNEL = f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/artifacts/SugarWater/latest"
BUCKET = f"arn:aws:s3:::{bucket_name(PRODUCTION, 'us-east-1')}"


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


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
