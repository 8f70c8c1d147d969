"""Both accounts, in all three regions, are prepared as the documentation says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from waybill.sandbox import layout

pytestmark = pytest.mark.engine

EVERYWHERE = [(account, region) for account in layout.ACCOUNTS for region in layout.REGIONS]


@pytest.mark.parametrize(("account", "region"), EVERYWHERE)
def test_each_account_and_region_has_a_bucket_found_by_its_parameter(clients: Any, account: str, region: str) -> None:
    name = clients.user("ssm", region, account).get_parameter(Name="/buckets/staging")["Parameter"]["Value"]
    s3 = clients.user("s3", region, account)
    assert s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)["BucketRegion"] == region
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


@pytest.mark.parametrize(("account", "region"), EVERYWHERE)
def test_each_bucket_encrypts_with_the_key_of_its_own_account_and_region(
    clients: Any, key_arn: Callable[[str, str], str], account: str, region: str
) -> None:
    answer = clients.user("s3", region, account).get_bucket_encryption(Bucket=layout.bucket(account, region))
    rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0]
    expected = key_arn(account, region)
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": expected}
    assert rule["BucketKeyEnabled"] is True
    assert expected.startswith(f"arn:aws:kms:{region}:{account}:key/")


def test_the_pipelines_are_prepared_and_have_what_they_need(clients: Any) -> None:
    for name, bucket in (("crossaccountdeploy", "codepipeline-input-bucket"), ("staged-deploy", None)):
        pipeline = clients.user("codepipeline").get_pipeline(name=name)["pipeline"]
        source, deploy = (stage["actions"][0] for stage in pipeline["stages"])
        assert (pipeline["pipelineType"], pipeline["executionMode"]) == ("V2", "SUPERSEDED")
        taken = source["configuration"]
        assert taken["S3Bucket"] == (bucket or layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION))
        assert taken["PollForSourceChanges"] == "false"
        assert taken.get("AllowOverrideForS3ObjectKey", "false") == ("false" if bucket else "true")
        assert deploy["roleArn"] == "arn:aws:iam::222222222222:role/prods3role"
        assert deploy["configuration"]["Extract"] == "true"
        store = pipeline["artifactStore"]
        policy = clients.user("kms").get_key_policy(KeyId=store["encryptionKey"]["id"], PolicyName="default")["Policy"]
        assert "arn:aws:iam::222222222222:role/prods3role" in policy
        s3 = clients.user("s3")
        assert "prods3role" in s3.get_bucket_policy(Bucket=store["location"])["Policy"]
        assert s3.get_bucket_versioning(Bucket=taken["S3Bucket"])["Status"] == "Enabled"


def test_development_may_look_into_one_output_bucket_and_not_into_the_other(clients: Any) -> None:
    development, production = (clients.user("s3", account=account) for account in layout.ACCOUNTS)
    for bucket in ("codepipeline-output-bucket", "codepipeline-staged-bucket"):
        assert production.list_objects_v2(Bucket=bucket, ExpectedBucketOwner="222222222222")["KeyCount"] >= 0
    assert development.list_objects_v2(Bucket="codepipeline-output-bucket")["KeyCount"] >= 0
    with pytest.raises(ClientError, match="AccessDenied"):
        development.list_objects_v2(Bucket="codepipeline-staged-bucket")
    with pytest.raises(ClientError, match="AccessDenied"):
        development.put_object(Bucket="codepipeline-output-bucket", Key="index.html", Body=b"mine")


@pytest.mark.parametrize(("account", "region"), EVERYWHERE)
def test_each_account_and_region_has_the_organisation_configuration(clients: Any, account: str, region: str) -> None:
    ssm = clients.user("ssm", region, account)
    assert json.loads(ssm.get_parameter(Name="/startifact")["Parameter"]["Value"]) == {
        "bucket_key_prefix": "",
        "bucket_name_param": "/buckets/staging",
        "parameter_name_prefix": "/artifacts",
        "regions": "us-east-1,us-west-2,eu-west-1",
        "save_ok": "yes",
    }
