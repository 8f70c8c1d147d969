"""What the other tests take ministack at its word for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from engines.ministack import (
    DEVELOPMENT,
    PRODUCTION,
    REGIONS,
    STAGE_ROLE,
    Stack,
    binary,
    bucket_name,
    document,
    prepare,
    root_credentials,
    running,
)
from waybill.aws.meanings import Asked, meaning
from waybill.errors import AccessDenied

pytestmark = pytest.mark.engine

REGION = REGIONS[0]
BUCKET = bucket_name(PRODUCTION, REGION)
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if binary() is None:
        pytest.skip("ministack is not installed: `make test` installs it, or WAYBILL_TEST_MINISTACK names it")
    with running(tmp_path_factory.mktemp("ministack")) as engine:
        yield prepare(engine, stage_policy=json.loads(document(EVERYTHING)))


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def s3(stack: Stack, **how: Any) -> Any:
    return stack.engine.client(stack.assume(**how), "s3", REGION)


def test_the_stage_role_asks_for_its_external_id(stack: Stack) -> None:
    assert refused(lambda: stack.assume(external_id=None)) == "AccessDenied"
    assert refused(lambda: stack.assume(external_id="another")) == "AccessDenied"
    answer = stack.engine.client(stack.assume(), "sts", REGION).get_caller_identity()
    assert answer["Arn"] == f"arn:aws:sts::{PRODUCTION}:assumed-role/{STAGE_ROLE}/waybill"


def test_a_session_may_carry_tags_and_a_source_identity(stack: Stack) -> None:
    assert stack.assume(Tags=[{"Key": "Sha", "Value": "0a1b"}], SourceIdentity="octocat").token


def test_a_wrong_signature_is_refused(stack: Stack) -> None:
    wrong = replace(stack.user, secret_key="x" * 40)
    assert refused(lambda: stack.engine.client(wrong, "sts", REGION).get_caller_identity()) == "SignatureDoesNotMatch"


def test_a_session_policy_narrows_what_the_role_may_do(stack: Stack) -> None:
    only_list = document({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"})
    narrow = s3(stack, policy=only_list)
    assert narrow.list_objects_v2(Bucket=BUCKET)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert refused(lambda: narrow.put_object(Bucket=BUCKET, Key="k", Body=b"")) == "AccessDenied"
    s3(stack).put_object(Bucket=BUCKET, Key="k", Body=b"")


def test_a_session_policy_over_two_thousand_and_forty_eight_characters_is_refused(stack: Stack) -> None:
    assert refused(lambda: stack.assume(policy=document({**EVERYTHING, "Resource": "x" * 2048}))) == "ValidationError"


def test_a_listing_is_let_by_the_condition_on_its_prefix(stack: Stack) -> None:
    condition = {"StringLikeIfExists": {"s3:prefix": "p@*"}}
    allow = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::*", "Condition": condition}
    narrow = s3(stack, policy=document(allow))
    assert narrow.list_objects_v2(Bucket=BUCKET, Prefix="p@1.0.0")["KeyCount"] == 0
    assert refused(lambda: narrow.list_objects_v2(Bucket=BUCKET, Prefix="q@1.0.0")) == "AccessDenied"


def test_a_resource_narrows_objects_and_parameters(stack: Stack) -> None:
    objects = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::*/p@1.0.0*"}
    channel = f"arn:aws:ssm:*:{PRODUCTION}:parameter/artifacts/p/latest"
    parameters = {"Effect": "Allow", "Action": ["ssm:PutParameter", "ssm:GetParameterHistory"], "Resource": channel}
    session = stack.assume(policy=document(objects, parameters))
    narrow, ssm = (stack.engine.client(session, service, REGION) for service in ("s3", "ssm"))
    narrow.put_object(Bucket=BUCKET, Key="p@1.0.0", Body=b"")
    assert refused(lambda: narrow.put_object(Bucket=BUCKET, Key="q@1.0.0", Body=b"")) == "AccessDenied"
    ssm.put_parameter(Name="/artifacts/p/latest", Value="1.0.0", Type="String")
    assert len(ssm.get_parameter_history(Name="/artifacts/p/latest")["Parameters"]) == 1
    assert refused(lambda: ssm.get_parameter_history(Name="/artifacts/q/latest")) == "AccessDeniedException"


def test_one_account_has_no_way_into_the_others_bucket(stack: Stack) -> None:
    theirs = bucket_name(DEVELOPMENT, REGION)
    assert refused(lambda: s3(stack).list_objects_v2(Bucket=theirs)) == "AccessDenied"
    root = stack.engine.client(root_credentials(DEVELOPMENT), "s3", REGION)
    assert root.list_objects_v2(Bucket=theirs)["KeyCount"] == 0


def test_a_checksum_is_told_only_to_who_asks_for_it(stack: Stack) -> None:
    client, sha = s3(stack), base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    client.put_object(Bucket=BUCKET, Key="checked", Body=b"x", ChecksumSHA256=sha)
    assert "ChecksumSHA256" not in client.head_object(Bucket=BUCKET, Key="checked")
    assert client.head_object(Bucket=BUCKET, Key="checked", ChecksumMode="ENABLED")["ChecksumSHA256"] == sha


def test_s3_asks_nobody_whether_the_caller_may_use_the_key(stack: Stack) -> None:
    """So what runs here proves the S3 and SSM statements of a policy, and of its KMS statement DescribeKey only."""
    narrow = s3(stack, policy=document({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}))
    key = stack.keys[PRODUCTION, REGION]
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    assert narrow.put_object(Bucket=BUCKET, Key="no-kms", Body=b"", **encrypted)["SSEKMSKeyId"] == key
    session = stack.assume(policy=document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}))
    kms = stack.engine.client(session, "kms", REGION)
    assert refused(lambda: kms.describe_key(KeyId=key)) == "AccessDeniedException"


def test_what_it_refuses_is_explained(stack: Stack) -> None:
    """Lax: it says `identity-based` of a session policy, too, names few resources, and decodes no message."""
    session = stack.assume(policy=document({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}))
    s3, ssm, iam, cloud = (
        stack.engine.client(session, name, REGION) for name in ("s3", "ssm", "iam", "cloudformation")
    )
    parameter = f"arn:aws:ssm:{REGION}:{PRODUCTION}:parameter/a"
    mine, theirs = f"arn:aws:s3:::{BUCKET}/k", f"arn:aws:s3:::{bucket_name(DEVELOPMENT, REGION)}"
    role = f"arn:aws:iam::{PRODUCTION}:role/{STAGE_ROLE}"
    caller = f"arn:aws:sts::{PRODUCTION}:assumed-role/{STAGE_ROLE}/waybill"
    told = [
        (lambda: s3.put_object(Bucket=BUCKET, Key="k", Body=b""), "s3:PutObject", mine, PRODUCTION, "identity", True),
        (lambda: s3.head_object(Bucket=BUCKET, Key="k"), "s3:GetObject", mine, PRODUCTION, "identity", False),
        (
            lambda: s3.list_objects_v2(Bucket=theirs.rpartition(":")[2]),
            "s3:ListBucket",
            theirs,
            DEVELOPMENT,
            "resource",
            False,
        ),
        (lambda: ssm.get_parameter(Name="/a"), "ssm:GetParameter", parameter, "", "identity", True),
        (iam.list_roles, "iam:ListRoles", "*", "", "identity", True),
        (cloud.describe_stacks, "cloudformation:DescribeStacks", "*", "", "identity", True),
        (lambda: stack.assume(external_id=None), "sts:AssumeRole", role, "", "trust", False),
    ]
    for call, action, resource, owner, side, said in told:
        with pytest.raises(ClientError) as caught:
            call()
        asked = Asked(action=action, resource=resource, where="there", owner=owner)
        error = meaning(asked, caught.value, caller)
        assert isinstance(error, AccessDenied), action
        assert (error.action, error.resource, error.refused.side) == (action, resource, side)
        assert (not error.refused.likely) is said, action
        assert error.refused.missing[0]["statement"]["Action"] == action
