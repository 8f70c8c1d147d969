"""The parameters that matter of every template: each of its conditions is true in one case and false in another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEY: Final = "arn:aws:kms:eu-west-1:222222222222:key/mrk-0123456789abcdef0123456789abcdef"
MEDIA_KEY: Final = "arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555"
STAGING_KEY: Final = "arn:aws:kms:us-east-1:111111111111:key/mrk-0123456789abcdef0123456789abcdef"

CASES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "region": {
        "the home region of development": {
            "HomeRegion": "us-east-1",
            "ReaderAccounts": "222222222222,333333333333",
        },
        "the home region of production": {
            "HomeRegion": "us-east-1",
            "SourceAccount": "111111111111",
            "PipelineAccount": "111111111111",
            "OutputBucketArns": "arn:aws:s3:::pages-one,arn:aws:s3:::pages-two",
            "DistributionSetup": "waybill",
            "EnforceConditionalWrites": "yes",
        },
        "another region, replicated": {
            "HomeRegion": "eu-west-1",
            "PrimaryKeyArn": KEY,
            "KeyPrefix": "artifacts/",
            "ReaderAccounts": "222222222222",
            "ReplicaBucketArn": "arn:aws:s3:::replica",
            "ReplicaKeyArn": KEY,
        },
        "any region of an organisation": {
            "HomeRegion": "us-east-1",
            "KeyPerRegion": "yes",
            "SourceAccount": "111111111111",
            "PipelineAccount": "111111111111",
        },
    },
    "identity": {
        "development, from GitHub": {
            "StageSubjects": "repo:acme/site:ref:refs/tags/v*,repo:acme@12/site@34:ref:refs/tags/v*",
            "PromoteSubjects": "repo:acme/site:environment:production,repo:acme@12/site@34:environment:production",
            "DeploySubjects": "repo:acme/site:environment:production,repo:acme@12/site@34:environment:production",
            "ReadSubjects": "repo:acme/site:ref:refs/heads/main,repo:acme@12/site@34:ref:refs/heads/main",
            **{
                f"{role}Targets": f"arn:aws:iam::222222222222:role/waybill-{role.lower()}"
                for role in ("Stage", "Promote", "Deploy", "Read")
            },
            "DeployPolicyArns": "arn:aws:iam::111111111111:policy/waybill-AllowPipeline",
        },
        "production, from development": {
            "MakeProvider": "no",
            "TrustedAccounts": "111111111111",
            "ExternalId": "acme-releases",
            "PermissionsBoundaryArn": "arn:aws:iam::222222222222:policy/company-boundary",
            "MaxSessionSeconds": "7200",
            **{
                f"{role}Assumers": f"arn:aws:iam::111111111111:role/waybill-{role.lower()}"
                for role in ("Stage", "Promote", "Deploy", "Read")
            },
            "StagePolicyArns": "arn:aws:iam::222222222222:policy/waybill-AllowWrite",
            "PromotePolicyArns": "arn:aws:iam::222222222222:policy/waybill-AllowPromote",
            "DeployPolicyArns": "arn:aws:iam::222222222222:policy/waybill-AllowDeploy",
            "ReadPolicyArns": "arn:aws:iam::222222222222:policy/waybill-AllowRead",
        },
        "production, by the names of its own policies": {
            "MakeProvider": "no",
            "TrustedAccounts": "111111111111",
            "ExternalId": "acme-releases",
            "PolicyNamePrefix": "waybill-",
            **{
                f"{role}Assumers": f"arn:aws:iam::111111111111:role/waybill-{role.lower()}"
                for role in ("Stage", "Promote", "Deploy", "Read")
            },
        },
        "nobody yet": {},
    },
    "pipeline": {
        "one region, from an input bucket": {
            "PipelineName": "crossaccountdeploy",
            "ProductionAccount": "222222222222",
            "InputBucketName": "codepipeline-input-bucket",
            "SourceObjectKey": "sample-website.zip",
            "OutputBucketName": "codepipeline-output-bucket",
            "StartsOnUpload": "yes",
            "DistributionArns": "arn:aws:cloudfront::111111111111:distribution/E1ABCDEF2GHIJK",
        },
        "three regions, from the staging bucket": {
            "PipelineName": "staged-deploy",
            "ProductionAccount": "222222222222",
            "StagingBucketName": "waybill-staging-111111111111-us-east-1",
            "StagingKeyArn": STAGING_KEY,
            "StagedAccount": "111111111111",
            "OutputBucketName": "pages-us-east-1",
            "OutputFolder": "site",
            "SecondRegion": "us-west-2",
            "SecondArtifactBucketName": "codepipeline-us-west-2-111111111111",
            "SecondKeyArn": "arn:aws:kms:us-west-2:111111111111:key/11111111-2222-3333-4444-555555555555",
            "SecondOutputBucketName": "pages-us-west-2",
            "ThirdRegion": "eu-west-1",
            "ThirdArtifactBucketName": "codepipeline-eu-west-1-111111111111",
            "ThirdKeyArn": "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555",
            "ThirdOutputBucketName": "pages-eu-west-1",
        },
    },
    "pipeline-region": {
        "a further region": {"ProductionAccount": "222222222222"},
    },
    "production": {
        "one bucket": {
            "OutputBucketName": "codepipeline-output-bucket",
            "DevelopmentAccount": "111111111111",
            "ArtifactBucketArns": "arn:aws:s3:::codepipeline-us-east-1-111111111111",
            "PipelineKeyArns": "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555",
            "ComparingRoleArns": "arn:aws:iam::111111111111:role/waybill-deploy",
        },
        "one of several, behind CloudFront": {
            "OutputBucketName": "pages-us-east-1",
            "OutputKeyArn": KEY,
            "DevelopmentAccount": "111111111111",
            "OtherOutputBucketArns": "arn:aws:s3:::pages-us-west-2,arn:aws:s3:::pages-eu-west-1",
            "MakesDistribution": "yes",
            "DistributionFolder": "/site",
            "DomainNames": "www.example.com",
            "CertificateArn": "arn:aws:acm:us-east-1:222222222222:certificate/11111111-2222-3333-4444-555555555555",
        },
        "a further region": {
            "OutputBucketName": "pages-us-west-2",
            "DevelopmentAccount": "111111111111",
            "MakesRole": "no",
        },
    },
    "application": {
        "a client with its pages": {
            "ApplicationName": "brewery",
            "BucketArns": "arn:aws:s3:::brewery,arn:aws:s3:::brewery-content",
            "DistributionArns": "arn:aws:cloudfront::222222222222:distribution/E1ABCDEF2GHIJK",
            "MemberNames": "ada,grace",
        },
        "an application with media": {
            "ApplicationName": "sugarwater",
            "NamePrefix": "acme-",
            "BucketArns": "arn:aws:s3:::sugarwater",
            "KeyArns": KEY,
            "MediaBucketName": "sugarwater-media",
            "MediaOrigins": "https://www.example.com,http://localhost:3000",
            "MediaReadOrigins": "https://*.example.com",
            "MediaKeyArn": MEDIA_KEY,
            "RoleServices": "ecs-tasks.amazonaws.com,lambda.amazonaws.com",
            "RoleAssumers": "arn:aws:iam::111111111111:role/sugarwater-tests",
            "TrustedAccounts": "111111111111",
            "ExternalId": "acme-releases",
            "UserName": "sugarwater-uploader",
            "SecondUserName": "sugarwater-importer",
            "ThirdUserName": "sugarwater-mirror",
            "PermissionsBoundaryArn": "arn:aws:iam::222222222222:policy/company-boundary",
        },
        "a client that has nothing yet": {"ApplicationName": "distillery"},
    },
    "account": {
        "with its people": {
            "TechLeadNames": "ada,grace",
            "BillingNames": "ada",
            "BillingPolicyArns": "arn:aws:iam::aws:policy/job-function/Billing",
        },
        "whose leads may do less": {
            "TechLeadGroupName": "leads",
            "TechLeadPolicyArns": "arn:aws:iam::aws:policy/PowerUserAccess",
            "BillingGroupName": "",
        },
        "whose people come through an identity provider": {"TechLeadGroupName": "", "BillingGroupName": ""},
    },
    "organisation": {
        "the units of production": {
            "RegionTemplateUrl": "https://acme-templates.s3.us-east-1.amazonaws.com/1.0.0/region.yaml",
            "IdentityTemplateUrl": "https://acme-templates.s3.us-east-1.amazonaws.com/1.0.0/identity.yaml",
            "OrganizationalUnitIds": "ou-a1b2-c3d4e5f6,ou-a1b2-g7h8i9j0",
            "Regions": "us-east-1,us-west-2,eu-west-1",
            "HomeRegion": "us-east-1",
            "SourceAccount": "111111111111",
            "PipelineAccount": "111111111111",
            "MakeProvider": "no",
            "TrustedAccounts": "111111111111",
            "ExternalId": "acme-releases",
            "PromoteAssumers": "arn:aws:iam::111111111111:role/waybill-promote",
            "DeployAssumers": "arn:aws:iam::111111111111:role/waybill-deploy",
        },
        "some accounts of a unit": {
            "RegionTemplateUrl": "https://acme-templates.s3.us-east-1.amazonaws.com/1.0.0/region.yaml",
            "OrganizationalUnitIds": "r-a1b2",
            "Accounts": "222222222222,333333333333",
            "Regions": "us-east-1",
            "HomeRegion": "us-east-1",
            "CallAs": "DELEGATED_ADMIN",
            "FailureToleranceCount": "1",
        },
        "accounts of no organisation": {
            "RegionTemplateUrl": "https://acme-templates.s3.us-east-1.amazonaws.com/1.0.0/region.yaml",
            "IdentityTemplateUrl": "https://acme-templates.s3.us-east-1.amazonaws.com/1.0.0/identity.yaml",
            "PermissionModel": "SELF_MANAGED",
            "Accounts": "111111111111",
            "Regions": "us-east-1,eu-west-1",
            "HomeRegion": "us-east-1",
            "ReaderAccounts": "222222222222,333333333333",
            "StageSubjects": "repo:acme/site:ref:refs/tags/v*,repo:acme@12/site@34:ref:refs/tags/v*",
        },
    },
    "codeartifact": {
        "a domain, for others": {
            "DomainName": "acme",
            "RepositoryName": "internal",
            "KeyArn": MEDIA_KEY,
            "UpstreamConnection": "public:pypi",
            "UpstreamName": "pypi-store",
            "SecondUpstreamConnection": "public:npmjs",
            "SecondUpstreamName": "npm-store",
            "ReaderAccounts": "222222222222,333333333333",
            "ReaderOrganisationId": "o-a1b2c3d4e5",
            "TokenAccounts": "444444444444",
            "PublisherAccounts": "222222222222",
            "PublisherArns": "arn:aws:iam::222222222222:role/publisher,arn:aws:iam::222222222222:user/ada",
            "PublishedPackages": "pypi//acme-*",
            "AdministratorAccounts": "333333333333",
            "AdministratorArns": "arn:aws:iam::333333333333:role/platform",
        },
        "a further repository": {
            "DomainName": "acme",
            "MakesDomain": "no",
            "RepositoryName": "nightly",
            "ExistingUpstreams": "internal,pypi-store",
            "PublisherAccounts": "444444444444",
        },
        "for this account alone": {"DomainName": "acme", "RepositoryName": "internal"},
        "the domain alone": {"DomainName": "umbrella", "MakesRepository": "no", "ReaderAccounts": "333333333333"},
        "one account administers": {
            "DomainName": "acme",
            "RepositoryName": "internal",
            "AdministratorAccounts": "333333333333",
        },
    },
    "registry": {
        "the action's own image": {"RepositoryName": "waybill"},
        "an application's, for others": {
            "RepositoryName": "acme/site",
            "KeyArn": KEY,
            "PullAccounts": "111111111111,333333333333",
            "BareCommits": "no",
            "TagMutability": "IMMUTABLE",
            "ReleasesKept": "5",
        },
    },
}
