"""region.yaml: its policies are the tables of calls, and its bucket and key let in whom they should."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from templates.cases import CASES, KEY
from templates.reading import Stack, by_sid, listed, load
from templates.tables import PARAMETERS, expected
from waybill.domain.calls import (
    DEPLOY_CALLS,
    INFO_CALLS,
    PROMOTE_CALLS,
    READ_CALLS,
    ROLLBACK_CALLS,
    STAGE_CALLS,
    VERSIONS_CALLS,
    On,
)
from waybill.sandbox import layout

HOME = Stack(template=load("region"), parameters=PARAMETERS)


@pytest.mark.parametrize("name", expected())
def test_a_managed_policy_is_exactly_its_table(name: str) -> None:
    policy = HOME.properties(name)
    assert policy["ManagedPolicyName"] == f"waybill-{name}"
    assert by_sid(policy["PolicyDocument"]) == {one["Sid"]: one for one in expected()[name]["Statement"]}


def test_there_is_no_managed_policy_beside_those() -> None:
    made = {name for name, body in HOME.resources.items() if body["Type"] == "AWS::IAM::ManagedPolicy"}
    assert made == set(expected())


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("AllowRead", (*READ_CALLS, *INFO_CALLS, *VERSIONS_CALLS)),
        ("AllowWrite", (*STAGE_CALLS, *ROLLBACK_CALLS)),
        ("AllowPromote", PROMOTE_CALLS),
        ("AllowDeploy", DEPLOY_CALLS),
    ],
)
def test_a_policy_suffices_for_its_commands(name: str, calls: Any) -> None:
    document = HOME.properties(name)["PolicyDocument"]
    allowed = [(action, one["Sid"]) for one in document["Statement"] for action in listed(one["Action"])]
    # Records and events lie beside a version, and the keys of both match what Version names.
    inside = {On.RECORDS: On.VERSION, On.EVENTS: On.VERSION}
    for call in calls:
        sids = {on.value.title().replace("-", "") for on in (call.on, inside.get(call.on, call.on))}
        assert any((call.action, sid) in allowed for sid in sids), call


def test_events_lie_within_what_the_policy_calls_a_version() -> None:
    version = by_sid(HOME.properties("AllowWrite")["PolicyDocument"])["Version"]["Resource"]
    event = "arn:aws:s3:::waybill-staging-222222222222-eu-west-1/artifacts/site@1.0.0/events/latest/1.json"
    assert fnmatchcase(event, version)


def test_only_the_home_region_makes_policies_and_only_where_something_is_promoted_one_for_that() -> None:
    elsewhere = Stack(template=HOME.template, parameters=PARAMETERS, region="eu-west-1")
    assert not [one for one in elsewhere.resources.values() if one["Type"] == "AWS::IAM::ManagedPolicy"]
    development = Stack(template=HOME.template, parameters={"HomeRegion": "us-east-1"})
    assert "AllowPromote" not in development.resources
    assert "AllowPromoteArn" not in development.outputs
    deploy = by_sid(development.properties("AllowDeploy")["PolicyDocument"])
    assert not {"OutputBucket", "Output"} & set(deploy)


def test_the_bucket_is_as_the_sandbox_prepares_it_and_keeps_what_is_current() -> None:
    bucket = HOME.properties("Bucket")
    assert bucket["BucketName"] == layout.bucket("222222222222", "us-east-1")
    assert HOME.properties("Parameter")["Name"] == layout.BUCKET_PARAMETER
    assert HOME.properties("Alias")["AliasName"] == layout.KEY_ALIAS
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"] == [
        {
            "BucketKeyEnabled": True,
            "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "<Key.Arn>"},
        }
    ]
    abort, noncurrent = bucket["LifecycleConfiguration"]["Rules"]
    assert abort["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert noncurrent["NoncurrentVersionExpiration"] == {"NoncurrentDays": "90"}
    assert not [rule for rule in (abort, noncurrent) if any(key.startswith("Expiration") for key in rule)]
    assert "ReplicationConfiguration" not in bucket


def test_the_bucket_policy_denies_what_is_not_kms_and_leaves_the_default_alone() -> None:
    denied = by_sid(HOME.properties("BucketPolicy")["PolicyDocument"])["DenyOtherEncryption"]
    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", "s3:PutObject")
    assert denied["Condition"] == {
        "Null": {"s3:x-amz-server-side-encryption": "false"},
        "StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"},
    }


def test_conditional_writes_are_enforced_where_asked_for_and_parts_are_exempt() -> None:
    assert "DenyUnconditionalWrites" not in by_sid(HOME.properties("BucketPolicy")["PolicyDocument"])
    strict = Stack(template=HOME.template, parameters={**PARAMETERS, "EnforceConditionalWrites": "yes"})
    denied = by_sid(strict.properties("BucketPolicy")["PolicyDocument"])["DenyUnconditionalWrites"]
    assert denied["Resource"] == "<Bucket.Arn>/artifacts/*@*"
    assert denied["Condition"] == {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    said = HOME.template["Parameters"]["EnforceConditionalWrites"]["Description"]
    assert all(word in said for word in ("Startifact", "CopyObject", "If-None-Match"))


def test_production_reads_and_decrypts_by_its_promote_role_and_by_nothing_else() -> None:
    readers = {"HomeRegion": "us-east-1", "ReaderAccounts": "222222222222,333333333333"}
    stack = Stack(template=HOME.template, parameters=readers, account="111111111111")
    key = by_sid(stack.properties("Key")["KeyPolicy"])["Promote"]
    bucket = by_sid(stack.properties("BucketPolicy")["PolicyDocument"])["Promote"]
    for statement in (key, bucket):
        assert statement["Effect"] == "Allow"
        assert statement["Principal"] == {"AWS": ["222222222222", "333333333333"]}
        assert statement["Condition"] == {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/waybill-promote"}}
    table = {(call.action, call.on) for call in PROMOTE_CALLS if call.on in {On.SOURCE, On.SOURCE_KEY}}
    granted = {(action, On.SOURCE) for action in listed(bucket["Action"])}
    granted |= {(action, On.SOURCE_KEY) for action in listed(key["Action"])}
    assert granted == table
    assert bucket["Resource"] == "<Bucket.Arn>/*@*"
    assert "Promote" not in by_sid(HOME.properties("Key")["KeyPolicy"])
    assert "Promote" not in by_sid(HOME.properties("BucketPolicy")["PolicyDocument"])


def test_a_replica_of_the_key_has_the_same_policy_and_is_used_instead_of_a_key() -> None:
    resources = HOME.template["Resources"]
    assert resources["ReplicaKey"]["Properties"]["KeyPolicy"] == resources["Key"]["Properties"]["KeyPolicy"]
    stack = Stack(template=HOME.template, parameters={**PARAMETERS, "HomeRegion": "eu-west-1", "PrimaryKeyArn": KEY})
    assert "Key" not in stack.resources
    assert stack.properties("ReplicaKey")["PrimaryKeyArn"] == KEY
    assert stack.outputs["KeyArn"] == "<ReplicaKey.Arn>"
    assert HOME.properties("Key")["MultiRegion"] is True


def test_with_a_key_for_each_region_all_have_the_same_parameters_and_policies_know_the_keys_by_their_alias() -> None:
    given = CASES["region"]["any region of an organisation"]
    stacks = [Stack(template=HOME.template, parameters=given, region=region) for region in ("us-east-1", "eu-west-1")]
    for stack in stacks:
        assert "Key" in stack.resources
        assert "ReplicaKey" not in stack.resources
    home, plain = stacks[0], Stack(template=HOME.template, parameters={**given, "KeyPerRegion": "no"})
    alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/waybill-staging"}}
    for name in ("AllowRead", "AllowWrite", "AllowPromote", "AllowDeploy"):
        found, usual = (by_sid(one.properties(name)["PolicyDocument"]) for one in (home, plain))
        assert found["Key"]["Resource"] == "arn:aws:kms:*:222222222222:key/*"
        assert found["Key"]["Condition"] == alias
        assert found["Key"]["Action"] == usual["Key"]["Action"]
        others = {sid: one for sid, one in found.items() if sid not in {"Key", "PipelineKey"}}
        assert others == {sid: one for sid, one in usual.items() if sid != "Key"}
    beside = by_sid(home.properties("AllowDeploy")["PolicyDocument"])["PipelineKey"]
    assert (beside["Action"], beside["Resource"]) == ("kms:Decrypt", "arn:aws:kms:*:111111111111:key/*")


def test_a_key_for_each_region_and_a_primary_key_exclude_each_other() -> None:
    rule = HOME.template["Rules"]["OneKeyOrOneForEachRegion"]
    for per_region, primary, fine in (("yes", KEY, False), ("yes", "", True), ("no", KEY, True)):
        stack = Stack(template=HOME.template, parameters={"KeyPerRegion": per_region, "PrimaryKeyArn": primary})
        assert (not stack.value(rule["RuleCondition"]) or stack.value(rule["Assertions"][0]["Assert"])) is fine


def test_replication_takes_what_is_encrypted_and_leaves_no_deletion_behind() -> None:
    given = {**PARAMETERS, "ReplicaBucketArn": "arn:aws:s3:::replica", "ReplicaKeyArn": KEY}
    stack = Stack(template=HOME.template, parameters=given)
    (rule,) = stack.properties("Bucket")["ReplicationConfiguration"]["Rules"]
    assert rule["SourceSelectionCriteria"] == {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert rule["Destination"] == {
        "Bucket": "arn:aws:s3:::replica",
        "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
    }
    assert "ReplicationRole" in stack.resources
    assert "ReplicationRole" not in HOME.resources
