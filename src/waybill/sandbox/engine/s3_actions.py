"""What S3's requests are called in policies, and what they say of themselves there. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from waybill.domain.iam.context import Context, Value

OTHER: Final = "s3:Other"
PUT: Final = "s3:PutObject"
SSE: Final = "x-amz-server-side-encryption"
SSE_KEY: Final = f"{SSE}-aws-kms-key-id"

# What a bucket's subresource is called after Get and Put; deleting most of them is putting.
_OF_BUCKETS: Final = {
    "accelerate": "AccelerateConfiguration",
    "acl": "BucketAcl",
    "cors": "BucketCORS",
    "encryption": "EncryptionConfiguration",
    "lifecycle": "LifecycleConfiguration",
    "logging": "BucketLogging",
    "notification": "BucketNotification",
    "object-lock": "BucketObjectLockConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "policy": "BucketPolicy",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "replication": "ReplicationConfiguration",
    "requestPayment": "BucketRequestPayment",
    "tagging": "BucketTagging",
    "versioning": "BucketVersioning",
    "website": "BucketWebsite",
}
_DELETED: Final = frozenset({"policy", "website"})
_READ: Final = {
    "location": "s3:GetBucketLocation",
    "policyStatus": "s3:GetBucketPolicyStatus",
    "uploads": "s3:ListBucketMultipartUploads",
    "versions": "s3:ListBucketVersions",
}
_UNNAMED: Final = frozenset(
    {"analytics", "inventory", "intelligent-tiering", "metadataTable", "metrics", "session", "select", "torrent"}
)
_ON_BUCKETS: Final = {"GET": "s3:ListBucket", "PUT": "s3:CreateBucket", "DELETE": "s3:DeleteBucket"}
_OF_OBJECTS: Final = {
    "acl": "Acl",
    "attributes": "Attributes",
    "legal-hold": "LegalHold",
    "retention": "Retention",
    "tagging": "Tagging",
}
_OF_VERSIONS: Final = frozenset({"acl", "attributes", "tagging"})
_WITH_UPLOADS: Final = {
    "GET": "s3:ListMultipartUploadParts",
    "PUT": PUT,
    "POST": PUT,
    "DELETE": "s3:AbortMultipartUpload",
}
_VERBS: Final = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}

# Condition keys, and the headers and parameters that they are about.
_HEADERS: Final = (
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    SSE,
    SSE_KEY,
    f"{SSE}-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
    "if-match",
    "if-none-match",
)
_PARAMETERS: Final = {"prefix": "prefix", "delimiter": "delimiter", "max-keys": "max-keys", "versionid": "versionId"}


def action_of(method: str, key: str, query: Iterable[str]) -> str:
    """Return what a request for a bucket, or for its object `key`, is called; `OTHER` where it has no name here."""
    asked, method = frozenset(query), "GET" if method == "HEAD" else method
    if asked & _UNNAMED:
        return OTHER
    return _on_object(method, asked) if key else _on_bucket(method, asked)


def context_of(
    action: str,
    query: Mapping[str, list[str]],
    headers: Mapping[str, str],
    *,
    owner: str,
    creates: bool = False,
    upload: Mapping[str, str] | None = None,
) -> Context:
    """Return what a request says of itself in conditions.

    `headers` have lower-case names, `owner` is the bucket's account, `creates` tells whether an object comes of it,
    `upload` are the headers that a multipart upload began with, for its parts and its completion.
    """
    given = {**(upload or {}), **headers}
    values: dict[str, Value] = {f"s3:{name}": given.get(name) for name in _HEADERS}
    values |= {f"s3:{name}": next(iter(query.get(asked, [])), None) for name, asked in _PARAMETERS.items()}
    values["s3:objectcreationoperation"] = str(creates).lower() if action == PUT else None
    values["s3:authtype"] = "REST-QUERY-STRING" if "X-Amz-Signature" in query else "REST-HEADER"
    values["s3:signatureversion"] = "AWS4-HMAC-SHA256"
    values["s3:tlsversion"] = "1.3"
    values["s3:resourceaccount"] = values["aws:resourceaccount"] = owner
    tags = dict(parse_qsl(headers.get("x-amz-tagging", ""), keep_blank_values=True))
    values["s3:requestobjecttagkeys"] = tuple(tags)
    values |= {f"s3:requestobjecttag/{name.lower()}": value for name, value in tags.items()}
    return Context(values, families=("s3:requestobjecttag/",))


def creates_object(method: str, query: Iterable[str]) -> bool:
    """Tell whether a request for an object makes it: a part does not, its upload's completion does."""
    asked = frozenset(query)
    return (method == "PUT" and "uploadId" not in asked) or (method == "POST" and "uploadId" in asked)


def _on_bucket(method: str, asked: frozenset[str]) -> str:
    if method == "GET":
        for name in sorted(asked & _READ.keys()):
            return _READ[name]
    for name in sorted(asked & _OF_BUCKETS.keys()):
        verb = "Delete" if method == "DELETE" and name in _DELETED else "Get" if method == "GET" else "Put"
        return f"s3:{verb}{_OF_BUCKETS[name]}"
    return _ON_BUCKETS.get(method, OTHER)


def _on_object(method: str, asked: frozenset[str]) -> str:
    version = "Version" if "versionId" in asked else ""
    if "uploadId" in asked or (method == "POST" and "uploads" in asked):
        return _WITH_UPLOADS.get(method, OTHER)
    verb = _VERBS.get(method)
    if verb is None:
        return "s3:RestoreObject" if "restore" in asked else OTHER
    for name in sorted(asked & _OF_OBJECTS.keys()):
        return f"s3:{verb}Object{version if name in _OF_VERSIONS else ''}{_OF_OBJECTS[name]}"
    return f"s3:{verb}Object{version if verb != 'Put' else ''}"
