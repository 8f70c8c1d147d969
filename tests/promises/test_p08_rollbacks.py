"""P8, of rollbacks: every call is allowed by the session's policy, and the table names none that is never made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.account import FakeGateway
from fakes.aws import BUCKET_PARAMETER, PRODUCTION, REGIONS, bucket_name
from promises.floors import named, rolled_back
from promises.iam import Need, allows, needs_of
from promises.stand import Stand
from waybill.domain.calls import ROLLBACK_CALLS, On
from waybill.domain.policy import Scope, published_rollback_policy, session_policy
from waybill.ports.bucket import DefaultEncryption, Encryption

ROLE = f"arn:aws:iam::{PRODUCTION}:role/waybill-promote"
HISTORY = "1.0.0 2.0.0 3.0.0"
BUCKET = f"arn:aws:s3:::{bucket_name(PRODUCTION, 'us-east-1')}"
CHANNEL = f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/artifacts/SugarWater/latest"
Errand = Callable[[Stand, FakeGateway], None]


def to_the_previous(stand: Stand, gateway: FakeGateway) -> None:
    named(stand, HISTORY, HISTORY, HISTORY)
    stand.roll_back(role=ROLE, gateway=gateway)


def twice(stand: Stand, gateway: FakeGateway) -> None:
    to_the_previous(stand, gateway)
    stand.roll_back(role=ROLE, gateway=gateway)


def reinstated(stand: Stand, gateway: FakeGateway) -> None:
    rolled_back(stand, "2.0.0", "1.0.0")
    stand.roll_back("2.0.0", role=ROLE, gateway=gateway, reinstate="true")


def behind_an_alias(stand: Stand, gateway: FakeGateway) -> None:
    for region in REGIONS:
        state = stand.world.buckets[bucket_name(PRODUCTION, region)]
        state.default = DefaultEncryption(Encryption.KMS, "alias/waybill-staging")
    to_the_previous(stand, gateway)


def dry_run(stand: Stand, gateway: FakeGateway) -> None:
    named(stand, HISTORY, HISTORY, HISTORY)
    stand.roll_back(role=ROLE, gateway=gateway, dry_run="true")


def given_keys(stand: Stand, gateway: FakeGateway) -> None:
    named(stand, HISTORY, HISTORY, HISTORY)
    lines = "\n".join(f"{region}=arn:aws:kms:{region}:{PRODUCTION}:alias/waybill-staging" for region in REGIONS)
    stand.roll_back(role=ROLE, gateway=gateway, kms_key=lines)


ERRANDS: list[Errand] = [to_the_previous, twice, reinstated, behind_an_alias, dry_run, given_keys]


def needs(errand: Errand, stand: Stand) -> list[tuple[str, Need]]:
    """Return every need of a rollback with the session policy under which it came, in the words of its table."""
    gateway, found, entered = stand.world.gateway(), list[tuple[str, Need]](), 0
    errand(stand, gateway)
    for call in stand.world.calls.log():
        entered += call.call == "enter"
        for need in needs_of(call, stand):
            on = need.on
            if on in {On.EVENTS, On.VERSION} and need.action.startswith("s3:"):
                on = On.RECORDS if need.action == "s3:PutObject" else On.VERSION
            found.append((gateway.policies[entered - 1], replace(need, on=on)))
    assert found
    return found


@pytest.mark.parametrize("errand", ERRANDS)
def test_every_call_is_allowed_by_the_session_policy_and_the_published_one(errand: Errand, stand: Stand) -> None:
    published = json.dumps(published_rollback_policy())
    for policy, need in needs(errand, stand):
        assert allows(policy, need), need
        assert allows(published, need), need
        assert len(policy) <= 2048


def test_readme_publishes_it() -> None:
    readme = (Path(__file__).parents[2] / "docs" / "rollback.md").read_text(encoding="utf-8")
    written = re.search(r"<!-- rollback-policy:start -->\n```json\n(.*?)```", readme, re.DOTALL)
    assert written is not None
    assert json.loads(written[1]) == published_rollback_policy()


def test_the_table_names_what_is_needed_and_no_more(stand: Stand) -> None:
    needed = {(need.action, need.on) for errand in ERRANDS for _, need in needs(errand, Stand(stand.folder))}
    assert needed == {(call.action, call.on) for call in ROLLBACK_CALLS}


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:PutObject", f"{BUCKET}/SugarWater@2.0.0", {}),
        ("s3:PutObject", f"{BUCKET}/SugarWater@2.0.0/waybill.json", {}),
        ("s3:PutObject", f"{BUCKET}/SugarWater@3.0.0/events/production/x.json", {}),
        ("s3:PutObject", f"{BUCKET}/Other@3.0.0/events/latest/x.json", {}),
        ("s3:GetObject", f"{BUCKET}/Other@2.0.0", {}),
        ("s3:DeleteObject", f"{BUCKET}/SugarWater@3.0.0", {}),
        ("s3:ListBucket", BUCKET, {"s3:prefix": "Other@"}),
        ("s3:PutObject", f"{BUCKET}/SugarWater@3.0.0/events/latest/x.json", {"aws:ResourceAccount": "111111111111"}),
        ("ssm:PutParameter", CHANNEL.replace("latest", "production"), {}),
        ("ssm:PutParameter", f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/startifact", {}),
        ("ssm:DeleteParameter", CHANNEL, {}),
        ("codepipeline:StartPipelineExecution", "*", {}),
    ],
)
def test_what_a_rollback_does_not_need_it_may_not(
    action: str, resource: str, context: dict[str, str], stand: Stand
) -> None:
    gateway = stand.world.gateway()
    to_the_previous(stand, gateway)
    assert len(gateway.policies) == 2
    for policy in gateway.policies:
        assert not allows(policy, Need(action, resource, On.VERSION, context))


@pytest.mark.parametrize(
    ("errand", "refused"),
    [
        (dry_run, ("s3:PutObject", "ssm:PutParameter", "kms:GenerateDataKey")),
        (given_keys, ("s3:GetEncryptionConfiguration",)),
    ],
)
def test_a_rollback_that_does_less_may_less(errand: Errand, refused: tuple[str, ...], stand: Stand) -> None:
    gateway = stand.world.gateway()
    errand(stand, gateway)
    assert not [action for action in refused if action in "".join(gateway.policies)]


@given(
    project=st.integers(1, 900).map("p".__mul__),
    channel=st.integers(2, 100).map("c".__mul__),
    key_prefix=st.integers(0, 512).map("k".__mul__),
    parameter_prefix=st.integers(0, 500).map(lambda length: f"/{'x' * length}y"),
    accounts=st.integers(0, 34).map(lambda count: tuple(f"{number:012d}" for number in range(count))),
)
def test_the_session_policy_is_one_that_sts_takes_and_still_allows_the_run(
    project: str, channel: str, key_prefix: str, parameter_prefix: str, accounts: tuple[str, ...]
) -> None:
    scope = Scope(
        partition="aws-us-gov",
        account=PRODUCTION,
        project=project,
        version="*",
        channel=channel,
        key_prefix=key_prefix,
        parameter_prefix=parameter_prefix,
        parameters=("/startifact", BUCKET_PARAMETER),
        key_accounts=accounts,
    )
    policy = session_policy(ROLLBACK_CALLS, scope)
    assert len(policy) <= 2048
    objects = f"arn:aws-us-gov:s3:::bucket/{key_prefix}{project}@1.2.3"
    parameter = f"arn:aws-us-gov:ssm:us-gov-west-1:{PRODUCTION}:parameter{parameter_prefix}/{project}/{channel}"
    for action, resource in (
        ("s3:GetObject", objects),
        ("s3:GetObject", f"{objects}/waybill.json"),
        ("s3:PutObject", f"{objects}/events/{channel}/a.json"),
        ("ssm:GetParameterHistory", parameter),
        ("ssm:PutParameter", parameter),
    ):
        assert allows(policy, Need(action, resource, On.VERSION))
    assert not allows(policy, Need("s3:PutObject", objects, On.VERSION))
    assert not allows(policy, Need("s3:PutObject", f"{objects}/waybill.json", On.VERSION))
