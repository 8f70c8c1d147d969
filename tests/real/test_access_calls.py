"""What access asks of AWS is what its table of calls says, and so what its sessions may: no more, and no less (P8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from contract.places import plain as plain_config
from fakes.clock import FakeClock
from waybill.aws.calls import Calls
from waybill.aws.examination import AwsExamination
from waybill.aws.identities import AwsIdentities
from waybill.aws.identity_policies import AwsIdentityPolicies, AwsWhereabouts
from waybill.aws.policies import AwsPolicies
from waybill.domain.access.calls import EXPLAIN_CALLS, LOOKING, ROLE_CALLS, USER_CALLS, WRITING
from waybill.domain.access.holders import Holder, HolderKind
from waybill.domain.access.refs import UNDELETABLE, Live, Ref
from waybill.domain.iam.documents import Kind
from waybill.errors import InputError
from waybill.retry import Retry
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

pytestmark = pytest.mark.engine

HOME, OWNER = layout.HOME_REGION, layout.DEVELOPMENT
CALLS = Calls(Retry(clock=FakeClock(), random=lambda: 0.5))
OF_OTHERS = {"ssm:GetParameter", "s3:GetEncryptionConfiguration", "kms:DescribeKey"}
"""Calls of adapters that stage has, too: tests/real/test_permissions.py tries them."""
OF_PRESENCE = {"iam:GetUser", "iam:GetOpenIDConnectProvider", "codepipeline:ListPipelines"}
"""Calls that look whether what a grant names is there; no document is read by them."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Another one than the other tests': here policies change under everybody."""
    with running({}) as started:
        yield started


@pytest.fixture
def asked() -> set[str]:
    """The operations that were called, as IAM names them."""
    return set()


@pytest.fixture
def client(sandbox: Sandbox, asked: set[str]) -> Callable[[str], Any]:
    """Make a client of which is heard what it asks."""
    keys = sandbox.accounts[OWNER]["user"]

    def made(service: str) -> Any:
        found = boto3.client(
            service,
            region_name=HOME,
            endpoint_url=sandbox.url,
            aws_access_key_id=keys["access_key_id"],
            aws_secret_access_key=keys["secret_access_key"],
            config=plain_config(),
        )
        found.meta.events.register("before-call", lambda model, **_: asked.add(f"{service}:{model.name}"))
        return found

    return made


@pytest.fixture
def policies(client: Callable[[str], Any]) -> AwsPolicies:
    return AwsPolicies(client, CALLS, region=HOME, account=OWNER, partition="aws")


def everything(policies: AwsPolicies) -> dict[Ref, Live | None]:
    """Read every document that there is to read."""
    bucket = Ref(account="", owner=OWNER, region=HOME, kind=Kind.BUCKET, name=layout.bucket(OWNER, HOME))
    gone = Ref(account="", owner=OWNER, region=HOME, kind=Kind.REPOSITORY, name=f"{layout.PACKAGE_DOMAIN}/gone")
    with pytest.raises(InputError):
        policies.read(gone)
    found = [*policies.package_documents(), bucket, next(iter(policies.role_documents()))]
    return {ref: policies.read(ref) for ref in found}


def key(sandbox: Sandbox) -> Ref:
    keys = sandbox.accounts[OWNER]["user"]
    kms = boto3.client(
        "kms",
        region_name=HOME,
        endpoint_url=sandbox.url,
        aws_access_key_id=keys["access_key_id"],
        aws_secret_access_key=keys["secret_access_key"],
    )
    arn = kms.describe_key(KeyId=layout.KEY_ALIAS)["KeyMetadata"]["Arn"]
    return Ref(account="", owner=OWNER, region=HOME, kind=Kind.KEY, name=arn)


def test_looking_makes_the_calls_of_the_table_for_looking(
    sandbox: Sandbox, policies: AwsPolicies, client: Callable[[str], Any], asked: set[str]
) -> None:
    everything(policies)
    policies.read(key(sandbox))
    iam = AwsIdentityPolicies(client, CALLS, partition="aws", account=OWNER)
    assert iam.held(Holder(HolderKind.USER, layout.USER))
    identities = AwsIdentities(lambda: client("iam"), CALLS, partition="aws", account=OWNER)
    assert identities.provider(f"arn:aws:iam::{OWNER}:oidc-provider/nobody.example") is None
    assert AwsExamination(client, CALLS, region=HOME, partition="aws", account=OWNER).pipelines()
    assert asked == {call.action for call in LOOKING} - OF_OTHERS


def test_writing_makes_those_of_the_table_for_writing_beside(
    sandbox: Sandbox, policies: AwsPolicies, asked: set[str]
) -> None:
    documents = {**everything(policies), key(sandbox): policies.read(key(sandbox))}
    for ref, live in documents.items():
        own = {"Effect": "Allow", "Principal": {"AWS": OWNER}, "Action": "*"}
        resource = f"{ref.arn}/*" if ref.kind is Kind.BUCKET else "*"
        statement = own if ref.kind is Kind.TRUST else {**own, "Resource": resource}
        action = {"Action": "sts:AssumeRole"} if ref.kind is Kind.TRUST else {}
        text = live.text if live else json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **action}]})
        written = policies.put(ref, text, before=live)
        if ref.kind not in UNDELETABLE:
            policies.delete(ref, before=Live(text=text, revision=written.revision))
    assert asked == {call.action for call in (*LOOKING, *WRITING)} - OF_OTHERS - OF_PRESENCE


def test_reading_callers_makes_the_calls_of_the_table_for_that(client: Callable[[str], Any], asked: set[str]) -> None:
    made = client("iam")
    everything = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    arn = made.create_policy(PolicyName="everything", PolicyDocument=everything)["Policy"]["Arn"]
    asked.clear()
    iam = AwsIdentityPolicies(
        lambda service: made if service == "iam" else client(service), CALLS, partition="aws", account=OWNER
    )
    for holder in (Holder(HolderKind.USER, layout.USER), Holder(HolderKind.ROLE, layout.OIDC_ROLE)):
        assert iam.held(holder)
    for kind in HolderKind:
        nobody = Holder(kind, "nobody")
        assert not [*iam.inline(nobody), *iam.attached(nobody)]
        assert iam.inline_policy(nobody, "none") is None
    iam.groups(layout.USER)
    assert iam.managed_policy(arn)
    assert iam.organisation() is None
    assert asked == {call.action for call in (*USER_CALLS, *ROLE_CALLS)}
    asked.clear()
    AwsWhereabouts(lambda: client("s3"), CALLS, region=HOME).bucket(layout.bucket(OWNER, HOME))
    assert asked == {"s3:ListBuckets"}, "which IAM calls s3:ListAllMyBuckets"


def test_what_is_published_is_what_looking_at_a_resource_asks_beside() -> None:
    of_resources = {call.action for call in EXPLAIN_CALLS} - {call.action for call in (*USER_CALLS, *ROLE_CALLS)}
    assert of_resources - {call.action for call in LOOKING} == {"s3:ListAllMyBuckets"}
