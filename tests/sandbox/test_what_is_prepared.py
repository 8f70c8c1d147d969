"""Both accounts, in all three regions, are prepared as the documentation says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

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
