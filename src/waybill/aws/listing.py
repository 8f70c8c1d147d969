"""What a bucket says that it holds: keys, and multipart uploads that nobody ended. Page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from waybill.aws.location import Location
from waybill.errors import Fault, InputError
from waybill.ports.bucket import Listed, Unfinished


def keys(location: Location, prefix: str) -> Iterator[str]:
    """Yield the keys under a prefix, in order."""
    for item in _items(location, prefix, {}):
        yield str(item["Key"])


def entries(location: Location, prefix: str, delimiter: str) -> Iterator[Listed]:
    """Yield what is listed under a prefix, in key order; with a delimiter, only what lies right there."""
    for item in _items(location, prefix, {"Delimiter": delimiter} if delimiter else {}):
        yield Listed(key=str(item["Key"]), size=int(item["Size"]), modified=_utc(item["LastModified"]))


def unfinished(location: Location, prefix: str) -> Iterator[Unfinished]:
    """Yield the multipart uploads under a prefix, by key."""
    asked = location.asked_of_bucket("s3:ListBucketMultipartUploads", prefix)
    more: dict[str, str] = {}
    while True:
        call = partial(location.client.list_multipart_uploads, Prefix=prefix, **more, **location.place)
        answer = location.calls.perform(asked, call)
        _refuse_elsewhere(location, answer)
        for item in answer.get("Uploads", []):
            yield Unfinished(key=str(item["Key"]), upload_id=str(item["UploadId"]), begun=_utc(item["Initiated"]))
        if not answer.get("IsTruncated"):
            return
        more = {"KeyMarker": answer["NextKeyMarker"], "UploadIdMarker": answer["NextUploadIdMarker"]}


def _items(location: Location, prefix: str, how: dict[str, str]) -> Iterator[Any]:
    asked = location.asked_of_bucket("s3:ListBucket", prefix)
    more: dict[str, str] = {}
    while True:
        call = partial(location.client.list_objects_v2, Prefix=prefix, **how, **more, **location.place)
        answer = location.calls.perform(asked, call)
        _refuse_elsewhere(location, answer)
        yield from answer.get("Contents", [])
        # A page may hold nothing but what the delimiter leaves out, and still have a next one.
        token = answer.get("NextContinuationToken", "")
        if not token:
            return
        more = {"ContinuationToken": token}


def _refuse_elsewhere(location: Location, answer: Any) -> None:
    """Raise where S3 says that the bucket is in another region: the SDK would follow it there without a word."""
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    actual = headers.get("x-amz-bucket-region", location.region)
    if actual != location.region:
        rule = f"names, in {location.region}, a bucket that is in {actual}."
        raise InputError([Fault("bucket-parameter", location.name, rule)], "Nothing was written.")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
