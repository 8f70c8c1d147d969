"""Bucket policies and key policies are held against who asks, and how: in their own account, and from another."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from waybill.sandbox import layout

pytestmark = pytest.mark.engine

SSE = {"ServerSideEncryption": "aws:kms"}
TLS_ONLY = {
    "Sid": "DenyInsecureTransport",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["BUCKET", "BUCKET/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
OTHER_ENCRYPTION = {
    "Sid": "DenyOtherEncryption",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": "BUCKET/*",
    "Condition": {
        "Null": {"s3:x-amz-server-side-encryption": "false"},
        "StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"},
    },
}
UNCONDITIONAL = {
    "Sid": "DenyUnconditionalWrites",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": "BUCKET/*@*",
    "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
}
NAMELESS_ENCRYPTION = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": "BUCKET/*",
    "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
}

Make = Callable[..., str]


@pytest.fixture
def made(clients: Any) -> Make:
    """Make a bucket of the development account with the statements; BUCKET in them is its ARN."""

    def make(*statements: dict[str, Any]) -> str:
        name = f"policies-{uuid4().hex}"
        s3 = clients.user("s3")
        s3.create_bucket(Bucket=name)
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements}).replace(
            "BUCKET", f"arn:aws:s3:::{name}"
        )
        s3.put_bucket_policy(Bucket=name, Policy=policy)
        return name

    return make


def refused(call: Any, **arguments: Any) -> str:
    """Return the refusal's message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
    return str(answer["Error"].get("Message", ""))


def allow(principal: Any, *actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "BUCKET/*", **more}


def test_the_sandbox_counts_as_reached_by_tls(clients: Any, made: Make) -> None:
    bucket, s3 = made(TLS_ONLY), clients.user("s3")
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"a"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_another_encryption_is_denied_and_none_is_not(clients: Any, made: Make) -> None:
    bucket, s3 = made(TLS_ONLY, OTHER_ENCRYPTION), clients.user("s3")
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    s3.put_object(Bucket=bucket, Key="b", Body=b"b", **SSE)
    message = refused(s3.put_object, Bucket=bucket, Key="c", Body=b"c", ServerSideEncryption="AES256")
    assert "user/waybill-sandbox is not authorized to perform: s3:PutObject on resource" in message
    assert "with an explicit deny in a resource-based policy" in message
    refused(s3.create_multipart_upload, Bucket=bucket, Key="c", ServerSideEncryption="AES256")
    source = {"Bucket": bucket, "Key": "a"}
    refused(s3.copy_object, Bucket=bucket, Key="c", CopySource=source, ServerSideEncryption="AES256")
    s3.copy_object(Bucket=bucket, Key="c", CopySource=source, **SSE)


def test_an_upload_whose_beginning_named_its_encryption_goes_on_without_naming_it(clients: Any, made: Make) -> None:
    bucket, s3 = made(NAMELESS_ENCRYPTION), clients.user("s3")
    refused(s3.put_object, Bucket=bucket, Key="a", Body=b"a")
    refused(s3.create_multipart_upload, Bucket=bucket, Key="a")
    asked = {"Bucket": bucket, "Key": "a"}
    asked["UploadId"] = s3.create_multipart_upload(**asked, **SSE)["UploadId"]
    etag = s3.upload_part(**asked, PartNumber=1, Body=b"a")["ETag"]
    s3.complete_multipart_upload(**asked, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})


def test_unconditional_writes_are_denied_but_an_uploads_parts_are_not(clients: Any, made: Make) -> None:
    bucket, s3 = made(UNCONDITIONAL), clients.user("s3")
    refused(s3.put_object, Bucket=bucket, Key="Demo@1", Body=b"a")
    s3.put_object(Bucket=bucket, Key="Demo@1", Body=b"a", IfNoneMatch="*")
    s3.put_object(Bucket=bucket, Key="elsewhere", Body=b"a")
    refused(s3.copy_object, Bucket=bucket, Key="Demo@2", CopySource={"Bucket": bucket, "Key": "elsewhere"})
    asked = {"Bucket": bucket, "Key": "Demo@3"}
    asked["UploadId"] = s3.create_multipart_upload(**asked)["UploadId"]
    etag = s3.upload_part(**asked, PartNumber=1, Body=b"a")["ETag"]
    whole = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]}}
    refused(s3.complete_multipart_upload, **asked, **whole)
    s3.complete_multipart_upload(**asked, **whole, IfNoneMatch="*")


def test_a_denial_with_a_condition_that_is_not_understood_denies(clients: Any, made: Make) -> None:
    late = {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}
    bucket = made({**TLS_ONLY, "Action": "s3:PutObject", "Condition": late})
    refused(clients.user("s3").put_object, Bucket=bucket, Key="a", Body=b"a")


