"""Which policies of a resource a call is held against, by its service. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from waybill.domain.iam import codeartifact
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.patterns import ARN_PARTS

ACTION: Final = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+\Z", re.IGNORECASE)
_ACCOUNT: Final = re.compile(r"\d{12}\Z")
_ROLE: Final = re.compile(r"arn:[^:]*:iam::\d{12}:role/.+\Z")
_BUCKET: Final = re.compile(r"arn:[^:]*:s3:::.")
_POINT: Final = ":accesspoint/"
_ON_BUCKETS: Final = re.compile(
    r".*bucket|(get|put)(accelerate|analytics|encryption|intelligenttiering|inventory|lifecycle|metrics|replication)"
    r"configuration"
)
_ON_ACCOUNTS: Final = frozenset(
    {
        "createjob",
        "getaccountpublicaccessblock",
        "listaccesspoints",
        "listallmybuckets",
        "listjobs",
        "liststoragelensconfigurations",
        "putaccountpublicaccessblock",
    }
)
_SHARED: Final = frozenset({"describeparameters", "getparameter", "getparameterhistory", "getparameters"})
_FREE: Final = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
_ASSUMING: Final = frozenset({"assumerole", "assumerolewithwebidentity", "assumerolewithsaml"})
_INTO_SESSIONS: Final = _ASSUMING | {"tagsession", "setsourceidentity"}
_WITHOUT: Final = frozenset(
    {
        "account",
        "cloudformation",
        "cloudfront",
        "codebuild",
        "codepipeline",
        "ec2",
        "iam",
        "organizations",
        "ssm",
        "sts",
    }
)

_NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "cloudformation": ("cloudformation",),
    "cloudfront": ("cloudfront",),
    "codeartifact": ("codeartifact",),
    "codebuild": ("codebuild",),
    "codepipeline": ("codepipeline",),
    "iam": ("iam",),
    "kms": ("kms",),
    "s3": ("s3", "s3-outposts", "s3-object-lambda", "s3express", "s3tables"),
    "sqs": ("sqs",),
    "sns": ("sns",),
    "ssm": ("ssm", "ec2", "ssmmessages"),
    "sts": ("iam", "sts"),
}
"""The services whose resources an action is asked on, as ARNs call them."""
_DECRYPT: Final = (("kms:Decrypt", ""),)
PARTS: Final = "an upload in several parts"
_ASKED_OF_KEYS: Final = {
    "s3:getobject": _DECRYPT,
    "s3:getobjectversion": _DECRYPT,
    "s3:getobjecttorrent": _DECRYPT,
    "s3:getobjectversionforreplication": _DECRYPT,
    "s3:putobject": (("kms:GenerateDataKey", ""), ("kms:Decrypt", PARTS)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a call is held against on the side of its resource.

    `kinds` are the policies that are asked there; `must`: one of them must allow the resource's own account, too.
    `moved`: `resource`, which policies are asked with, is not the one that was given.
    """

    resource: str
    kinds: tuple[Kind, ...]
    must: bool = False
    moved: bool = False


def held(action: str, resource: str) -> Held:
    """Return what a call of `action` on an ARN, or `*`, is held against. Raises `ValueError` where they do not fit."""
    service, _, name = action.lower().partition(":")
    if service == "codeartifact":
        asked = codeartifact.asked_of(action.partition(":")[2], resource)
        return Held(resource=asked.resource, kinds=asked.kinds, moved=asked.moved)
    if service == "sts" and name in _INTO_SESSIONS:
        if not _ROLE.match(resource):
            raise ValueError(f"{action} is asked on roles: `arn:aws:iam::222222222222:role/NAME`.")
        return Held(resource=resource, kinds=(Kind.TRUST,), must=True)
    if service == "s3" and _BUCKET.match(resource):
        return _of_bucket(action, resource)
    if resource == "*" or service in _WITHOUT:
        return Held(resource=resource, kinds=())
    if service == "kms":
        return Held(resource=resource, kinds=(Kind.KEY,), must=True)
    return Held(resource=resource, kinds=() if service == "s3" and _POINT not in resource else (Kind.RESOURCE,))


