"""S3, path style: what uploads and their verification need.

Parts are not remembered. A part's ETag carries its size and an upload id carries the headers it was created
with, so that no request of the hot path has to ask the shelf; completion adds up what the client lists.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Protocol

from drain.body import Body
from drain.s3_xml import Tree, document, error, listing_document
from drain.shelf import Stored
from drain.wire import Answer, Request
from drain.world import key_arn, place_of

_CHECKSUM = re.compile(r"x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$")
_PART = re.compile(r"<ETag>\s*(?:&quot;|&#34;|\")?([0-9a-f]{16})[0-9a-f]*")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)$")
_KEPT_HEADERS = ("content-type", "content-encoding", "content-disposition", "cache-control")


class Objects(Protocol):
    """The part of the shelf that S3 needs."""

    def put(self, bucket: str, key: str, stored: Stored, *, create_only: bool) -> bool: ...
    def find(self, bucket: str, key: str) -> Stored | None: ...
    def listing(self, bucket: str, prefix: str) -> list[tuple[str, Stored]]: ...


class S3:
    """Answers one S3 request at a time; holds nothing but the way to the shelf."""

    def __init__(self, shelf: Objects) -> None:
        self._shelf = shelf

    def __call__(self, request: Request) -> Answer:
        bucket, _, key = request.path.lstrip("/").partition("/")
        query, method = request.query, request.method
        match method, bool(key):
            case "PUT", True if "partNumber" in query:
                return _part(request.body, _claimed(request), int(query["partNumber"]))
            case "PUT", True if not query.keys() - {"x-id"}:
                return self._put(bucket, key, request)
            case "POST", True if "uploads" in query:
                return _create(bucket, key, request)
            case "POST", True if "uploadId" in query:
                return self._complete(bucket, key, request)
            case "DELETE", True if "uploadId" in query:
                return Answer(status=204)
            case "GET" | "HEAD", True:
                return self._get(bucket, key, request)
            case "GET" | "HEAD", False:
                return self._bucket(bucket, request)
        return error(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", "The bench server does not do this.")

    def _put(self, bucket: str, key: str, request: Request) -> Answer:
        headers = _kept_headers(bucket, request.headers)
        checksums = {**_claimed(request), "x-amz-checksum-type": "FULL_OBJECT"}
        stored = Stored(
            size=request.body.size,
            etag=f'"{uuid.uuid4().hex}"',
            headers=headers,
            checksums=checksums,
            body=request.body.kept,
        )
        return self._commit(bucket, key, request, stored) or Answer(headers=_receipt(stored))

    def _complete(self, bucket: str, key: str, request: Request) -> Answer:
        sizes = [int(size, 16) for size in _PART.findall((request.body.kept or b"").decode())]
        total = sum(sizes)
        declared = request.headers.get("x-amz-mp-object-size")
        if not sizes or (declared is not None and int(declared) != total):
            return error(HTTPStatus.BAD_REQUEST, "InvalidRequest", f"The parts have {total} bytes together.")
        headers = json.loads(base64.urlsafe_b64decode(request.query["uploadId"]))
        checksums = {**_claimed(request), "x-amz-checksum-type": "FULL_OBJECT"}
        etag = f'"{uuid.uuid4().hex}-{len(sizes)}"'
        stored = Stored(size=total, etag=etag, headers=headers, checksums=checksums)
        refused = self._commit(bucket, key, request, stored)
        if refused is not None:
            return refused
        said = {"Bucket": bucket, "Key": key, "ETag": etag, "ChecksumType": "FULL_OBJECT"}
        if nvme := checksums.get("x-amz-checksum-crc64nvme"):
            said["ChecksumCRC64NVME"] = nvme
        return document("CompleteMultipartUploadResult", said, _receipt(stored))

    def _commit(self, bucket: str, key: str, request: Request, stored: Stored) -> Answer | None:
        create_only = request.headers.get("if-none-match") == "*"
        if self._shelf.put(bucket, key, stored, create_only=create_only):
            return None
        return error(HTTPStatus.PRECONDITION_FAILED, "PreconditionFailed", "The object exists.")

    def _get(self, bucket: str, key: str, request: Request) -> Answer:
        stored = self._shelf.find(bucket, key)
        if stored is None:
            return error(HTTPStatus.NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
        headers = {**stored.headers, **_receipt(stored, claims=False)}
        headers["last-modified"] = formatdate(stored.modified, usegmt=True)
        headers["accept-ranges"] = "bytes"
        first, last, status = 0, stored.size - 1, 200
        wanted = _RANGE.match(request.headers.get("range", ""))
        # Zeros, or a part of the object, have another checksum.
        truthful = request.method == "HEAD" or (stored.body is not None and wanted is None)
        if truthful and request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
            headers |= stored.checksums
        if wanted:
            first, last = int(wanted[1]), min(last, int(wanted[2] or last))
            headers["content-range"] = f"bytes {first}-{last}/{stored.size}"
            status = 206
        headers["content-length"] = str(last + 1 - first)
        if stored.body is not None:
            return Answer(status=status, headers=headers, body=stored.body[first : last + 1])
        return Answer(status=status, headers=headers, zeros=last + 1 - first)

    def _bucket(self, bucket: str, request: Request) -> Answer:
        place, query = place_of(bucket), request.query
        here = {"x-amz-bucket-region": place.region}
        if request.method == "HEAD":
            return Answer(headers=here)
        if "location" in query:
            constraint = "" if place.region == "us-east-1" else place.region
            return document("LocationConstraint", constraint, here)
        if "encryption" in query:
            default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn(place)}
            rule: Tree = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": "true"}
            return document("ServerSideEncryptionConfiguration", {"Rule": rule}, here)
        if query.get("list-type") == "2":
            prefix = query.get("prefix", "")
            found = self._shelf.listing(bucket, prefix)
            return listing_document(bucket, prefix, query.get("delimiter", ""), found)
        return error(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", "The bench server does not do this.")


def _create(bucket: str, key: str, request: Request) -> Answer:
    headers = _kept_headers(bucket, request.headers)
    upload_id = base64.urlsafe_b64encode(json.dumps(headers).encode()).decode()
    said = {"Bucket": bucket, "Key": key, "UploadId": upload_id}
    return document("InitiateMultipartUploadResult", said, _encryption(headers))


def _part(body: Body, claimed: Mapping[str, str], number: int) -> Answer:
    return Answer(headers={"etag": f'"{body.size:016x}{number:016x}"', **claimed})


def _claimed(request: Request) -> dict[str, str]:
    """Return the checksums that the client sent, in the head or after the body."""
    sent = {**request.headers, **request.body.trailers}
    return {name: value for name, value in sent.items() if _CHECKSUM.match(name)}


def _kept_headers(bucket: str, sent: Mapping[str, str]) -> dict[str, str]:
    kept = {name: sent[name] for name in _KEPT_HEADERS if name in sent}
    kept |= {name: value for name, value in sent.items() if name.startswith("x-amz-meta-")}
    if (encoding := kept.get("content-encoding")) and "aws-chunked" in encoding:
        del kept["content-encoding"]
    kept["x-amz-server-side-encryption"] = sent.get("x-amz-server-side-encryption", "aws:kms")
    if kept["x-amz-server-side-encryption"] == "aws:kms":
        asked = sent.get("x-amz-server-side-encryption-aws-kms-key-id")
        kept["x-amz-server-side-encryption-aws-kms-key-id"] = asked or key_arn(place_of(bucket))
        kept["x-amz-server-side-encryption-bucket-key-enabled"] = sent.get(
            "x-amz-server-side-encryption-bucket-key-enabled", "true"
        )
    return kept


def _encryption(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("x-amz-server-side")}


def _receipt(stored: Stored, *, claims: bool = True) -> dict[str, str]:
    """Return the headers that answer a write: what was stored, and how."""
    said = {"etag": stored.etag, "x-amz-version-id": stored.version_id, **_encryption(stored.headers)}
    return {**said, **stored.checksums} if claims else said
