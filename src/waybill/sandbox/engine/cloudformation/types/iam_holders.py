"""What roles, users and groups have alike: managed policies, policies inside, a boundary, tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.cloudformation.kinds import Place
from waybill.sandbox.engine.cloudformation.types.asking import ask
from waybill.sandbox.engine.cloudformation.types.common import gone, tag_list, tags
from waybill.sandbox.engine.cloudformation.types.iam_policies import delete_inside, put_inside

Properties = Mapping[str, Any]


def fill(iam: Any, kind: str, name: str, properties: Properties) -> None:
    """Give a new one its managed policies, and those inside. `kind` is `Role`, `User` or `Group`."""
    refill(iam, kind, name, {}, properties)


def refill(iam: Any, kind: str, name: str, before: Properties, after: Properties) -> None:
    """Bring its policies from `before` to `after`; what else is attached to it stays."""
    which = {f"{kind}Name": name}
    was, then = (list(dict.fromkeys(each.get("ManagedPolicyArns", []))) for each in (before, after))
    for arn in (arn for arn in then if arn not in was):
        ask(iam, f"Attach{kind}Policy", {**which, "PolicyArn": arn})
    for arn in (arn for arn in was if arn not in then):
        with gone("NoSuchEntity"):
            ask(iam, f"Detach{kind}Policy", {**which, "PolicyArn": arn})
    for policy in after.get("Policies", []):
        put_inside(iam, kind, name, policy)
    kept = {policy["PolicyName"] for policy in after.get("Policies", [])}
    for policy in before.get("Policies", []):
        if policy["PolicyName"] not in kept:
            delete_inside(iam, kind, name, str(policy["PolicyName"]))


def empty(iam: Any, kind: str, name: str, properties: Properties) -> None:
    """Take off what `fill` gave it, since IAM deletes only what has nothing."""
    refill(iam, kind, name, properties, {})


def bound(iam: Any, kind: str, name: str, before: Properties, after: Properties) -> None:
    """Change the permissions boundary of a role or user."""
    which, then = {f"{kind}Name": name}, after.get("PermissionsBoundary")
    if then is None and "PermissionsBoundary" in before:
        ask(iam, f"Delete{kind}PermissionsBoundary", which)
    elif then != before.get("PermissionsBoundary"):
        ask(iam, f"Put{kind}PermissionsBoundary", {**which, "PermissionsBoundary": then})


def retag(iam: Any, kind: str, name: str, properties: Properties, place: Place) -> None:
    """Change its tags to the stack's and its own."""
    which, then = {f"{kind}Name": name}, tags(properties, place)
    there = {tag["Key"] for tag in ask(iam, f"List{kind}Tags", which)["Tags"]}
    if there - then.keys():
        ask(iam, f"Untag{kind}", {**which, "TagKeys": sorted(there - then.keys())})
    if then:
        ask(iam, f"Tag{kind}", {**which, "Tags": tag_list(then)})
