"""AWS::S3::Bucket and AWS::S3::BucketPolicy: S3 says what the template says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.cloudformation.types.workbench import REFUSED, Workbench, name, policy
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"
KEY = f"arn:aws:kms:eu-west-1:{layout.DEVELOPMENT}:key/1"
OPEN = {"BlockPublicAcls": "false", "BlockPublicPolicy": True, "IgnorePublicAcls": False, "RestrictPublicBuckets": True}


def encrypted(key: str = KEY) -> dict[str, Any]:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    return {
        "ServerSideEncryptionConfiguration": [{"BucketKeyEnabled": "true", "ServerSideEncryptionByDefault": default}]
    }


def default_encryption(bench: Workbench, bucket: str) -> Any:
    answer = bench.client("s3").get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    (rule,) = answer["Rules"]
    return rule


def refused(bench: Workbench, call: str, bucket: str) -> str:
    with pytest.raises(ClientError) as error:
        getattr(bench.client("s3"), call)(Bucket=bucket)
    return str(error.value.response["Error"]["Code"])


def test_it_is_in_the_stacks_region_and_has_its_names(bench: Workbench) -> None:
    called = name()
    made = bench.make(BUCKET, {"BucketName": called}, region="eu-west-1").made
    where = bench.client("s3", "eu-west-1").get_bucket_location(Bucket=called)["LocationConstraint"]
    assert (made.physical_id, where) == (called, "eu-west-1")
    assert made.attributes["Arn"] == f"arn:aws:s3:::{called}"
    assert made.attributes["RegionalDomainName"] == f"{called}.s3.eu-west-1.amazonaws.com"


def test_without_a_name_it_gets_one_that_s3_takes(bench: Workbench) -> None:
    one, two = (bench.make(BUCKET, {}).id for _ in range(2))
    assert one != two
    assert one.startswith("a-stack-thing-")
    assert one == one.lower()


def test_what_is_left_out_is_as_aws_makes_new_buckets(bench: Workbench) -> None:
    bucket = bench.make(BUCKET, {}).id
    s3 = bench.client("s3")
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rule["ObjectOwnership"] == "BucketOwnerEnforced"
    assert default_encryption(bench, bucket)["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    assert refused(bench, "get_bucket_lifecycle_configuration", bucket) == "NoSuchLifecycleConfiguration"
    assert refused(bench, "get_bucket_cors", bucket) == "NoSuchCORSConfiguration"
    assert refused(bench, "get_bucket_replication", bucket) == "ReplicationConfigurationNotFoundError"


def test_every_setting_is_what_s3_then_says(bench: Workbench) -> None:
    rules = [
        {"Id": "abort", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": "7"}},
        {
            "Id": "expire",
            "Status": "Enabled",
            "Prefix": "old/",
            "ExpirationInDays": 30,
            "NoncurrentVersionExpiration": {"NoncurrentDays": "90"},
        },
    ]
    cors = [
        {"Id": "all", "AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["*"], "MaxAge": "60"},
        {
            "AllowedMethods": ["PUT"],
            "AllowedOrigins": ["https://a.example"],
            "AllowedHeaders": ["*"],
            "ExposedHeaders": ["ETag"],
        },
    ]
    bucket = bench.make(
        BUCKET,
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "BucketEncryption": encrypted(),
            "PublicAccessBlockConfiguration": OPEN,
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
            "LifecycleConfiguration": {"Rules": rules},
            "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": "true"}},
            "CorsConfiguration": {"CorsRules": cors},
            "Tags": [{"Key": "team", "Value": "own"}],
        },
        tags={"team": "the stack's", "stack": "yes"},
    ).id
    s3 = bench.client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rule = default_encryption(bench, bucket)
    assert rule["BucketKeyEnabled"] is True
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    access = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert (access["BlockPublicAcls"], access["RestrictPublicBuckets"]) == (False, True)
    (owner,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "ObjectWriter"
    abort, expire = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert abort["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert (expire["ID"], expire["Filter"], expire["Expiration"]) == ("expire", {"Prefix": "old/"}, {"Days": 30})
    assert expire["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert s3.get_bucket_notification_configuration(Bucket=bucket)["EventBridgeConfiguration"] == {}
    first, second = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert (first["ID"], first["MaxAgeSeconds"], second["ExposeHeaders"]) == ("all", 60, ["ETag"])
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}
    assert tags == {"team": "own", "stack": "yes"}


def test_it_is_replicated_with_another_key(bench: Workbench) -> None:
    rule = {
        "Id": "every",
        "Status": "Enabled",
        "Priority": "1",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": f"arn:aws:s3:::{bench.make(BUCKET, {'VersioningConfiguration': {'Status': 'Enabled'}}).id}",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
        },
    }
    replication = {"Role": f"arn:aws:iam::{layout.DEVELOPMENT}:role/r", "Rules": [rule]}
    bucket = bench.make(
        BUCKET, {"VersioningConfiguration": {"Status": "Enabled"}, "ReplicationConfiguration": replication}
    )
    told = bench.client("s3").get_bucket_replication(Bucket=bucket.id)["ReplicationConfiguration"]
    expected = {**rule, "ID": "every", "Priority": 1}
    del expected["Id"]
    assert told == {"Role": replication["Role"], "Rules": [expected]}
    bucket.changed({"VersioningConfiguration": {"Status": "Enabled"}})
    assert refused(bench, "get_bucket_replication", bucket.id) == "ReplicationConfigurationNotFoundError"


def test_what_is_left_out_later_is_taken_back(bench: Workbench) -> None:
    lifecycle = {"Rules": [{"Id": "a", "Status": "Enabled", "ExpirationInDays": 3}]}
    properties = {
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": encrypted(),
        "PublicAccessBlockConfiguration": OPEN,
        "LifecycleConfiguration": lifecycle,
        "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    bucket = bench.make(BUCKET, properties).changed({}).id
    s3 = bench.client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Suspended"
    assert refused(bench, "get_bucket_lifecycle_configuration", bucket) == "NoSuchLifecycleConfiguration"
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    assert default_encryption(bench, bucket)["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    assert refused(bench, "get_bucket_tagging", bucket) == "NoSuchTagSet"


@pytest.mark.parametrize(
    "properties",
    [
        {"AccessControl": "PublicRead"},
        {"PublicAccessBlockConfiguration": {"BlockEverything": True}},
        {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "TagFilters": []}]}},
        {"NotificationConfiguration": {"QueueConfigurations": []}},
        {"BucketEncryption": {**encrypted(), "Strength": "high"}},
        {"CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "Also": "this"}]}},
        {"VersioningConfiguration": "Enabled"},
    ],
    ids=lambda properties: str(*properties),
)
def test_what_it_does_not_know_makes_no_bucket(bench: Workbench, properties: dict[str, Any]) -> None:
    called = name()
    with pytest.raises(REFUSED):
        bench.make(BUCKET, {"BucketName": called, **properties})
    assert called not in {each["Name"] for each in bench.client("s3").list_buckets()["Buckets"]}


def test_one_that_is_there_is_not_taken_over(bench: Workbench) -> None:
    called = bench.make(BUCKET, {}).id
    with pytest.raises(REFUSED, match=f"{called} already exists"):
        bench.make(BUCKET, {"BucketName": called})
    assert called in {each["Name"] for each in bench.client("s3").list_buckets()["Buckets"]}


def test_it_is_deleted_only_when_empty_and_twice_is_no_fault(bench: Workbench) -> None:
    bucket = bench.make(BUCKET, {})
    s3 = bench.client("s3")
    s3.put_object(Bucket=bucket.id, Key="a", Body=b"a")
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        bucket.delete()
    s3.delete_object(Bucket=bucket.id, Key="a")
    bucket.delete()
    bucket.delete()
    assert bucket.id not in {each["Name"] for each in s3.list_buckets()["Buckets"]}


def test_a_bucket_has_one_policy_which_changes_and_goes(bench: Workbench) -> None:
    bucket = bench.make(BUCKET, {}).id
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    one, two = policy({**deny, "Sid": "One"}), policy({**deny, "Sid": "Two"})
    s3 = bench.client("s3")
    made = bench.make(POLICY, {"Bucket": bucket, "PolicyDocument": one})
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == one
    with pytest.raises(REFUSED, match="already exists"):
        bench.make(POLICY, {"Bucket": bucket, "PolicyDocument": two})
    changed = made.changed({"Bucket": bucket, "PolicyDocument": two})
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == two
    changed.delete()
    changed.delete()
    assert refused(bench, "get_bucket_policy", bucket) == "NoSuchBucketPolicy"
