"""AWS::IAM::ManagedPolicy, AWS::IAM::RolePolicy and AWS::IAM::Policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask, unfit
from waybill.sandbox.engine.cloudformation.types.common import document, gone, named, only, undoing

_MOST_VERSIONS: Final = 5
HOLDERS: Final = {"Roles": "Role", "Users": "User", "Groups": "Group"}


class ManagedPolicy:
    """A managed policy. An update makes a new default version, and lets the oldest of five go."""

    type = "AWS::IAM::ManagedPolicy"
    known = frozenset({"Description", "ManagedPolicyName", "Path", "PolicyDocument", *HOLDERS})
    required = frozenset({"PolicyDocument"})
    replaces = frozenset({"Description", "ManagedPolicyName", "Path"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreatePolicy, then attach it."""
        iam = place.client("iam")
        name = str(properties.get("ManagedPolicyName") or named(place, 128))
        request = {
            **only(properties, "Description", "Path"),
            "PolicyName": name,
            "PolicyDocument": document(properties["PolicyDocument"]),
        }
        arn = ask(iam, "CreatePolicy", request)["Policy"]["Arn"]
        made = Made(arn, {"PolicyArn": arn})
        with undoing(lambda: self.delete(made, properties, place)):
            for kind, holder in _holders(properties):
                ask(iam, f"Attach{kind}Policy", {f"{kind}Name": holder, "PolicyArn": arn})
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """CreatePolicyVersion, and attach and detach."""
        iam, arn = place.client("iam"), made.physical_id
        if before["PolicyDocument"] != after["PolicyDocument"]:
            versions = ask(iam, "ListPolicyVersions", {"PolicyArn": arn})["Versions"]
            others = sorted(
                (each["CreateDate"], each["VersionId"]) for each in versions if not each["IsDefaultVersion"]
            )
            if len(versions) >= _MOST_VERSIONS:
                ask(iam, "DeletePolicyVersion", {"PolicyArn": arn, "VersionId": others[0][1]})
            request = {"PolicyDocument": document(after["PolicyDocument"]), "SetAsDefault": True}
            ask(iam, "CreatePolicyVersion", {"PolicyArn": arn, **request})
        was, then = _holders(before), _holders(after)
        for kind, holder in (each for each in then if each not in was):
            ask(iam, f"Attach{kind}Policy", {f"{kind}Name": holder, "PolicyArn": arn})
        for kind, holder in (each for each in was if each not in then):
            _detach(iam, kind, holder, arn)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """Detach it from those of its own list, and DeletePolicy; whoever else has it keeps IAM from that."""
        iam, arn = place.client("iam"), made.physical_id
        with gone("NoSuchEntity"):
            for kind, holder in _holders(properties):
                _detach(iam, kind, holder, arn)
            for version in ask(iam, "ListPolicyVersions", {"PolicyArn": arn})["Versions"]:
                if not version["IsDefaultVersion"]:
                    ask(iam, "DeletePolicyVersion", {"PolicyArn": arn, "VersionId": version["VersionId"]})
            ask(iam, "DeletePolicy", {"PolicyArn": arn})


class RolePolicy:
    """A policy inside a role that another resource, or stack, has made."""

    type = "AWS::IAM::RolePolicy"
    known = frozenset({"PolicyDocument", "PolicyName", "RoleName"})
    required = frozenset({"PolicyDocument", "PolicyName", "RoleName"})
    replaces = frozenset({"PolicyName", "RoleName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """PutRolePolicy."""
        put_inside(place.client("iam"), "Role", str(properties["RoleName"]), properties)
        return Made(f"{properties['PolicyName']}|{properties['RoleName']}")

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """PutRolePolicy over it."""
        put_inside(place.client("iam"), "Role", str(after["RoleName"]), after)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteRolePolicy."""
        name, _, role = made.physical_id.partition("|")
        delete_inside(place.client("iam"), "Role", role, name)


class Policy:
    """One policy put inside several roles, users and groups."""

    type = "AWS::IAM::Policy"
    known = frozenset({"PolicyDocument", "PolicyName", *HOLDERS})
    required = frozenset({"PolicyDocument", "PolicyName"})
    replaces = frozenset[str]()

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """Put it inside each."""
        iam = place.client("iam")
        holders = _holders(properties)
        if not holders:
            raise unfit("At least one of [Groups,Roles,Users] must be non-empty.")
        made = Made(named(place, 128))
        with undoing(lambda: self.delete(made, properties, place)):
            for kind, holder in holders:
                put_inside(iam, kind, holder, properties)
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Put it inside each, and out of those that are left out; a new name is another policy."""
        iam = place.client("iam")
        for kind, holder in _holders(after):
            put_inside(iam, kind, holder, after)
        kept = _holders(after) if before["PolicyName"] == after["PolicyName"] else []
        for kind, holder in _holders(before):
            if (kind, holder) not in kept:
                delete_inside(iam, kind, holder, str(before["PolicyName"]))
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """Take it out of each."""
        for kind, holder in _holders(properties):
            delete_inside(place.client("iam"), kind, holder, str(properties["PolicyName"]))


def put_inside(iam: Any, kind: str, holder: str, policy: Mapping[str, Any]) -> None:
    """Put a policy (`PolicyName`, `PolicyDocument`) inside a role, user or group; `kind` is `Role`, ..."""
    if "PolicyName" not in policy or "PolicyDocument" not in policy or policy.keys() - _INSIDE:
        raise unfit("#/Policies: required are [PolicyDocument] and [PolicyName], and no other key is permitted")
    request = {"PolicyName": policy["PolicyName"], "PolicyDocument": document(policy["PolicyDocument"])}
    ask(iam, f"Put{kind}Policy", {f"{kind}Name": holder, **request})


_INSIDE: Final = frozenset({"PolicyName", "PolicyDocument", "RoleName", *HOLDERS})


def delete_inside(iam: Any, kind: str, holder: str, name: str) -> None:
    """Take a policy out of a role, user or group, where it is there."""
    with gone("NoSuchEntity"):
        ask(iam, f"Delete{kind}Policy", {f"{kind}Name": holder, "PolicyName": name})


def _holders(properties: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(kind, str(name)) for plural, kind in HOLDERS.items() for name in properties.get(plural, [])]


def _detach(iam: Any, kind: str, holder: str, arn: str) -> None:
    with gone("NoSuchEntity"):
        ask(iam, f"Detach{kind}Policy", {f"{kind}Name": holder, "PolicyArn": arn})
