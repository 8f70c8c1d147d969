"""AWS::KMS::Key, AWS::KMS::ReplicaKey and AWS::KMS::Alias: KMS says what the template says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.cloudformation.types.workbench import REFUSED, Thing, Workbench, name, policy
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

KEY, REPLICA, ALIAS = "AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias"
OWN = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{layout.DEVELOPMENT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
ONE, TWO = policy({**OWN, "Sid": "One"}), policy({**OWN, "Sid": "Two"})
AWAY = "eu-west-1"


def described(bench: Workbench, key: str, region: str | None = None) -> Any:
    return bench.client("kms", region).describe_key(KeyId=key)["KeyMetadata"]


def key_policy(bench: Workbench, key: str, region: str | None = None) -> Any:
    return json.loads(bench.client("kms", region).get_key_policy(KeyId=key, PolicyName="default")["Policy"])


def key_tags(bench: Workbench, key: str, region: str | None = None) -> dict[str, str]:
    found = bench.client("kms", region).list_resource_tags(KeyId=key)["Tags"]
    return {tag["TagKey"]: tag["TagValue"] for tag in found}


def rotates(bench: Workbench, key: str, region: str | None = None) -> bool:
    return bool(bench.client("kms", region).get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])


@pytest.fixture
def primary(bench: Workbench) -> Thing:
    return bench.make(
        KEY,
        {
            "Description": "staged",
            "MultiRegion": "true",
            "EnableKeyRotation": True,
            "KeyPolicy": ONE,
            "Tags": [{"Key": "a", "Value": "b"}],
        },
        tags={"stack": "yes"},
    )


def replicated(bench: Workbench, primary: Thing, **more: Any) -> Thing:
    properties = {"PrimaryKeyArn": primary.made.attributes["Arn"], "KeyPolicy": TWO, **more}
    return bench.make(REPLICA, properties, region=AWAY)


def test_a_key_is_as_it_says(bench: Workbench, primary: Thing) -> None:
    found = described(bench, primary.id)
    assert (found["Description"], found["MultiRegion"], found["KeyState"]) == ("staged", True, "Enabled")
    assert found["Arn"] == primary.made.attributes["Arn"]
    assert found["KeyId"] == primary.id
    assert key_policy(bench, primary.id) == ONE
    assert rotates(bench, primary.id)
    assert key_tags(bench, primary.id) == {"a": "b", "stack": "yes"}


def test_a_key_changes(bench: Workbench) -> None:
    key = bench.make(KEY, {"KeyPolicy": ONE, "Tags": [{"Key": "a", "Value": "b"}]})
    assert not rotates(bench, key.id)
    key = key.changed({"KeyPolicy": TWO, "Description": "new", "EnableKeyRotation": "true", "Enabled": "false"})
    found = described(bench, key.id)
    assert (found["Description"], found["KeyState"], key_policy(bench, key.id)) == ("new", "Disabled", TWO)
    assert rotates(bench, key.id)
    assert key_tags(bench, key.id) == {}
    key.changed({"KeyPolicy": TWO})
    assert described(bench, key.id)["KeyState"] == "Enabled"
    assert not rotates(bench, key.id)


def test_what_a_key_is_cannot_change(bench: Workbench, primary: Thing) -> None:
    with pytest.raises(REFUSED, match="You cannot change the MultiRegion"):
        primary.changed({**primary.properties, "MultiRegion": False})
    assert described(bench, primary.id)["MultiRegion"] is True


def test_a_key_is_gone_after_its_days(bench: Workbench) -> None:
    key = bench.make(KEY, {"KeyPolicy": ONE, "PendingWindowInDays": 7})
    key.delete()
    assert described(bench, key.id)["KeyState"] == "PendingDeletion"
    with pytest.raises(REFUSED, match="extraneous key"):
        bench.make(KEY, {"KeyPolicy": ONE, "Rotations": 3})


def test_a_replica_is_the_same_key_with_a_policy_of_its_own(bench: Workbench, primary: Thing) -> None:
    replica = replicated(bench, primary, Description="away", Tags=[{"Key": "c", "Value": "d"}])
    assert replica.id == primary.id
    assert re.fullmatch("mrk-[0-9a-f]{32}", replica.id)
    here, away = described(bench, primary.id), described(bench, primary.id, AWAY)
    assert away["Arn"] == here["Arn"].replace("us-east-1", AWAY) == replica.made.attributes["Arn"]
    assert (here["Description"], away["Description"]) == ("staged", "away")
    assert (key_policy(bench, primary.id), key_policy(bench, primary.id, AWAY)) == (ONE, TWO)
    assert (key_tags(bench, primary.id)["a"], key_tags(bench, primary.id, AWAY)) == ("b", {"c": "d"})
    kinds = [each["MultiRegionConfiguration"]["MultiRegionKeyType"] for each in (here, away)]
    assert kinds == ["PRIMARY", "REPLICA"]
    for each in (here, away):
        assert each["MultiRegionConfiguration"]["PrimaryKey"]["Arn"] == here["Arn"]
        assert [one["Arn"] for one in each["MultiRegionConfiguration"]["ReplicaKeys"]] == [away["Arn"]]
    sealed = bench.client("kms").encrypt(KeyId=primary.id, Plaintext=b"text")["CiphertextBlob"]
    assert bench.client("kms", AWAY).decrypt(CiphertextBlob=sealed)["Plaintext"] == b"text"


def test_what_happens_to_a_replica_happens_to_it_alone(bench: Workbench, primary: Thing) -> None:
    replica = replicated(bench, primary)
    replica = replica.changed({**replica.properties, "KeyPolicy": ONE, "Description": "new", "Enabled": False})
    assert (described(bench, primary.id)["KeyState"], described(bench, primary.id)["Description"]) == (
        "Enabled",
        "staged",
    )
    assert described(bench, primary.id, AWAY)["KeyState"] == "Disabled"
    assert key_policy(bench, primary.id, AWAY) == ONE
    alias = f"alias/{name()}"
    bench.make(ALIAS, {"AliasName": alias, "TargetKeyId": replica.id}, region=AWAY)
    assert alias not in {each["AliasName"] for each in bench.client("kms").list_aliases()["Aliases"]}
    replica.delete()
    assert described(bench, primary.id, AWAY)["KeyState"] == "PendingDeletion"
    assert described(bench, primary.id)["KeyState"] == "Enabled"


def test_rotation_is_the_primarys(bench: Workbench, primary: Thing) -> None:
    replicated(bench, primary)
    assert rotates(bench, primary.id, AWAY)
    primary.changed({**primary.properties, "EnableKeyRotation": False})
    assert not rotates(bench, primary.id, AWAY)
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        bench.client("kms", AWAY).enable_key_rotation(KeyId=primary.id)


def test_only_a_multi_region_key_is_replicated_and_once_a_region(bench: Workbench, primary: Thing) -> None:
    with pytest.raises(REFUSED, match="not a multi-Region"):
        replicated(bench, bench.make(KEY, {"KeyPolicy": ONE}))
    replica = replicated(bench, primary)
    with pytest.raises(REFUSED, match="AlreadyExists"):
        replicated(bench, primary)
    with pytest.raises(ClientError, match="not a multi-Region primary"):
        bench.client("kms", AWAY).replicate_key(KeyId=replica.id, ReplicaRegion="us-west-2")


def test_an_alias_names_one_key_and_then_another(bench: Workbench) -> None:
    one, two = (bench.make(KEY, {"KeyPolicy": ONE}).id for _ in range(2))
    called = f"alias/{name()}"
    alias = bench.make(ALIAS, {"AliasName": called, "TargetKeyId": one})
    assert alias.id == called
    assert described(bench, called)["KeyId"] == one
    with pytest.raises(REFUSED, match="AlreadyExists"):
        bench.make(ALIAS, {"AliasName": called, "TargetKeyId": two})
    alias = alias.changed({"AliasName": called, "TargetKeyId": two})
    assert described(bench, called)["KeyId"] == two
    alias.delete()
    alias.delete()
    with pytest.raises(ClientError, match="NotFound"):
        described(bench, called)