def test_nobody_but_root_gets_out_of_a_policy_that_locks_everybody_out(clients: Any, made: Make) -> None:
    bucket = made({name: value for name, value in TLS_ONLY.items() if name != "Condition"})
    refused(clients.user("s3").delete_bucket_policy, Bucket=bucket)
    refused(clients.root("s3").list_objects_v2, Bucket=bucket)
    clients.root("s3").delete_bucket_policy(Bucket=bucket)
    assert clients.user("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_deleting_many_is_decided_object_by_object(clients: Any, made: Make) -> None:
    keep = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "BUCKET/keep <&>*"}
    bucket, s3 = made(keep), clients.user("s3")
    keys = ["go", "keep <&>1", "keep <&>2"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert [each["Key"] for each in answer["Deleted"]] == ["go"]
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [(key, "AccessDenied") for key in keys[1:]]
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == keys[1:]
    alone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": keys[1]}]})
    assert "Deleted" not in alone
    assert len(alone["Errors"]) == 1


ACCOUNT = {"AWS": "arn:aws:iam::222222222222:root"}


def test_another_account_is_narrowed_to_a_role(clients: Any, made: Make) -> None:
    only = {"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/waybill-promote"}}}
    bucket = made(allow({"AWS": "222222222222"}, "s3:GetObject", **only))
    clients.user("s3").put_object(Bucket=bucket, Key="a", Body=b"a")
    assert clients.promote_role("s3").get_object(Bucket=bucket, Key="a")["ContentLength"] == 1
    refused(clients.stage_role("s3").get_object, Bucket=bucket, Key="a")
    refused(clients.user("s3", account="222222222222").get_object, Bucket=bucket, Key="a")
    refused(clients.promote_role("s3").put_object, Bucket=bucket, Key="b", Body=b"b")


def test_another_account_is_narrowed_to_a_folder_of_a_listing(clients: Any, made: Make) -> None:
    folder = {"Resource": "BUCKET", "Condition": {"StringLike": {"s3:prefix": "Demo@*"}}}
    bucket = made(allow(ACCOUNT, "s3:ListBucket", **folder))
    s3 = clients.stage_role("s3")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="Demo@1")["KeyCount"] == 0
    refused(s3.list_objects_v2, Bucket=bucket, Prefix="Other@1")
    refused(s3.list_objects_v2, Bucket=bucket)


def test_an_allowance_with_a_condition_that_is_not_understood_lets_nobody_in(clients: Any, made: Make) -> None:
    bucket = made(allow(ACCOUNT, "s3:PutObject", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))
    refused(clients.stage_role("s3").put_object, Bucket=bucket, Key="a", Body=b"a")


def test_a_role_with_a_path_is_known_by_its_whole_arn(clients: Any, made: Make) -> None:
    name = f"reader-{uuid4().hex[:8]}"
    own = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "sts:AssumeRole"}
    role = clients.user("iam", account="222222222222").create_role(
        RoleName=name, Path="/team/", AssumeRolePolicyDocument=json.dumps({"Statement": [own]})
    )["Role"]["Arn"]
    assert role == f"arn:aws:iam::222222222222:role/team/{name}"
    bucket = made(allow(ACCOUNT, "s3:PutObject", Condition={"ArnEquals": {"aws:PrincipalArn": role}}))
    clients.role(role, "s3").put_object(Bucket=bucket, Key="a", Body=b"a")


def test_a_key_is_anothers_only_where_its_policy_says_so(clients: Any, made: Make) -> None:
    kms, s3 = clients.user("kms"), clients.user("s3")
    own = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*"}
    promote = {"ArnEquals": {"aws:PrincipalArn": layout.PROMOTE_ROLE_ARN}}
    through = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    reads = {"Effect": "Allow", "Principal": ACCOUNT, "Action": "kms:Decrypt", "Condition": {**promote, **through}}
    policy = {"Statement": [{**each, "Resource": "*"} for each in (own, reads)]}
    key = kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
    bucket = made(allow(ACCOUNT, "s3:GetObject", "s3:PutObject"))
    s3.put_object(Bucket=bucket, Key="a", Body=b"a", SSEKMSKeyId=key, **SSE)
    assert clients.promote_role("s3").get_object(Bucket=bucket, Key="a")["ContentLength"] == 1
    assert "kms:Decrypt" in refused(clients.stage_role("s3").get_object, Bucket=bucket, Key="a")
    message = refused(clients.promote_role("s3").put_object, Bucket=bucket, Key="b", Body=b"b", SSEKMSKeyId=key, **SSE)
    assert "kms:GenerateDataKey" in message
    never = {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps({"Statement": [*policy["Statement"], never]}))
    assert "explicit deny" in refused(s3.get_object, Bucket=bucket, Key="a")
