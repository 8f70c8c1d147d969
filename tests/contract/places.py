"""What the contract is tried in: the account behind the ports, and hands that act behind the ports' back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contract.hands import BotoHands, FakeHands, Hands
from engines import ministack
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws, bucket_name
from fakes.clock import FakeClock
from waybill.domain.arns import KeyArn, RoleArn
from waybill.domain.identity import Identity
from waybill.domain.policy import published_stage_policy
from waybill.ports.account import Account
from waybill.ports.bucket import Bucket, NewObject
from waybill.retry import Retry

__all__ = ["ALIAS", "REGION", "BotoHands", "Place", "in_ministack", "in_moto", "in_the_fake", "stage_role"]

REGION, ELSEWHERE = REGIONS[0], REGIONS[2]
CLOSED = "waybill-closed-111111111111"
ALIAS = "alias/waybill-staging"
UNLISTED = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One engine, seen as the stage role of the production account, in one region.

    `unlisted` is the same account without s3:ListBucket; `promoter` may read development's bucket `theirs` as well, and
    `elsewhere` of its own account and another region. A development bucket `closed` is open to nobody else.
    """

    engine: str
    account: Account
    unlisted: Account
    promoter: Account
    hands: Hands
    elsewhere: Hands
    theirs: Hands
    closed: Hands
    key: KeyArn
    environment: Mapping[str, str]

    @property
    def bucket(self) -> Bucket:
        return self.account.bucket(REGION, bucket_name(PRODUCTION, REGION), owner=PRODUCTION)

    @property
    def alias(self) -> KeyArn:
        return KeyArn.parse(f"arn:aws:kms:{REGION}:{PRODUCTION}:{ALIAS}")

    def new_key(self, rest: str = "") -> str:
        """Return a key that nobody used, such as the stage role may write."""
        return f"contract-{uuid4().hex[:12]}@1.0.0{rest}"

    def new_parameter(self) -> str:
        """Return the name of a channel that nobody used."""
        return f"/artifacts/contract-{uuid4().hex[:12]}/latest"

    def new(self, key: str, *, kms_key: KeyArn | None = None) -> NewObject:
        return NewObject(key=key, media_type="application/x-contract", kms_key=kms_key or self.key)


def in_the_fake() -> Place:
    """Return a place in a new fake world."""
    world = FakeAws.prepared()
    name = bucket_name(PRODUCTION, REGION)
    key = world.kms.aliases[f"arn:aws:kms:{REGION}:{PRODUCTION}:{ALIAS}"]
    world.share(DEVELOPMENT, with_account=PRODUCTION)
    world.add_bucket(REGION, CLOSED, owner=DEVELOPMENT)
    other = FakeAws.prepared()
    other.buckets[name].listing = False
    return Place(
        engine="fake",
        account=world.account(),
        unlisted=other.account(),
        promoter=world.account(arn=f"arn:aws:sts::{PRODUCTION}:assumed-role/waybill-promote/waybill"),
        hands=FakeHands(world, name),
        elsewhere=FakeHands(world, bucket_name(PRODUCTION, ELSEWHERE)),
        theirs=FakeHands(world, bucket_name(DEVELOPMENT, ELSEWHERE)),
        closed=FakeHands(world, CLOSED),
        key=key,
        environment={},
    )


@contextmanager
def in_moto() -> Iterator[Place]:
    """Start the sandbox; yield a place in it."""
    import boto3

    from waybill.sandbox import layout
    from waybill.sandbox.server import running

    with running({}) as sandbox:
        environment = sandbox.environment({})
        account, unlisted = stage_role(environment, layout.STAGE_ROLE_ARN, layout.STAGE_EXTERNAL_ID)
        promoter, _ = stage_role(environment, layout.PROMOTE_ROLE_ARN, layout.PROMOTE_EXTERNAL_ID)

        def client(service: str, account: str = PRODUCTION, region: str = REGION) -> Any:
            own = sandbox.accounts[account]["user"]
            return boto3.client(
                service,
                aws_access_key_id=own["access_key_id"],
                aws_secret_access_key=own["secret_access_key"],
                endpoint_url=sandbox.url,
                region_name=region,
                config=plain(),
            )

        def hands(account: str, region: str) -> BotoHands:
            return BotoHands(client("s3", account, region), bucket_name(account, region))

        client("s3", DEVELOPMENT).create_bucket(Bucket=CLOSED)
        key = client("kms").describe_key(KeyId=layout.KEY_ALIAS)["KeyMetadata"]["Arn"]
        yield Place(
            engine="moto",
            account=account,
            unlisted=unlisted,
            promoter=promoter,
            hands=hands(PRODUCTION, REGION),
            elsewhere=hands(PRODUCTION, ELSEWHERE),
            theirs=hands(DEVELOPMENT, ELSEWHERE),
            closed=BotoHands(client("s3", DEVELOPMENT), CLOSED),
            key=KeyArn.parse(key),
            environment=environment,
        )


