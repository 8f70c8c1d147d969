"""Parameters, repositories of images, distributions: their services say what the template says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.cloudformation.types.workbench import REFUSED, Workbench, name, policy

pytestmark = pytest.mark.engine

PARAMETER, REPOSITORY = "AWS::SSM::Parameter", "AWS::ECR::Repository"
DISTRIBUTION, CONTROL = "AWS::CloudFront::Distribution", "AWS::CloudFront::OriginAccessControl"


def test_a_parameter_is_as_it_says_and_changes(bench: Workbench) -> None:
    called = f"/{name()}"
    properties = {"Name": called, "Type": "String", "Value": "a", "Description": "d", "Tags": {"a": "b"}}
    made = bench.make(PARAMETER, properties, tags={"stack": "yes"})
    ssm = bench.client("ssm")
    assert (made.id, made.made.attributes) == (called, {"Type": "String", "Value": "a"})
    assert ssm.get_parameter(Name=called)["Parameter"]["Value"] == "a"
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=called)["TagList"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"a": "b", "stack": "yes"}
    with pytest.raises(REFUSED, match="ParameterAlreadyExists"):
        bench.make(PARAMETER, properties)
    made = made.changed({**properties, "Tags": {}})
    assert ssm.get_parameter(Name=called)["Parameter"]["Version"] == 1
    made = made.changed({"Name": called, "Type": "String", "Value": "b"})
    found = ssm.get_parameter_history(Name=called)["Parameters"][-1]
    assert (found["Value"], found.get("Description", ""), made.made.attributes["Value"]) == ("b", "", "b")
    made.delete()
    made.delete()
    with pytest.raises(ClientError, match="ParameterNotFound"):
        ssm.get_parameter(Name=called)


def test_a_secret_is_not_made_by_a_stack(bench: Workbench) -> None:
    with pytest.raises(REFUSED, match="SecureString"):
        bench.make(PARAMETER, {"Name": f"/{name()}", "Type": "SecureString", "Value": "a"})


def test_a_repository_of_images_is_as_it_says_and_changes(bench: Workbench) -> None:
    rules = json.dumps(
        {
            "rules": [
                {
                    "rulePriority": 1,
                    "selection": {
                        "tagStatus": "tagged",
                        "tagPatternList": ["v*"],
                        "countType": "imageCountMoreThan",
                        "countNumber": 5,
                    },
                    "action": {"type": "expire"},
                }
            ]
        }
    )
    pull = {"Sid": "Pull", "Effect": "Allow", "Principal": {"AWS": ["222222222222"]}, "Action": ["ecr:BatchGetImage"]}
    properties = {
        "RepositoryName": f"acme/{name()}",
        "ImageTagMutability": "IMMUTABLE",
        "ImageScanningConfiguration": {"ScanOnPush": "true"},
        "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "arn:aws:kms:us-east-1:111111111111:key/1"},
        "RepositoryPolicyText": policy(pull),
        "LifecyclePolicy": {"LifecyclePolicyText": rules},
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    made = bench.make(REPOSITORY, properties)
    ecr, which = bench.client("ecr"), {"repositoryName": made.id}
    (found,) = ecr.describe_repositories(repositoryNames=[made.id])["repositories"]
    assert (found["imageTagMutability"], found["imageScanningConfiguration"]["scanOnPush"]) == ("IMMUTABLE", True)
    assert found["encryptionConfiguration"]["encryptionType"] == "KMS"
    assert made.made.attributes == {"Arn": found["repositoryArn"], "RepositoryUri": found["repositoryUri"]}
    assert json.loads(ecr.get_lifecycle_policy(**which)["lifecyclePolicyText"]) == json.loads(rules)
    assert json.loads(ecr.get_repository_policy(**which)["policyText"]) == policy(pull)
    assert ecr.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"] == [{"Key": "a", "Value": "b"}]
    made = made.changed({"RepositoryName": made.id})
    (found,) = ecr.describe_repositories(repositoryNames=[made.id])["repositories"]
    assert (found["imageTagMutability"], found["imageScanningConfiguration"]["scanOnPush"]) == ("MUTABLE", False)
    with pytest.raises(ClientError, match="LifecyclePolicyNotFound"):
        ecr.get_lifecycle_policy(**which)
    with pytest.raises(ClientError, match="RepositoryPolicyNotFound"):
        ecr.get_repository_policy(**which)
    with pytest.raises(REFUSED, match="AlreadyExists"):
        bench.make(REPOSITORY, properties)
    made.delete()
    made.delete()
    with pytest.raises(ClientError, match="RepositoryNotFound"):
        ecr.describe_repositories(repositoryNames=[made.id])


def test_a_distribution_is_as_it_says_changes_and_goes(bench: Workbench) -> None:
    settings = {"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
    control = bench.make(CONTROL, {"OriginAccessControlConfig": {"Name": name(), **settings}})
    cloudfront = bench.client("cloudfront")
    found = cloudfront.get_origin_access_control(Id=control.id)["OriginAccessControl"]["OriginAccessControlConfig"]
    assert found["SigningBehavior"] == "always"
    config = shown(control.id)
    made = bench.make(DISTRIBUTION, {"DistributionConfig": config, "Tags": [{"Key": "a", "Value": "b"}]})
    told = cloudfront.get_distribution(Id=made.id)["Distribution"]
    assert made.made.attributes == {"Id": made.id, "DomainName": told["DomainName"]}
    kept = told["DistributionConfig"]
    assert (kept["Enabled"], kept["HttpVersion"], kept["Comment"]) == (True, "http2and3", "pages")
    assert kept["Aliases"] == {"Quantity": 1, "Items": ["www.example.com"]}
    certificate = kept["ViewerCertificate"]
    assert (certificate["ACMCertificateArn"], certificate["SSLSupportMethod"]) == ("arn:certificate", "sni-only")
    (origin,) = kept["Origins"]["Items"]
    assert (origin["OriginAccessControlId"], origin["OriginPath"]) == (control.id, "/site")
    assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}
    behaviour = kept["DefaultCacheBehavior"]
    assert (behaviour["ViewerProtocolPolicy"], behaviour["Compress"]) == ("redirect-to-https", True)
    assert behaviour["CachePolicyId"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"
    assert behaviour["AllowedMethods"]["Items"] == ["GET", "HEAD", "OPTIONS"]
    assert behaviour["AllowedMethods"]["CachedMethods"]["Items"] == ["GET", "HEAD"]
    with pytest.raises(ClientError, match="OriginAccessControlInUse"):
        control.delete()
    with pytest.raises(ClientError, match="DistributionNotDisabled"):
        cloudfront.delete_distribution(Id=made.id, IfMatch=cloudfront.get_distribution(Id=made.id)["ETag"])
    made = made.changed({"DistributionConfig": {**config, "DefaultRootObject": "start.html"}})
    kept = cloudfront.get_distribution_config(Id=made.id)["DistributionConfig"]
    assert (kept["DefaultRootObject"], kept["Origins"]["Items"][0]["OriginAccessControlId"]) == (
        "start.html",
        control.id,
    )
    tags = cloudfront.list_tags_for_resource(Resource=told["ARN"])["Tags"]
    assert not tags.get("Items")
    for each in (made, control):
        each.delete()
        each.delete()
    with pytest.raises(ClientError, match="NoSuchDistribution"):
        cloudfront.get_distribution(Id=made.id)


def shown(control: str) -> dict[str, Any]:
    return {
        "Enabled": "true",
        "Comment": "pages",
        "HttpVersion": "http2and3",
        "DefaultRootObject": "index.html",
        "Aliases": ["www.example.com"],
        "ViewerCertificate": {
            "AcmCertificateArn": "arn:certificate",
            "MinimumProtocolVersion": "TLSv1.2_2021",
            "SslSupportMethod": "sni-only",
        },
        "Origins": [
            {
                "Id": "bucket",
                "DomainName": "b.s3.us-east-1.amazonaws.com",
                "OriginPath": "/site",
                "OriginAccessControlId": control,
                "S3OriginConfig": {"OriginAccessIdentity": ""},
            }
        ],
        "DefaultCacheBehavior": {
            "TargetOriginId": "bucket",
            "ViewerProtocolPolicy": "redirect-to-https",
            "Compress": True,
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
            "CachedMethods": ["GET", "HEAD"],
        },
    }


@pytest.mark.parametrize(
    "fault",
    [{"Colour": "blue"}, {"Origins": [{"Id": "bucket"}]}, {"Enabled": "perhaps"}, {"Restrictions": {"Geo": []}}],
    ids=lambda fault: str(*fault),
)
def test_a_distribution_that_says_what_is_unknown_is_not_made(bench: Workbench, fault: dict[str, Any]) -> None:
    comment = name()
    config = shown("")
    del config["Origins"][0]["OriginAccessControlId"]
    with pytest.raises(REFUSED):
        bench.make(DISTRIBUTION, {"DistributionConfig": {**config, "Comment": comment, **fault}})
    found = bench.client("cloudfront").list_distributions()["DistributionList"].get("Items", [])
    assert comment not in {each["Comment"] for each in found}
