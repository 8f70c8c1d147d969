"""What existing buckets are like, in the fake and in the sandbox, through Waybill's own adapter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from contract.pipeline_places import ambient_account
from contract.places import CLOSED
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws, bucket_name
from fakes.state import Manners
from waybill.domain.findings import Seen
from waybill.domain.setup.adoption.buckets import BucketFacts, Default, Lifecycle, Missing
from waybill.ports.account import Account
from waybill.ports.bucket import DefaultEncryption, Encryption

A, B, _ = REGIONS
KEY = f"arn:aws:kms:{A}:{DEVELOPMENT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TLS_ONLY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Development's account, and what makes a bucket in it: bare, or as region.yaml would."""

    account: Account
    make: Callable[[bool], str]

    def look(self, name: str, region: str = A, owner: str = DEVELOPMENT) -> BucketFacts | Missing:
        return self.account.buckets(region).look(name, owner=owner)


def in_the_fake() -> Place:
    world = FakeAws.prepared()

    def make(well: bool) -> str:
        name = f"contract-{uuid4().hex[:12]}"
        default = DefaultEncryption(Encryption.KMS, KEY) if well else DefaultEncryption(Encryption.NO_KMS)
        state = world.add_bucket(A, name, owner=DEVELOPMENT, default=default, versioned=well)
        expiring = () if well else ("old",)
        policy = TLS_ONLY if well else ""
        state.manners = Manners(
            bucket_key=well,
            public_access_blocked=well,
            owner_enforced=well,
            policy=policy,
            expiring=expiring,
            aborts=well,
        )
        return name

    world.add_bucket(A, CLOSED, owner=PRODUCTION)
    return Place(world.account(DEVELOPMENT), make)


@pytest.fixture(scope="session")
def sandboxed() -> Iterator[tuple[Place, dict[str, str]]]:
    import boto3

    from waybill.sandbox.server import running

    with running({}) as sandbox:

        def client(account: str) -> Any:
            own = sandbox.accounts[account]["user"]
            return boto3.client(
                "s3",
                aws_access_key_id=own["access_key_id"],
                aws_secret_access_key=own["secret_access_key"],
                endpoint_url=sandbox.url,
                region_name=A,
            )

        def make(well: bool) -> str:
            name, s3 = f"contract-{uuid4().hex[:12]}", client(DEVELOPMENT)
            s3.create_bucket(Bucket=name)
            (prepare if well else neglect)(s3, name)
            return name

        client(PRODUCTION).create_bucket(Bucket=CLOSED)
        environment = sandbox.environment({})
        yield Place(ambient_account(environment), make), environment


def prepare(s3: Any, name: str) -> None:
    """Make a bucket what region.yaml would."""
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(blocks, True))
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=controls)
    rules = [
        {
            "ID": "abort",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        {
            "ID": "noncurrent",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
        },
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    s3.put_bucket_policy(Bucket=name, Policy=TLS_ONLY)


def neglect(s3: Any, name: str) -> None:
    """Give a bucket what artifacts do not survive, beside a rule that is switched off."""
    rule = {"Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
    rules = [{**rule, "ID": "old", "Status": "Enabled"}, {**rule, "ID": "off", "Status": "Disabled"}]
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    s3.delete_bucket_ownership_controls(Bucket=name)
    s3.delete_public_access_block(Bucket=name)
    s3.delete_bucket_encryption(Bucket=name)


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.engine)])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "fake":
        return in_the_fake()
    found, environment = request.getfixturevalue("sandboxed")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert isinstance(found, Place)
    return found


def test_a_bucket_as_region_yaml_makes_it_is_seen_so(place: Place) -> None:
    found = place.look(place.make(True))
    assert isinstance(found, BucketFacts)
    assert found.versioning == Seen("Enabled")
    assert found.encryption == Seen(Default(algorithm="aws:kms", key=KEY, bucket_key=True))
    assert (found.public_access_blocked, found.owner_enforced) == (Seen(True), Seen(True))
    assert found.lifecycle == Seen(Lifecycle(expiring=(), aborts=True))
    assert isinstance(found.policy, Seen)
    assert json.loads(found.policy.value) == json.loads(TLS_ONLY)


def test_a_bare_bucket_is_seen_so_and_nothing_is_an_error(place: Place) -> None:
    found = place.look(place.make(False))
    assert isinstance(found, BucketFacts)
    assert found.versioning == Seen("")
    assert found.encryption == Seen(Default(algorithm="AES256"))
    assert (found.public_access_blocked, found.owner_enforced, found.policy) == (Seen(False), Seen(False), Seen(""))
    assert found.lifecycle == Seen(Lifecycle(expiring=("old",), aborts=False))


def test_a_bucket_that_is_not_there_or_in_another_region_is_told_apart(place: Place) -> None:
    assert place.look("contract-nobody-made-this") is Missing.ABSENT
    assert place.look(bucket_name(DEVELOPMENT, B)) is Missing.ELSEWHERE


def test_p7_the_bucket_of_another_account_is_not_looked_at(place: Place) -> None:
    assert place.look(CLOSED) is Missing.FORBIDDEN
    assert place.look(place.make(True), owner=PRODUCTION) is Missing.FORBIDDEN
