"""AWS::S3::Bucket and AWS::S3::BucketPolicy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types import s3_settings
from waybill.sandbox.engine.cloudformation.types.asking import ask, unfit
from waybill.sandbox.engine.cloudformation.types.common import document, gone, named, tag_list, tags, undoing

_HOME: Final = "us-east-1"
_LONGEST: Final = 63


class Bucket:
    """A bucket with its settings; what a template leaves out is as AWS makes new buckets."""

    type = "AWS::S3::Bucket"
    known = frozenset({"BucketName", "Tags", *s3_settings.SETTINGS})
    required = frozenset[str]()
    replaces = frozenset({"BucketName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateBucket, then each setting."""
        name = str(properties.get("BucketName") or named(place, _LONGEST).lower())
        settings = s3_settings.read(properties)
        s3 = place.client("s3")
        request: dict[str, Any] = {"Bucket": name}
        if place.region != _HOME:
            request["CreateBucketConfiguration"] = {"LocationConstraint": place.region}
        if _is_there(s3, name):
            raise unfit(f"{name} already exists", "AlreadyExists")
        ask(s3, "CreateBucket", request)
        made = _made(name, place)
        with undoing(lambda: self.delete(made, properties, place)):
            for setting in settings:
                setting.put(s3, name)
            _tag(s3, name, properties, place)
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Put the settings that have changed."""
        s3 = place.client("s3")
        settings = s3_settings.read(after)
        for setting in settings:
            if before.get(setting.property) != after.get(setting.property):
                setting.put(s3, made.physical_id)
        if "VersioningConfiguration" in before and "VersioningConfiguration" not in after:
            # A bucket that has had versions cannot be without them.
            suspended = {"VersioningConfiguration": {"Status": "Suspended"}}
            ask(s3, "PutBucketVersioning", {"Bucket": made.physical_id, **suspended})
        _tag(s3, made.physical_id, after, place)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteBucket, which S3 refuses while anything is in it."""
        with gone("NoSuchBucket"):
            ask(place.client("s3"), "DeleteBucket", {"Bucket": made.physical_id})


class BucketPolicy:
    """The policy of a bucket, of which it has one at most."""

    type = "AWS::S3::BucketPolicy"
    known = frozenset({"Bucket", "PolicyDocument"})
    required = frozenset({"Bucket", "PolicyDocument"})
    replaces = frozenset({"Bucket"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """PutBucketPolicy, where none is."""
        s3, bucket = place.client("s3"), str(properties["Bucket"])
        if _has_policy(s3, bucket):
            raise unfit(f"The bucket policy already exists on bucket {bucket}.", "AlreadyExists")
        ask(s3, "PutBucketPolicy", {"Bucket": bucket, "Policy": document(properties["PolicyDocument"])})
        return Made(bucket)

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """PutBucketPolicy over it."""
        request = {"Bucket": made.physical_id, "Policy": document(after["PolicyDocument"])}
        ask(place.client("s3"), "PutBucketPolicy", request)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteBucketPolicy."""
        with gone("NoSuchBucket", "NoSuchBucketPolicy"):
            ask(place.client("s3"), "DeleteBucketPolicy", {"Bucket": made.physical_id})


def _is_there(s3: Any, name: str) -> bool:
    try:
        ask(s3, "HeadBucket", {"Bucket": name})
    except ClientError as error:
        # 403: it is somebody else's.
        return str(error.response["Error"]["Code"]) != "404"
    return True


def _has_policy(s3: Any, bucket: str) -> bool:
    try:
        ask(s3, "GetBucketPolicy", {"Bucket": bucket})
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
            return False
        raise
    return True


def _made(name: str, place: Place) -> Made:
    return Made(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{place.region}.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{place.region}.amazonaws.com",
        },
    )


def _tag(s3: Any, name: str, properties: Mapping[str, Any], place: Place) -> None:
    found = tags(properties, place)
    if found:
        ask(s3, "PutBucketTagging", {"Bucket": name, "Tagging": {"TagSet": tag_list(found)}})
    else:
        ask(s3, "DeleteBucketTagging", {"Bucket": name})
