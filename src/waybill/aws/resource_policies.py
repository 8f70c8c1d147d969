"""The policies of buckets, keys and roles: nothing counts their revisions, so each is read again before it is put.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.access.meaning import same_document
from waybill.domain.access.merging import compact
from waybill.domain.access.refs import Live, Ref
from waybill.domain.iam.documents import Kind
from waybill.errors import Fault, InputError
from waybill.ports.policies import PutEnd, Written

DEFAULT = "default"
"""The only name that a key's policy may have."""

CONFIG = "config"


class Kept(Protocol):
    """Where documents of one kind are kept."""

    def get(self, ref: Ref) -> str | None:
        """Return a document's text; None where there is none."""

    def put(self, ref: Ref, text: str) -> None:
        """Put a document, whichever is there."""

    def delete(self, ref: Ref) -> None:
        """Delete a document."""


class ResourcePolicies:
    """Documents without revisions, of one kind."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def read(self, ref: Ref) -> Live | None:
        """Return a document."""
        text = self._kept.get(ref)
        return None if text is None else Live(text=text)

    def put(self, ref: Ref, text: str, *, before: Live | None) -> Written:
        """Put a document in the place of `before`."""
        now = self._kept.get(ref)
        if not _same(now, before):
            return Written(PutEnd.DONE if now is not None and same_document(now, text) else PutEnd.STALE)
        self._kept.put(ref, text)
        return Written(PutEnd.DONE)

    def delete(self, ref: Ref, *, before: Live) -> PutEnd:
        """Delete a document, as long as it is `before`."""
        now = self._kept.get(ref)
        if now is not None and not _same(now, before):
            return PutEnd.STALE
        if now is not None:
            self._kept.delete(ref)
        return PutEnd.DONE


def _same(now: str | None, before: Live | None) -> bool:
    if now is None or before is None:
        return now is None and before is None
    return same_document(now, before.text)


class Buckets:
    """Bucket policies. Every call carries the expected owner (P7)."""

    def __init__(self, client: Callable[[], Any], calls: Calls) -> None:
        self._client = client
        self._calls = calls

    def get(self, ref: Ref) -> str | None:
        """GetBucketPolicy."""
        asked, absent = _asked("s3:GetBucketPolicy", ref), {"NoSuchBucketPolicy": None}
        found = self._calls.perform(asked, lambda: self._client().get_bucket_policy(**_bucket(ref)), absent)
        return None if found is None else str(found["Policy"])

    def put(self, ref: Ref, text: str) -> None:
        """PutBucketPolicy."""
        asked = _asked("s3:PutBucketPolicy", ref)
        self._calls.perform(asked, lambda: self._client().put_bucket_policy(**_bucket(ref), Policy=text))

    def delete(self, ref: Ref) -> None:
        """DeleteBucketPolicy."""
        asked = _asked("s3:DeleteBucketPolicy", ref)
        self._calls.perform(asked, lambda: self._client().delete_bucket_policy(**_bucket(ref)))


class KeyPolicies:
    """Key policies. KMS refuses by itself what would leave the caller unable to change it again."""

    def __init__(self, client: Callable[[], Any], calls: Calls) -> None:
        self._client = client
        self._calls = calls

    def get(self, ref: Ref) -> str | None:
        """GetKeyPolicy."""
        asked, absent = _asked("kms:GetKeyPolicy", ref), {"NotFoundException": None}
        named = {"KeyId": ref.name, "PolicyName": DEFAULT}
        found = self._calls.perform(asked, lambda: self._client().get_key_policy(**named), absent)
        if found is None:
            raise _gone(ref, "key")
        return str(found["Policy"])

    def put(self, ref: Ref, text: str) -> None:
        """PutKeyPolicy."""
        asked, named = _asked("kms:PutKeyPolicy", ref), {"KeyId": ref.name, "PolicyName": DEFAULT}
        self._calls.perform(asked, lambda: self._client().put_key_policy(**named, Policy=text))

    def delete(self, ref: Ref) -> None:
        """Nobody can."""
        raise ValueError(f"{ref} cannot be deleted")


class Trusts:
    """Trust policies."""

    def __init__(self, client: Callable[[], Any], calls: Calls) -> None:
        self._client = client
        self._calls = calls

    def get(self, ref: Ref) -> str | None:
        """GetRole."""
        absent = {"NoSuchEntity": None, "NoSuchEntityException": None}
        asked = _asked("iam:GetRole", ref)
        found = self._calls.perform(asked, lambda: self._client().get_role(RoleName=_role(ref)), absent)
        if found is None or found["Role"]["Arn"] != ref.arn:
            raise _gone(ref, "role")
        return _text(found["Role"]["AssumeRolePolicyDocument"])

    def put(self, ref: Ref, text: str) -> None:
        """UpdateAssumeRolePolicy."""
        asked, named = _asked("iam:UpdateAssumeRolePolicy", ref), {"RoleName": _role(ref)}
        self._calls.perform(asked, lambda: self._client().update_assume_role_policy(**named, PolicyDocument=text))

    def delete(self, ref: Ref) -> None:
        """Nobody can."""
        raise ValueError(f"{ref} cannot be deleted")

    def all(self, *, owner: str, region: str, partition: str) -> Iterator[tuple[Ref, Live]]:
        """Yield the trust policies of all roles: ListRoles."""
        asked = Asked(
            action="iam:ListRoles", resource=f"arn:{partition}:iam::{owner}:role/*", where=f"the roles of {owner}"
        )
        more: dict[str, str] = {}
        while True:
            answer = self._calls.perform(asked, lambda page=more: self._client().list_roles(**page))  # type: ignore[misc]
            for role in answer.get("Roles", []):
                name = str(role["Arn"]).partition(":role/")[2]
                ref = Ref(account="", owner=owner, region=region, kind=Kind.TRUST, name=name)
                yield ref, Live(text=_text(role.get("AssumeRolePolicyDocument", {})))
            if not answer.get("IsTruncated"):
                return
            more = {"Marker": answer["Marker"]}


def _asked(action: str, ref: Ref) -> Asked:
    return Asked(action=action, resource=ref.arn, where=f"{ref.kind.value} of {ref.short}", inputs=CONFIG)


def _bucket(ref: Ref) -> Mapping[str, str]:
    return {"Bucket": ref.name, "ExpectedBucketOwner": ref.owner}


def _role(ref: Ref) -> str:
    return ref.name.rpartition("/")[2]


def _gone(ref: Ref, what: str) -> InputError:
    rule = f"is no {what} of the account {ref.account} ({ref.owner})."
    return InputError([Fault(CONFIG, ref.name, rule)], "Make it first, or correct the file.")


def _text(document: Mapping[str, Any] | str) -> str:
    """Return a document as text: botocore has read IAM's already."""
    return document if isinstance(document, str) else compact(document)
