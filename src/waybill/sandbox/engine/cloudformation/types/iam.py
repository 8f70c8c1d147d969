"""AWS::IAM::Role, AWS::IAM::User, AWS::IAM::Group and AWS::IAM::UserToGroupAddition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types import iam_holders
from waybill.sandbox.engine.cloudformation.types.asking import ask
from waybill.sandbox.engine.cloudformation.types.common import document, gone, named, only, tag_list, tags, undoing

_HOUR: Final = 3600


class Role:
    """A role, with its managed policies and those inside it."""

    type = "AWS::IAM::Role"
    known = frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "RoleName",
            "Tags",
        }
    )
    required = frozenset({"AssumeRolePolicyDocument"})
    replaces = frozenset({"Path", "RoleName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateRole, then its policies."""
        iam, name = place.client("iam"), str(properties.get("RoleName") or named(place))
        request = {
            **only(properties, "Description", "MaxSessionDuration", "Path", "PermissionsBoundary"),
            "RoleName": name,
            "AssumeRolePolicyDocument": document(properties["AssumeRolePolicyDocument"]),
            "Tags": tag_list(tags(properties, place)),
        }
        found = ask(iam, "CreateRole", request)["Role"]
        made = Made(name, {"Arn": found["Arn"], "RoleId": found["RoleId"]})
        with undoing(lambda: self.delete(made, properties, place)):
            iam_holders.fill(iam, "Role", name, properties)
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change whatever has changed."""
        iam, name = place.client("iam"), made.physical_id
        if before["AssumeRolePolicyDocument"] != after["AssumeRolePolicyDocument"]:
            trust = document(after["AssumeRolePolicyDocument"])
            ask(iam, "UpdateAssumeRolePolicy", {"RoleName": name, "PolicyDocument": trust})
        settings = {"Description": after.get("Description", ""), "MaxSessionDuration": _HOUR}
        ask(iam, "UpdateRole", {"RoleName": name, **settings, **only(after, "MaxSessionDuration")})
        iam_holders.bound(iam, "Role", name, before, after)
        iam_holders.refill(iam, "Role", name, before, after)
        iam_holders.retag(iam, "Role", name, after, place)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteRole, without its policies."""
        iam = place.client("iam")
        with gone("NoSuchEntity"):
            iam_holders.empty(iam, "Role", made.physical_id, properties)
            ask(iam, "DeleteRole", {"RoleName": made.physical_id})


class Group:
    """A group of users."""

    type = "AWS::IAM::Group"
    known = frozenset({"GroupName", "ManagedPolicyArns", "Path", "Policies"})
    required = frozenset[str]()
    replaces = frozenset({"GroupName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateGroup, then its policies."""
        iam, name = place.client("iam"), str(properties.get("GroupName") or named(place, 128))
        arn = ask(iam, "CreateGroup", {**only(properties, "Path"), "GroupName": name})["Group"]["Arn"]
        made = Made(name, {"Arn": arn})
        with undoing(lambda: self.delete(made, properties, place)):
            iam_holders.fill(iam, "Group", name, properties)
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change its policies, and its path."""
        iam, name = place.client("iam"), made.physical_id
        iam_holders.refill(iam, "Group", name, before, after)
        if before.get("Path") == after.get("Path"):
            return made
        ask(iam, "UpdateGroup", {"GroupName": name, "NewPath": after.get("Path", "/")})
        return Made(name, {"Arn": ask(iam, "GetGroup", {"GroupName": name})["Group"]["Arn"]})

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteGroup, without its policies; IAM refuses one with users."""
        iam = place.client("iam")
        with gone("NoSuchEntity"):
            iam_holders.empty(iam, "Group", made.physical_id, properties)
            ask(iam, "DeleteGroup", {"GroupName": made.physical_id})


class User:
    """A user, and the groups that it is in."""

    type = "AWS::IAM::User"
    known = frozenset({"Groups", "ManagedPolicyArns", "Path", "PermissionsBoundary", "Policies", "Tags", "UserName"})
    required = frozenset[str]()
    replaces = frozenset({"UserName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateUser, then its groups and policies."""
        iam, name = place.client("iam"), str(properties.get("UserName") or named(place))
        request = {
            **only(properties, "Path", "PermissionsBoundary"),
            "UserName": name,
            "Tags": tag_list(tags(properties, place)),
        }
        made = Made(name, {"Arn": ask(iam, "CreateUser", request)["User"]["Arn"]})
        with undoing(lambda: self.delete(made, properties, place)):
            _join(iam, properties.get("Groups", []), [name])
            iam_holders.fill(iam, "User", name, properties)
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change whatever has changed."""
        iam, name = place.client("iam"), made.physical_id
        was, then = before.get("Groups", []), after.get("Groups", [])
        _join(iam, [group for group in then if group not in was], [name])
        _leave(iam, [group for group in was if group not in then], [name])
        iam_holders.bound(iam, "User", name, before, after)
        iam_holders.refill(iam, "User", name, before, after)
        iam_holders.retag(iam, "User", name, after, place)
        if before.get("Path") == after.get("Path"):
            return made
        ask(iam, "UpdateUser", {"UserName": name, "NewPath": after.get("Path", "/")})
        return Made(name, {"Arn": ask(iam, "GetUser", {"UserName": name})["User"]["Arn"]})

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteUser, without its groups and policies; IAM refuses one with access keys."""
        iam = place.client("iam")
        with gone("NoSuchEntity"):
            _leave(iam, properties.get("Groups", []), [made.physical_id])
            iam_holders.empty(iam, "User", made.physical_id, properties)
            ask(iam, "DeleteUser", {"UserName": made.physical_id})


class UserToGroupAddition:
    """Users in a group, whoever made both."""

    type = "AWS::IAM::UserToGroupAddition"
    known = frozenset({"GroupName", "Users"})
    required = frozenset({"GroupName", "Users"})
    replaces = frozenset({"GroupName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """AddUserToGroup, each."""
        made = Made(named(place, 128))
        with undoing(lambda: self.delete(made, properties, place)):
            _join(place.client("iam"), [properties["GroupName"]], properties["Users"])
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Add and remove."""
        iam, group = place.client("iam"), [after["GroupName"]]
        _join(iam, group, [user for user in after["Users"] if user not in before["Users"]])
        _leave(iam, group, [user for user in before["Users"] if user not in after["Users"]])
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """RemoveUserFromGroup, each."""
        _leave(place.client("iam"), [properties["GroupName"]], properties["Users"])


def _join(iam: Any, groups: list[str], users: list[str]) -> None:
    for group in groups:
        for user in users:
            ask(iam, "AddUserToGroup", {"GroupName": group, "UserName": user})


def _leave(iam: Any, groups: list[str], users: list[str]) -> None:
    for group in groups:
        for user in users:
            with gone("NoSuchEntity"):
                ask(iam, "RemoveUserFromGroup", {"GroupName": group, "UserName": user})
