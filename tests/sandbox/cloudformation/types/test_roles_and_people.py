"""IAM's types: IAM says what the template says."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.cloudformation.types.workbench import READ, REFUSED, WRITE, Thing, Workbench, name, policy
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

ROLE, GROUP, USER, MANAGED = "AWS::IAM::Role", "AWS::IAM::Group", "AWS::IAM::User", "AWS::IAM::ManagedPolicy"
ACCOUNT = layout.DEVELOPMENT
TRUST = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
OTHER = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "s3.amazonaws.com"}})


@pytest.fixture
def iam(bench: Workbench) -> Any:
    return bench.client("iam")


def managed(bench: Workbench, **more: Any) -> Thing:
    return bench.make(MANAGED, {"ManagedPolicyName": name(), "PolicyDocument": READ, **more})


def document(iam: Any, arn: str) -> Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def attached(iam: Any, role: str) -> list[str]:
    return [each["PolicyArn"] for each in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]]


def test_a_role_is_as_it_says(bench: Workbench, iam: Any) -> None:
    boundary, extra = managed(bench).id, managed(bench).id
    called = name()
    role = bench.make(
        ROLE,
        {
            "RoleName": called,
            "Description": "stages",
            "AssumeRolePolicyDocument": TRUST,
            "MaxSessionDuration": "7200",
            "PermissionsBoundary": boundary,
            "ManagedPolicyArns": [extra],
            "Policies": [{"PolicyName": "inside", "PolicyDocument": WRITE}],
            "Tags": [{"Key": "a", "Value": "b"}],
        },
        tags={"stack": "yes"},
    )
    found = iam.get_role(RoleName=called)["Role"]
    assert role.made.attributes["Arn"] == found["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/{called}"
    assert (role.id, found["Description"], found["MaxSessionDuration"]) == (called, "stages", 7200)
    assert found["AssumeRolePolicyDocument"] == TRUST
    assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert attached(iam, called) == [extra]
    assert iam.get_role_policy(RoleName=called, PolicyName="inside")["PolicyDocument"] == WRITE
    tags = {tag["Key"]: tag["Value"] for tag in iam.list_role_tags(RoleName=called)["Tags"]}
    assert tags == {"a": "b", "stack": "yes"}


def test_a_role_changes_and_keeps_what_others_gave_it(bench: Workbench, iam: Any) -> None:
    one, two, others = (managed(bench).id for _ in range(3))
    properties = {
        "AssumeRolePolicyDocument": TRUST,
        "MaxSessionDuration": 7200,
        "PermissionsBoundary": one,
        "ManagedPolicyArns": [one],
        "Policies": [{"PolicyName": "a", "PolicyDocument": READ}, {"PolicyName": "b", "PolicyDocument": READ}],
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    role = bench.make(ROLE, properties)
    iam.attach_role_policy(RoleName=role.id, PolicyArn=others)
    role = role.changed(
        {
            "AssumeRolePolicyDocument": OTHER,
            "Description": "new",
            "ManagedPolicyArns": [two],
            "Policies": [{"PolicyName": "a", "PolicyDocument": WRITE}],
        }
    )
    found = iam.get_role(RoleName=role.id)["Role"]
    assert (found["Description"], found["MaxSessionDuration"]) == ("new", 3600)
    assert found["AssumeRolePolicyDocument"] == OTHER
    assert "PermissionsBoundary" not in found
    assert set(attached(iam, role.id)) == {two, others}
    assert iam.list_role_policies(RoleName=role.id)["PolicyNames"] == ["a"]
    assert iam.get_role_policy(RoleName=role.id, PolicyName="a")["PolicyDocument"] == WRITE
    assert iam.list_role_tags(RoleName=role.id)["Tags"] == []
    bounded = role.changed({**role.properties, "PermissionsBoundary": two})
    boundary = iam.get_role(RoleName=role.id)["Role"]["PermissionsBoundary"]
    assert boundary["PermissionsBoundaryArn"] == two
    with pytest.raises(ClientError, match="DeleteConflict"):
        bounded.delete()
    iam.detach_role_policy(RoleName=role.id, PolicyArn=others)
    bounded.delete()
    bounded.delete()
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName=role.id)


@pytest.mark.parametrize(
    "fault",
    [
        {"PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/not-there"},
        {"ManagedPolicyArns": [f"arn:aws:iam::{ACCOUNT}:policy/not-there"]},
        {"Policies": [{"PolicyName": "without a document"}]},
        {"Policies": [{"PolicyName": "x", "PolicyDocument": READ, "Also": "y"}]},
        {"MaxSessionDuration": "an hour"},
        {"Handler": "x"},
    ],
    ids=str,
)
def test_a_role_that_cannot_be_made_whole_is_not_there(bench: Workbench, iam: Any, fault: dict[str, Any]) -> None:
    called = name()
    with pytest.raises(REFUSED):
        bench.make(ROLE, {"RoleName": called, "AssumeRolePolicyDocument": TRUST, **fault})
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName=called)


def test_what_a_role_needs_is_asked_for(bench: Workbench) -> None:
    with pytest.raises(REFUSED, match=r"required key \[AssumeRolePolicyDocument\] not found"):
        bench.make(ROLE, {"RoleName": name()})


def test_a_managed_policy_is_as_it_says_and_changes_more_often_than_it_has_versions(bench: Workbench, iam: Any) -> None:
    made = managed(bench, Description="reads")
    assert iam.get_policy(PolicyArn=made.id)["Policy"]["Description"] == "reads"
    assert document(iam, made.id) == READ
    assert made.made.attributes["PolicyArn"] == made.id
    for number in range(7):
        again = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::a/{number}"})
        made = made.changed({**made.properties, "PolicyDocument": again})
        assert document(iam, made.id) == again
    made.delete()
    made.delete()
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_policy(PolicyArn=made.id)


def test_a_managed_policy_is_attached_to_those_it_names(bench: Workbench, iam: Any) -> None:
    one, two = (bench.make(ROLE, {"AssumeRolePolicyDocument": TRUST}).id for _ in range(2))
    made = managed(bench, Roles=[one])
    assert attached(iam, one) == [made.id]
    made = made.changed({**made.properties, "Roles": [two]})
    assert (attached(iam, one), attached(iam, two)) == ([], [made.id])
    made.delete()
    assert attached(iam, two) == []


def test_a_managed_policy_in_use_stays(bench: Workbench, iam: Any) -> None:
    made, boundary = managed(bench), managed(bench)
    bench.make(
        ROLE,
        {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": [made.id], "PermissionsBoundary": boundary.id},
    )
    for each in (made, boundary):
        with pytest.raises(ClientError, match="DeleteConflict"):
            each.delete()
        assert document(iam, each.id) == READ


def test_awss_own_policies_are_there(bench: Workbench, iam: Any) -> None:
    arn = "arn:aws:iam::aws:policy/job-function/Billing"
    group = bench.make(GROUP, {"ManagedPolicyArns": [arn]})
    (found,) = iam.list_attached_group_policies(GroupName=group.id)["AttachedPolicies"]
    assert found["PolicyArn"] == arn
    with pytest.raises(REFUSED, match="NoSuchEntity"):
        bench.make(GROUP, {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/Billing"]})


def test_a_policy_inside_a_role_that_is_there(bench: Workbench, iam: Any) -> None:
    role = bench.make(ROLE, {"AssumeRolePolicyDocument": TRUST}).id
    properties = {"RoleName": role, "PolicyName": "assume", "PolicyDocument": READ}
    made = bench.make("AWS::IAM::RolePolicy", properties)
    assert iam.get_role_policy(RoleName=role, PolicyName="assume")["PolicyDocument"] == READ
    made = made.changed({**properties, "PolicyDocument": WRITE})
    assert iam.get_role_policy(RoleName=role, PolicyName="assume")["PolicyDocument"] == WRITE
    made.delete()
    made.delete()
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == []


def test_one_policy_inside_several(bench: Workbench, iam: Any) -> None:
    role, group = bench.make(ROLE, {"AssumeRolePolicyDocument": TRUST}).id, bench.make(GROUP, {}).id
    properties = {"PolicyName": "p", "PolicyDocument": READ, "Roles": [role], "Groups": [group]}
    made = bench.make("AWS::IAM::Policy", properties)
    assert iam.get_group_policy(GroupName=group, PolicyName="p")["PolicyDocument"] == READ
    made = made.changed({"PolicyName": "q", "PolicyDocument": WRITE, "Roles": [role]})
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["q"]
    assert iam.list_group_policies(GroupName=group)["PolicyNames"] == []
    made.delete()
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == []
    with pytest.raises(REFUSED, match="must be non-empty"):
        bench.make("AWS::IAM::Policy", {"PolicyName": "p", "PolicyDocument": READ})


def test_a_group_and_its_users(bench: Workbench, iam: Any) -> None:
    group = bench.make(GROUP, {"GroupName": name(), "Policies": [{"PolicyName": "p", "PolicyDocument": READ}]})
    assert group.made.attributes["Arn"] == iam.get_group(GroupName=group.id)["Group"]["Arn"]
    assert iam.get_group_policy(GroupName=group.id, PolicyName="p")["PolicyDocument"] == READ
    user = bench.make(USER, {"UserName": name(), "Groups": [group.id], "Tags": [{"Key": "a", "Value": "b"}]})
    assert iam.get_user(UserName=user.id)["User"]["Tags"] == [{"Key": "a", "Value": "b"}]
    other = bench.make(USER, {})
    added = bench.make("AWS::IAM::UserToGroupAddition", {"GroupName": group.id, "Users": [other.id]})
    assert users(iam, group.id) == {user.id, other.id}
    added.changed({"GroupName": group.id, "Users": []})
    assert users(iam, group.id) == {user.id}
    user = user.changed({"Policies": [{"PolicyName": "p", "PolicyDocument": WRITE}]})
    assert users(iam, group.id) == set()
    assert iam.get_user_policy(UserName=user.id, PolicyName="p")["PolicyDocument"] == WRITE
    assert iam.list_user_tags(UserName=user.id)["Tags"] == []
    for each in (user, other, group):
        each.delete()
        each.delete()
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_group(GroupName=group.id)


@pytest.mark.parametrize("type", [GROUP, USER])
def test_a_path_changes_and_the_arn_with_it(bench: Workbench, type: str) -> None:
    made = bench.make(type, {"Path": "/one/"})
    assert made.made.attributes["Arn"].endswith(f"/one/{made.id}")
    made = made.changed({"Path": "/two/"})
    assert made.made.attributes["Arn"].endswith(f"/two/{made.id}")
    assert made.changed({}).made.attributes["Arn"].endswith(f":{type.rpartition(':')[2].lower()}/{made.id}")


def test_a_user_with_an_access_key_or_a_password_is_not_deleted(bench: Workbench, iam: Any) -> None:
    user = bench.make(USER, {"UserName": name()})
    key = iam.create_access_key(UserName=user.id)["AccessKey"]["AccessKeyId"]
    with pytest.raises(ClientError, match="must delete access keys first") as refused:
        user.delete()
    assert refused.value.response["Error"]["Code"] == "DeleteConflict"
    iam.delete_access_key(UserName=user.id, AccessKeyId=key)
    iam.create_login_profile(UserName=user.id, Password="a-password")
    with pytest.raises(ClientError, match="must delete login profile first"):
        user.delete()
    iam.delete_login_profile(UserName=user.id)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.id)["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName=user.id, SerialNumber=device, **codes)
    with pytest.raises(ClientError, match="must delete MFA device first"):
        user.delete()
    iam.deactivate_mfa_device(UserName=user.id, SerialNumber=device)
    user.delete()
    assert user.id not in {one["UserName"] for one in iam.list_users()["Users"]}


def test_a_user_is_bounded(bench: Workbench, iam: Any) -> None:
    one, two = managed(bench), managed(bench).id
    user = bench.make(USER, {"PermissionsBoundary": one.id})

    def boundary() -> Any:
        return iam.get_user(UserName=user.id)["User"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")

    assert boundary() == one.id
    with pytest.raises(ClientError, match="DeleteConflict"):
        one.delete()
    user = user.changed({"PermissionsBoundary": two})
    assert boundary() == two
    user = user.changed({})
    assert boundary() is None
    with pytest.raises(REFUSED, match="does not exist"):
        bench.make(USER, {"PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/not-there"})


def users(iam: Any, group: str) -> set[str]:
    return {each["UserName"] for each in iam.get_group(GroupName=group)["Users"]}


def test_a_provider_of_web_identities(bench: Workbench, iam: Any) -> None:
    host = f"{name()}.example.com"
    properties = {"Url": f"https://{host}", "ClientIdList": ["sts.amazonaws.com"]}
    made = bench.make("AWS::IAM::OIDCProvider", properties, tags={"stack": "yes"})
    assert made.id == f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}" == made.made.attributes["Arn"]
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=made.id)
    assert (found["Url"], found["ClientIDList"]) == (host, ["sts.amazonaws.com"])
    assert found["Tags"] == [{"Key": "stack", "Value": "yes"}]
    with pytest.raises(REFUSED, match=f"Provider with url https://{host} already exists"):
        bench.make("AWS::IAM::OIDCProvider", properties)
    made = made.changed({**properties, "ClientIdList": ["other"], "ThumbprintList": ["a" * 40]})
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=made.id)
    assert (found["ClientIDList"], found["ThumbprintList"]) == (["other"], ["a" * 40])
    made.delete()
    made.delete()
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=made.id)
