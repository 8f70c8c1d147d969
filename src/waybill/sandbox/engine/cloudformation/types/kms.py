"""AWS::KMS::Key, AWS::KMS::ReplicaKey and AWS::KMS::Alias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask, truth, unfit
from waybill.sandbox.engine.cloudformation.types.common import document, gone, only, tag_list, tags, undoing

_FIXED = ("KeySpec", "KeyUsage", "MultiRegion", "Origin")


class Key:
    """A KMS key. What cannot change fails the update, whatever the UpdateReplacePolicy is, as in AWS."""

    type = "AWS::KMS::Key"
    known = frozenset(
        {"Description", "Enabled", "EnableKeyRotation", "KeyPolicy", "PendingWindowInDays", "Tags", *_FIXED}
    )
    required = frozenset[str]()
    replaces = frozenset[str]()

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateKey, then rotation and whether it is enabled."""
        kms = place.client("kms")
        request = only(properties, "Description", *_FIXED)
        if "KeyPolicy" in properties:
            request["Policy"] = document(properties["KeyPolicy"])
        request["Tags"] = tag_list(tags(properties, place), "TagKey", "TagValue")
        found = ask(kms, "CreateKey", request)["KeyMetadata"]
        made = _made(found["KeyId"], place)
        with undoing(lambda: self.delete(made, properties, place)):
            if truth(properties.get("EnableKeyRotation", False)):
                ask(kms, "EnableKeyRotation", {"KeyId": made.physical_id})
            if not truth(properties.get("Enabled", True)):
                ask(kms, "DisableKey", {"KeyId": made.physical_id})
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change what can change."""
        for name in _FIXED:
            if before.get(name) != after.get(name):
                raise unfit(f"You cannot change the {name} of a KMS key after it is created.", "NotUpdatable")
        _change(made, before, after, place)
        wanted = truth(after.get("EnableKeyRotation", False))
        if wanted != truth(before.get("EnableKeyRotation", False)):
            operation = "EnableKeyRotation" if wanted else "DisableKeyRotation"
            ask(place.client("kms"), operation, {"KeyId": made.physical_id})
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """ScheduleKeyDeletion: 30 days, unless PendingWindowInDays says less."""
        _schedule_deletion(made, properties, place)


class ReplicaKey:
    """A replica of a multi-Region key: the same key id, in another region; its policy is its own."""

    type = "AWS::KMS::ReplicaKey"
    known = frozenset({"Description", "Enabled", "KeyPolicy", "PendingWindowInDays", "PrimaryKeyArn", "Tags"})
    required = frozenset({"KeyPolicy", "PrimaryKeyArn"})
    replaces = frozenset({"PrimaryKeyArn"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """ReplicateKey, which is asked for in the primary's region."""
        primary = str(properties["PrimaryKeyArn"])
        if primary.count(":") != 5:
            raise unfit(f"Invalid arn {primary}")
        request = {
            **only(properties, "Description"),
            "KeyId": primary,
            "ReplicaRegion": place.region,
            "Policy": document(properties["KeyPolicy"]),
            "Tags": tag_list(tags(properties, place), "TagKey", "TagValue"),
        }
        ask(place.client("kms", region=primary.split(":")[3]), "ReplicateKey", request)
        made = _made(primary.rpartition("/")[2], place)
        with undoing(lambda: self.delete(made, properties, place)):
            if not truth(properties.get("Enabled", True)):
                ask(place.client("kms"), "DisableKey", {"KeyId": made.physical_id})
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change what is its own."""
        _change(made, before, after, place)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """ScheduleKeyDeletion; the primary stays."""
        _schedule_deletion(made, properties, place)


class Alias:
    """A name of a key."""

    type = "AWS::KMS::Alias"
    known = frozenset({"AliasName", "TargetKeyId"})
    required = frozenset({"AliasName", "TargetKeyId"})
    replaces = frozenset({"AliasName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateAlias."""
        ask(place.client("kms"), "CreateAlias", properties)
        return Made(str(properties["AliasName"]))

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """UpdateAlias: another key."""
        ask(place.client("kms"), "UpdateAlias", after)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteAlias."""
        with gone("NotFoundException"):
            ask(place.client("kms"), "DeleteAlias", {"AliasName": made.physical_id})


def _made(key: str, place: Place) -> Made:
    return Made(key, {"Arn": f"arn:aws:kms:{place.region}:{place.account}:key/{key}", "KeyId": key})


def _change(made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> None:
    kms, key = place.client("kms"), {"KeyId": made.physical_id}
    if before.get("KeyPolicy") != after.get("KeyPolicy"):
        ask(kms, "PutKeyPolicy", {**key, "PolicyName": "default", "Policy": document(after["KeyPolicy"])})
    if before.get("Description") != after.get("Description"):
        ask(kms, "UpdateKeyDescription", {**key, "Description": after.get("Description", "")})
    wanted = truth(after.get("Enabled", True))
    if wanted != truth(before.get("Enabled", True)):
        ask(kms, "EnableKey" if wanted else "DisableKey", key)
    there = {tag["TagKey"] for tag in ask(kms, "ListResourceTags", key)["Tags"]}
    then = tags(after, place)
    if there - then.keys():
        ask(kms, "UntagResource", {**key, "TagKeys": sorted(there - then.keys())})
    if then:
        ask(kms, "TagResource", {**key, "Tags": tag_list(then, "TagKey", "TagValue")})


def _schedule_deletion(made: Made, properties: Mapping[str, Any], place: Place) -> None:
    days = properties.get("PendingWindowInDays", 30)
    with gone("NotFoundException", "KMSInvalidStateException"):
        ask(place.client("kms"), "ScheduleKeyDeletion", {"KeyId": made.physical_id, "PendingWindowInDays": days})
