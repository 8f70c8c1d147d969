"""Asks each service whether a resource is what the template says: never CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from templates.made import Made
from waybill.sandbox import layout

Properties = Mapping[str, Any]


def check(made: Made) -> None:
    """Hold every resource of a stack to its properties, and its outputs to what they should be."""
    told = made.told()
    assert made.ids.keys() == told.resources.keys()
    for name, body in told.resources.items():
        CHECKS[body["Type"]](made, made.ids[name], body.get("Properties", {}))
    assert made.outputs == {name: str(value) for name, value in told.outputs.items()}


def holds(found: Any, told: Any, at: str = "") -> None:
    """Hold what a service says to what the template does: a service may say more, in names of its own case."""
    if isinstance(told, Mapping):
        assert isinstance(found, Mapping), at
        named = {str(name).lower(): value for name, value in found.items()}
        for name, value in told.items():
            assert name.lower() in named, f"{at}.{name} is missing in {found}"
            holds(named[name.lower()], value, f"{at}.{name}")
    elif isinstance(told, list):
        # CloudFront's lists are in a structure.
        items = found["Items"] if isinstance(found, Mapping) else found
        assert len(items) == len(told), f"{at}: {items} for {told}"
        for number, (one, other) in enumerate(zip(items, told, strict=True)):
            holds(one, other, f"{at}[{number}]")
    else:
        assert plain(found) == plain(told), at


def plain(value: Any) -> str:
    """Numbers and truth values are given as text."""
    return value if isinstance(value, str) else json.dumps(value)


def bucket(made: Made, id: str, told: Properties) -> None:
    s3, which = made.client("s3"), {"Bucket": id}
    where = s3.get_bucket_location(**which)["LocationConstraint"]
    assert (where or "us-east-1", told.get("BucketName", id)) == (made.region, id)
    assert s3.get_bucket_versioning(**which)["Status"] == told["VersioningConfiguration"]["Status"]
    (said,) = told["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (rule,) = s3.get_bucket_encryption(**which)["ServerSideEncryptionConfiguration"]["Rules"]
    holds(rule["ApplyServerSideEncryptionByDefault"], said["ServerSideEncryptionByDefault"])
    assert rule.get("BucketKeyEnabled", False) is said.get("BucketKeyEnabled", False)
    access = s3.get_public_access_block(**which)["PublicAccessBlockConfiguration"]
    assert access == told["PublicAccessBlockConfiguration"]
    holds(s3.get_bucket_ownership_controls(**which)["OwnershipControls"], told["OwnershipControls"])
    holds(s3.get_bucket_lifecycle_configuration(**which)["Rules"], lifecycle(told))
    bridge = told.get("NotificationConfiguration", {}).get("EventBridgeConfiguration", {}).get("EventBridgeEnabled")
    assert ("EventBridgeConfiguration" in s3.get_bucket_notification_configuration(**which)) is bool(bridge)
    cors(s3, which, told)
    if "ReplicationConfiguration" in told:
        found = s3.get_bucket_replication(**which)["ReplicationConfiguration"]
        holds(found, told["ReplicationConfiguration"])
    else:
        missing(s3.get_bucket_replication, "ReplicationConfigurationNotFoundError", **which)


def lifecycle(told: Properties) -> list[dict[str, Any]]:
    rules = []
    for rule in told["LifecycleConfiguration"]["Rules"]:
        said = {name: value for name, value in rule.items() if name != "ExpirationInDays"}
        days = {"Expiration": {"Days": rule["ExpirationInDays"]}} if "ExpirationInDays" in rule else {}
        rules.append({**said, **days})
    return rules


def cors(s3: Any, which: Mapping[str, str], told: Properties) -> None:
    if "CorsConfiguration" not in told:
        missing(s3.get_bucket_cors, "NoSuchCORSConfiguration", **which)
        return
    names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    rules = [
        {names.get(name, name): value for name, value in rule.items()}
        for rule in told["CorsConfiguration"]["CorsRules"]
    ]
    holds(s3.get_bucket_cors(**which)["CORSRules"], rules)


def missing(call: Any, code: str, **which: Any) -> None:
    with pytest.raises(ClientError) as refused:
        call(**which)
    assert refused.value.response["Error"]["Code"] == code


def bucket_policy(made: Made, id: str, told: Properties) -> None:
    found = made.client("s3").get_bucket_policy(Bucket=told["Bucket"])["Policy"]
    assert json.loads(found) == told["PolicyDocument"]


def key(made: Made, id: str, told: Properties) -> None:
    kms = made.client("kms")
    found = kms.describe_key(KeyId=id)["KeyMetadata"]
    assert (found["Description"], found["KeyState"]) == (told["Description"], "Enabled")
    assert found["Arn"] == f"arn:aws:kms:{made.region}:{made.account}:key/{id}"
    multiple = bool(found.get("MultiRegion"))
    assert multiple is told.get("MultiRegion", "PrimaryKeyArn" in told)
    if multiple:
        kind = "REPLICA" if "PrimaryKeyArn" in told else "PRIMARY"
        assert found["MultiRegionConfiguration"]["MultiRegionKeyType"] == kind
    if "PrimaryKeyArn" in told:
        assert found["MultiRegionConfiguration"]["PrimaryKey"]["Arn"] == told["PrimaryKeyArn"]
    else:
        rotation = kms.get_key_rotation_status(KeyId=id)["KeyRotationEnabled"]
        assert rotation is told["EnableKeyRotation"]
    assert json.loads(kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"]) == told["KeyPolicy"]


def alias(made: Made, id: str, told: Properties) -> None:
    assert id == told["AliasName"]
    assert made.client("kms").describe_key(KeyId=id)["KeyMetadata"]["KeyId"] == told["TargetKeyId"]


def parameter(made: Made, id: str, told: Properties) -> None:
    holds(made.client("ssm").get_parameter_history(Name=id)["Parameters"][-1], told)


def managed_policy(made: Made, id: str, told: Properties) -> None:
    iam = made.client("iam")
    found = iam.get_policy(PolicyArn=id)["Policy"]
    assert (found["PolicyName"], found["Description"]) == (told["ManagedPolicyName"], told["Description"])
    version = iam.get_policy_version(PolicyArn=id, VersionId=found["DefaultVersionId"])["PolicyVersion"]
    assert version["Document"] == told["PolicyDocument"]


def role(made: Made, id: str, told: Properties) -> None:
    iam = made.client("iam")
    found = iam.get_role(RoleName=id)["Role"]
    same = {name: told[name] for name in ("RoleName", "Description", "MaxSessionDuration") if name in told}
    holds(found, same)
    assert found["AssumeRolePolicyDocument"] == told["AssumeRolePolicyDocument"]
    bounded(found, told)
    attached = iam.list_attached_role_policies(RoleName=id)["AttachedPolicies"]
    assert {one["PolicyArn"] for one in attached} == set(told.get("ManagedPolicyArns", []))
    for policy in told.get("Policies", []):
        inside = iam.get_role_policy(RoleName=id, PolicyName=policy["PolicyName"])
        assert inside["PolicyDocument"] == policy["PolicyDocument"]


def bounded(found: Properties, told: Properties) -> None:
    boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    assert boundary == told.get("PermissionsBoundary")


def role_policy(made: Made, id: str, told: Properties) -> None:
    found = made.client("iam").get_role_policy(RoleName=told["RoleName"], PolicyName=told["PolicyName"])
    assert found["PolicyDocument"] == told["PolicyDocument"]


def group(made: Made, id: str, told: Properties) -> None:
    assert id == told["GroupName"]
    attached = made.client("iam").list_attached_group_policies(GroupName=id)["AttachedPolicies"]
    assert {one["PolicyArn"] for one in attached} == set(told.get("ManagedPolicyArns", []))


def user(made: Made, id: str, told: Properties) -> None:
    iam = made.client("iam")
    bounded(iam.get_user(UserName=told["UserName"])["User"], told)
    groups = iam.list_groups_for_user(UserName=id)["Groups"]
    assert [one["GroupName"] for one in groups] == told["Groups"]


def members(made: Made, id: str, told: Properties) -> None:
    found = made.client("iam").get_group(GroupName=told["GroupName"])["Users"]
    assert {one["UserName"] for one in found} >= set(told["Users"])


def provider(made: Made, id: str, told: Properties) -> None:
    found = made.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=id)
    assert (f"https://{found['Url']}", found["ClientIDList"]) == (told["Url"], told["ClientIdList"])


def pipeline(made: Made, id: str, told: Properties) -> None:
    found = made.client("codepipeline").get_pipeline(name=id)["pipeline"]
    holds(found, {name: value for name, value in told.items() if name != "ArtifactStores"})
    stores = {one["Region"]: one["ArtifactStore"] for one in told["ArtifactStores"]}
    assert found["artifactStores"].keys() == stores.keys()
    holds(found["artifactStores"], stores)


def rule(made: Made, id: str, told: Properties) -> None:
    events = made.client("events")
    found = events.describe_rule(Name=id)
    assert (found["State"], found["Description"]) == ("ENABLED", told["Description"])
    assert json.loads(found["EventPattern"]) == told["EventPattern"]
    assert events.list_targets_by_rule(Rule=id)["Targets"] == told["Targets"]


def distribution(made: Made, id: str, told: Properties) -> None:
    found = made.client("cloudfront").get_distribution_config(Id=id)["DistributionConfig"]
    holds(found, told["DistributionConfig"])


def control(made: Made, id: str, told: Properties) -> None:
    found = made.client("cloudfront").get_origin_access_control(Id=id)["OriginAccessControl"]
    holds(found, told)


def images(made: Made, id: str, told: Properties) -> None:
    ecr, which = made.client("ecr"), {"repositoryName": id}
    (found,) = ecr.describe_repositories(repositoryNames=[id])["repositories"]
    same = {"ImageTagMutability", "ImageScanningConfiguration", "EncryptionConfiguration", "RepositoryName"}
    holds(found, {name: told[name] for name in same})
    rules = ecr.get_lifecycle_policy(**which)["lifecyclePolicyText"]
    assert json.loads(rules) == json.loads(told["LifecyclePolicy"]["LifecyclePolicyText"])
    if "RepositoryPolicyText" in told:
        assert json.loads(ecr.get_repository_policy(**which)["policyText"]) == told["RepositoryPolicyText"]
    else:
        missing(ecr.get_repository_policy, "RepositoryPolicyNotFoundException", **which)


def domain(made: Made, id: str, told: Properties) -> None:
    client, which = made.client("codeartifact"), {"domain": told["DomainName"]}
    found = client.describe_domain(**which)["domain"]
    assert (found["arn"], found["owner"]) == (id, made.account)
    assert told.get("EncryptionKey", found["encryptionKey"]) == found["encryptionKey"]
    permissions(client.get_domain_permissions_policy, which, told)


def repository(made: Made, id: str, told: Properties) -> None:
    client = made.client("codeartifact")
    which = {"domain": told["DomainName"], "repository": told["RepositoryName"]}
    found = client.describe_repository(**which)["repository"]
    assert (found["arn"], found["description"]) == (id, told["Description"])
    assert [one["repositoryName"] for one in found["upstreams"]] == told.get("Upstreams", [])
    connections = [one["externalConnectionName"] for one in found["externalConnections"]]
    assert connections == told.get("ExternalConnections", [])
    permissions(client.get_repository_permissions_policy, which, told)


def permissions(call: Any, which: Mapping[str, str], told: Properties) -> None:
    if "PermissionsPolicyDocument" in told:
        assert json.loads(call(**which)["policy"]["document"]) == told["PermissionsPolicyDocument"]
    else:
        missing(call, "ResourceNotFoundException", **which)


def stack_set(made: Made, id: str, told: Properties) -> None:
    client, which = made.client("cloudformation"), {"StackSetName": told["StackSetName"], "CallAs": told["CallAs"]}
    found = client.describe_stack_set(**which)["StackSet"]
    same = {"StackSetName", "Description", "PermissionModel", "Capabilities"}
    holds(found, {name: told[name] for name in same} | {"StackSetId": id})
    (group,) = told["StackInstancesGroup"]
    accounts = set(group["DeploymentTargets"].get("Accounts", layout.ACCOUNTS))
    accounts &= set(layout.ACCOUNTS)
    instances = client.list_stack_instances(**which)["Summaries"]
    places = {(one["Account"], one["Region"]) for one in instances}
    assert places == {(account, region) for account in accounts for region in group["Regions"]}
    assert {one["StackInstanceStatus"]["DetailedStatus"] for one in instances} == {"SUCCEEDED"}
    template = told["TemplateURL"].rpartition("/")[2].removesuffix(".yaml")
    said, given = ({one["ParameterKey"]: one["ParameterValue"] for one in each["Parameters"]} for each in (found, told))
    assert said.items() >= given.items()
    for one in instances:
        check(made.hands.made(template, given, one["Account"], one["Region"], one["StackId"]))


CHECKS = {
    "AWS::CloudFormation::StackSet": stack_set,
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": bucket_policy,
    "AWS::KMS::Key": key,
    "AWS::KMS::ReplicaKey": key,
    "AWS::KMS::Alias": alias,
    "AWS::SSM::Parameter": parameter,
    "AWS::IAM::ManagedPolicy": managed_policy,
    "AWS::IAM::Role": role,
    "AWS::IAM::RolePolicy": role_policy,
    "AWS::IAM::Group": group,
    "AWS::IAM::User": user,
    "AWS::IAM::UserToGroupAddition": members,
    "AWS::IAM::OIDCProvider": provider,
    "AWS::CodePipeline::Pipeline": pipeline,
    "AWS::Events::Rule": rule,
    "AWS::CloudFront::Distribution": distribution,
    "AWS::CloudFront::OriginAccessControl": control,
    "AWS::ECR::Repository": images,
    "AWS::CodeArtifact::Domain": domain,
    "AWS::CodeArtifact::Repository": repository,
}
