"""Users, roles and groups with their policies, and whose a bucket is: what `access explain` reads live.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.access.holders import Held, Holder, HolderKind

ABSENT = {"NoSuchEntity": None, "NoSuchEntityException": None}
NOTHING: Mapping[str, Any] = {code: {} for code in ABSENT}


class AwsIdentityPolicies:
    """Implements `ports.IdentityPolicies`. `client` makes the client of a service when it is first needed."""

    def __init__(self, client: Callable[[str], Any], calls: Calls, *, partition: str, account: str) -> None:
        self._client = client
        self._calls = calls
        self._prefix = f"arn:{partition}:iam::{account}:"

    def held(self, holder: Holder) -> Held | None:
        """GetUser, or GetRole."""
        answer = self._of(holder, "Get{kind}", ABSENT)
        if answer is None:
            return None
        found = answer[holder.kind.value.title()]
        return Held(
            arn=str(found["Arn"]),
            boundary=str(found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")),
            tags={str(tag["Key"]): str(tag["Value"]) for tag in found.get("Tags", [])},
        )

    def groups(self, user: str) -> Sequence[str]:
        """ListGroupsForUser."""
        return [str(one["GroupName"]) for one in self._pages(_user(user), "ListGroupsFor{kind}", "Groups")]

    def inline(self, holder: Holder) -> Sequence[str]:
        """ListUserPolicies, and its likes."""
        return [str(one) for one in self._pages(holder, "List{kind}Policies", "PolicyNames")]

    def inline_policy(self, holder: Holder, name: str) -> str | None:
        """GetUserPolicy, and its likes."""
        answer = self._of(holder, "Get{kind}Policy", ABSENT, PolicyName=name)
        return None if answer is None else _text(answer["PolicyDocument"])

    def attached(self, holder: Holder) -> Sequence[str]:
        """ListAttachedUserPolicies, and its likes."""
        return [str(one["PolicyArn"]) for one in self._pages(holder, "ListAttached{kind}Policies", "AttachedPolicies")]

    def managed_policy(self, arn: str) -> str | None:
        """GetPolicy, which names the version that holds, and GetPolicyVersion."""
        where = f"policy {arn}"
        asked = Asked(action="iam:GetPolicy", resource=arn, where=where)
        found = self._calls.perform(asked, lambda: self._client("iam").get_policy(PolicyArn=arn), ABSENT)
        if found is None:
            return None
        asked = Asked(action="iam:GetPolicyVersion", resource=arn, where=where)
        named = {"PolicyArn": arn, "VersionId": found["Policy"]["DefaultVersionId"]}
        answer = self._calls.perform(asked, lambda: self._client("iam").get_policy_version(**named), ABSENT)
        return None if answer is None else _text(answer["PolicyVersion"]["Document"])

    def organisation(self) -> str | None:
        """DescribeOrganization."""
        asked = Asked(action="organizations:DescribeOrganization", resource="*", where="the account's organisation")
        ask = partial(self._client("organizations").describe_organization)
        answer = self._calls.perform(asked, ask, {"AWSOrganizationsNotInUseException": None})
        return None if answer is None else str(answer["Organization"]["Id"])

    def _pages(self, holder: Holder, name: str, key: str) -> Iterator[Any]:
        more: dict[str, str] = {}
        while True:
            answer = self._of(holder, name, NOTHING, **more)
            yield from answer.get(key, [])
            if not answer.get("IsTruncated"):
                return
            more = {"Marker": answer["Marker"]}

    def _of(self, holder: Holder, name: str, answers: Mapping[str, Any], **more: str) -> Any:
        kind = holder.kind.value.title()
        operation = name.format(kind=kind)
        asked = Asked(
            action=f"iam:{operation}", resource=f"{self._prefix}{holder.kind.value}/{holder.name}", where=str(holder)
        )
        return self._calls.perform(
            asked, partial(self._call, operation, **{f"{kind}Name": holder.name}, **more), answers
        )

    def _call(self, operation: str, **given: str) -> Any:
        words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)
        return getattr(self._client("iam"), words.lstrip("_"))(**given)


class AwsWhereabouts:
    """Implements `ports.Whereabouts`, by S3 in one region."""

    def __init__(self, client: Callable[[], Any], calls: Calls, *, region: str) -> None:
        self._client = client
        self._calls = calls
        self._region = region

    def bucket(self, name: str) -> str | None:
        """ListBuckets: with a prefix it says the region of each."""
        asked = Asked(action="s3:ListAllMyBuckets", resource="*", where=f"S3 in {self._region}")
        answer = self._calls.perform(asked, lambda: self._client().list_buckets(Prefix=name))
        found = next((one for one in answer.get("Buckets", []) if one["Name"] == name), None)
        return None if found is None else str(found.get("BucketRegion", ""))


def _user(name: str) -> Holder:
    return Holder(HolderKind.USER, name)


def _text(document: Mapping[str, Any] | str) -> str:
    """Return a policy as text: botocore has read IAM's already."""
    return document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