def misplaced(action: str, resource: str) -> str:
    """Return a fault where an ARN is of another service than those that an action is asked on; empty where it is not.

    Only of services that are known here: others name their resources as they like.
    """
    service, of = action.lower().partition(":")[0], [*resource.split(":", 3), "", ""][2]
    on = _NAMED.get(service)
    if resource == "*" or on is None or of in on:
        return ""
    return f"is of {of or 'no service'}, and {action} is asked on resources of {on[0]}."


def _of_bucket(action: str, resource: str) -> Held:
    """Return what a call on a bucket or an object is held against: what is asked on buckets is moved to the bucket."""
    name = action.lower().partition(":")[2]
    bucket, slash, _ = resource.partition("/")
    if name in _ON_ACCOUNTS:
        raise ValueError(f"{action} is asked on no bucket: give `*`.")
    on_bucket = _ON_BUCKETS.match(name) is not None
    if not slash and not on_bucket and "object" in name:
        raise ValueError(f"{action} is asked on objects: `{bucket}/KEY`.")
    moved = bool(slash) and on_bucket
    kinds = () if makes_bucket(action) else (Kind.BUCKET,)
    return Held(resource=bucket if moved else resource, kinds=kinds, moved=moved)


def makes_bucket(action: str) -> bool:
    """Tell whether it makes a bucket: in the caller's own account, and no policy of the bucket is there to be asked."""
    return action.lower() == "s3:createbucket"


def may_be_shared(action: str, resource: str) -> bool:
    """Tell whether it is read of a parameter, which is shared with other accounts where it is an advanced one.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html
    """
    service, _, name = action.lower().partition(":")
    return service == "ssm" and name in _SHARED and ":parameter/" in resource


def own_kind(action: str, resource: str) -> Kind:
    """Return the kind of policy that a resource itself has, of which a call of `action` is about."""
    service, _, name = action.lower().partition(":")
    if service == "codeartifact":
        on_domain = codeartifact.holder_of(resource, "domain") == resource
        return Kind.DOMAIN if on_domain else Kind.REPOSITORY
    if service == "sts" and name in _INTO_SESSIONS:
        return Kind.TRUST
    if service == "s3" and _POINT not in resource:
        return Kind.BUCKET
    return Kind.KEY if service == "kms" else Kind.RESOURCE


def attached_to(kind: Kind, resource: str) -> str:
    """Return the ARN of what a policy of a kind is attached to, of a resource that it is asked about."""
    if kind is Kind.BUCKET:
        return resource.partition("/")[0]
    if kind in {Kind.REPOSITORY, Kind.DOMAIN}:
        return codeartifact.holder_of(resource, "domain" if kind is Kind.DOMAIN else "repository")
    return resource


def key_actions(action: str) -> tuple[tuple[str, str], ...]:
    """Return what S3 asks of the key that encrypts an object, for an action on that: (`kms:Decrypt`, when).

    `when` says of what alone it is asked, and is empty where it is asked always.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    """
    return _ASKED_OF_KEYS.get(action.lower(), ())


def is_free(action: str) -> bool:
    """Tell whether everybody may do it, whatever any policy says."""
    return action.lower() in _FREE


def assumes(action: str) -> bool:
    """Tell whether it makes a session of a role."""
    service, _, name = action.lower().partition(":")
    return service == "sts" and name in _ASSUMING


def account_of(arn: str) -> str:
    """Return the account that an ARN names; empty where it names none, as a bucket's."""
    parts = arn.split(":", ARN_PARTS - 1)
    return parts[4] if len(parts) == ARN_PARTS and _ACCOUNT.match(parts[4]) else ""


def region_of(arn: str) -> str:
    """Return the region that an ARN names, or empty."""
    parts = arn.split(":", ARN_PARTS - 1)
    return parts[3] if len(parts) == ARN_PARTS else ""