@contextmanager
def in_ministack(folder: Path) -> Iterator[Place]:
    """Start ministack, with the stage role under exactly the policy that is published; yield a place in it."""
    with ministack.running(folder) as engine:
        stack = ministack.prepare(engine, stage_policy=published_stage_policy())
        environment = stack.environment()

        def hands(account: str, region: str, name: str = "") -> BotoHands:
            return BotoHands(engine.root(account, "s3", region), name or bucket_name(account, region))

        engine.root(DEVELOPMENT, "s3", REGION).create_bucket(Bucket=CLOSED)
        add_promotion(engine)
        key = KeyArn.parse(stack.keys[PRODUCTION, REGION])
        account, unlisted = stage_role(environment, ministack.STAGE_ROLE_ARN, ministack.EXTERNAL_ID)
        yield Place(
            engine="ministack",
            account=account,
            unlisted=unlisted,
            promoter=account,
            hands=hands(PRODUCTION, REGION),
            elsewhere=hands(PRODUCTION, ELSEWHERE),
            theirs=hands(DEVELOPMENT, ELSEWHERE),
            closed=hands(DEVELOPMENT, REGION, CLOSED),
            key=key,
            environment=environment,
        )


def add_promotion(engine: ministack.Engine) -> None:
    """Let the stage role do what promoting, pruning, setup and looking around need beside staging."""
    allow = {"Effect": "Allow", "Resource": "*"}
    actions = ["s3:GetObjectVersion", "s3:DeleteObject", "s3:ListBucketMultipartUploads", "ssm:GetParametersByPath"]
    actions += ["ssm:DeleteParameter"]
    policy = ministack.document({**allow, "Action": actions})
    iam = engine.root(PRODUCTION, "iam")
    iam.put_role_policy(RoleName=ministack.STAGE_ROLE, PolicyName="promotion", PolicyDocument=policy)
    name = bucket_name(DEVELOPMENT, ELSEWHERE)
    read = {"Effect": "Allow", "Principal": {"AWS": ministack.STAGE_ROLE_ARN}, "Resource": f"arn:aws:s3:::{name}/*"}
    policy = ministack.document({**read, "Action": ["s3:GetObject", "s3:GetObjectVersion"]})
    engine.root(DEVELOPMENT, "s3", ELSEWHERE).put_bucket_policy(Bucket=name, Policy=policy)


def plain() -> Any:
    """Return a configuration that neither retries nor adds checksums."""
    from botocore.config import Config

    return Config(
        retries={"total_max_attempts": 1},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def stage_role(environment: Mapping[str, str], role: str, external_id: str) -> tuple[Account, Account]:
    """Return the production account through Waybill's own adapters, by the stage role, as a real run enters it.

    Whole, and narrowed by a session policy that knows no s3:ListBucket.
    """
    identity = Identity(role=RoleArn.parse(role), role_external_id=external_id, expected_account=PRODUCTION)
    whole, narrowed = entered(environment, identity, "", ministack.document(UNLISTED))
    return whole, narrowed


def entered(environment: Mapping[str, str], identity: Identity, *policies: str) -> list[Account]:
    """Return an account as Waybill's own adapters enter it from an environment, under each session policy."""
    from waybill.aws.gateway import AwsGateway, Surroundings
    from waybill.aws.sessions import ambient

    def nothing(*_: object) -> None:
        """Neither mask, nor tell, nor cancel."""

    def no_token(audience: str) -> str:
        raise NotImplementedError(audience)

    around = Surroundings(
        id_token=no_token,
        mask=nothing,
        warn=nothing,
        told=nothing,
        check=nothing,
        retry=Retry(clock=FakeClock(), random=lambda: 0.5),
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        gateway = AwsGateway(ambient(), identity, around, regions=[REGION])
        return [gateway.enter(policy) for policy in policies]
