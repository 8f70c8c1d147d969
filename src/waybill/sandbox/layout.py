"""What is in the sandbox: accounts, regions and the names of everything prepared in them. Pure; no I/O.

Every account and region has a versioned bucket whose default encryption is SSE-KMS with a customer key of that account
and region (bucket key on), the key's alias, the SSM parameter with the bucket's name, and the organisation
configuration. Production's role `waybill-promote` may read development's buckets; nobody else of production may.

Two pipelines in the development account deploy into production, through its role `prods3role`:

    crossaccountdeploy   unpacks `sample-website.zip` of the bucket `codepipeline-input-bucket` into
                         `codepipeline-output-bucket`, which development may read
    staged-deploy        takes any key of the home region's staging bucket (a start names it) and unpacks it into the
                         folder `site` of `codepipeline-staged-bucket`, which development may not read

CodeArtifact has the domain `my_domain` of the development account in the home region, with the repository `my_repo`.
Production's user `bob` may publish `npm/parity/ui` there, as far as that account has a say in it.

An empty sandbox has none of this. Its two accounts are members of an organisation, as AWS Organizations makes them:
with the role `OrganizationAccountAccessRole`, which trusts the management account, where the sandbox's user is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

DEVELOPMENT: Final = "111111111111"
PRODUCTION: Final = "222222222222"
ACCOUNTS: Final = (DEVELOPMENT, PRODUCTION)
MANAGEMENT: Final = "999999999999"
REGIONS: Final = ("us-east-1", "us-west-2", "eu-west-1")
HOME_REGION: Final = REGIONS[0]

# Asked to see whether the sandbox is there. Not a bucket: their names begin with a letter or a digit.
READY_PATH: Final = "/.waybill-sandbox"

USER: Final = "waybill-sandbox"
USER_POLICY: Final = "waybill-sandbox"
BUCKET_PARAMETER: Final = "/buckets/staging"
CONFIGURATION_PARAMETER: Final = "/startifact"
PARAMETER_PREFIX: Final = "/artifacts"
KEY_ALIAS: Final = "alias/waybill-staging"

STAGE_ROLE: Final = "waybill-stage"
STAGE_ROLE_ARN: Final = f"arn:aws:iam::{PRODUCTION}:role/{STAGE_ROLE}"
STAGE_EXTERNAL_ID: Final = "waybill-sandbox"
PROMOTE_ROLE: Final = "waybill-promote"
PROMOTE_ROLE_ARN: Final = f"arn:aws:iam::{PRODUCTION}:role/{PROMOTE_ROLE}"
PROMOTE_EXTERNAL_ID: Final = STAGE_EXTERNAL_ID
OIDC_ROLE: Final = "waybill-oidc"
OIDC_ROLE_ARN: Final = f"arn:aws:iam::{DEVELOPMENT}:role/{OIDC_ROLE}"
OIDC_ISSUER: Final = "token.actions.githubusercontent.com"
OIDC_OWNER: Final = "acme"

# Of an empty sandbox only.
ORGANIZATION_ROLE: Final = "OrganizationAccountAccessRole"
ORGANIZATION_POLICY: Final = "AdministratorAccess"

# Both pipelines are in the development account's home region, and deploy into buckets of production there.
PIPELINE: Final = "crossaccountdeploy"
INPUT_BUCKET: Final = "codepipeline-input-bucket"
INPUT_KEY: Final = "sample-website.zip"
OUTPUT_BUCKET: Final = "codepipeline-output-bucket"
STAGED_PIPELINE: Final = "staged-deploy"
STAGED_INPUT_KEY: Final = "staged-deploy/nothing.zip"
STAGED_OUTPUT_BUCKET: Final = "codepipeline-staged-bucket"
STAGED_OUTPUT_FOLDER: Final = "site"
ARTIFACT_BUCKET: Final = f"codepipeline-{HOME_REGION}-{DEVELOPMENT}"
PIPELINE_KEY_ALIAS: Final = "alias/codepipeline"
PIPELINE_ROLE: Final = "codepipeline-service-role"
PIPELINE_ROLE_ARN: Final = f"arn:aws:iam::{DEVELOPMENT}:role/{PIPELINE_ROLE}"
DEPLOY_ROLE: Final = "prods3role"
DEPLOY_ROLE_ARN: Final = f"arn:aws:iam::{PRODUCTION}:role/{DEPLOY_ROLE}"
PACKAGE_DOMAIN: Final = "my_domain"
PACKAGE_REPOSITORY: Final = "my_repo"
PACKAGE: Final = "npm/parity/ui"
PUBLISHER: Final = "bob"
PUBLISHER_POLICY: Final = "publish"
WEBSITES: Final = (OUTPUT_BUCKET, STAGED_OUTPUT_BUCKET)
SITE_PATH: Final = f"{READY_PATH}/site"
FAULTS_PATH: Final = f"{READY_PATH}/faults"
TOKEN_PATH: Final = f"{READY_PATH}/token"


def token_path(subject: str) -> str:
    """Return the path at which the sandbox gives, as GitHub's token service does, tokens of a job of this subject."""
    return f"{TOKEN_PATH}?subject={quote(subject, safe=':/@')}"


def site_path(bucket_name: str, key: str = "") -> str:
    """Return the path at which the sandbox shows a browser an object of a website's bucket; its URL is before it."""
    return f"{SITE_PATH}/{bucket_name}/{quote(key)}"


def bucket(account: str, region: str) -> str:
    """Return the name of the staging bucket of `account` in `region`."""
    return f"waybill-staging-{account}-{region}"


def configuration() -> str:
    """Return the organisation configuration: a JSON object of strings, the same in every account and region."""
    return json.dumps(
        {
            "bucket_key_prefix": "",
            "bucket_name_param": BUCKET_PARAMETER,
            "parameter_name_prefix": PARAMETER_PREFIX,
            "regions": ",".join(REGIONS),
            "save_ok": "yes",
        },
        indent=2,
        sort_keys=True,
    )


def organization_role_arn(account: str) -> str:
    """Return the ARN of the role by which an empty sandbox's user gets into `account`."""
    return f"arn:aws:iam::{account}:role/{ORGANIZATION_ROLE}"


def organization_trust() -> str:
    """Return the trust policy that AWS Organizations gives that role: the management account."""
    allow = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}, "Action": "sts:AssumeRole"}
    return _document(allow)


def organization_policy() -> str:
    """Return that role's own policy: everything."""
    return _document({"Effect": "Allow", "Action": "*", "Resource": "*"})


def role_trust() -> str:
    """Return the trust policy of the stage and promote roles: the development account, with the external id."""
    return _policy(
        {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"},
        ["sts:AssumeRole"],
        {"StringEquals": {"sts:ExternalId": STAGE_EXTERNAL_ID}},
        also=["sts:TagSession", "sts:SetSourceIdentity"],
    )


def oidc_trust() -> str:
    """Return the trust policy of the OIDC role: GitHub's token issuer, for the repositories of one owner."""
    return _policy(
        {"Federated": f"arn:aws:iam::{DEVELOPMENT}:oidc-provider/{OIDC_ISSUER}"},
        ["sts:AssumeRoleWithWebIdentity"],
        {
            "StringEquals": {f"{OIDC_ISSUER}:aud": "sts.amazonaws.com"},
            "StringLike": {f"{OIDC_ISSUER}:sub": [f"repo:{OIDC_OWNER}/*", f"repo:{OIDC_OWNER}@*"]},
        },
        also=["sts:TagSession", "sts:SetSourceIdentity"],
    )


def bucket_policy(account: str, bucket_name: str) -> str:
    """Return the policy of a staging bucket: TLS only, and development's may be read by production's promote role."""
    arn = f"arn:aws:s3:::{bucket_name}"
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"], "Condition": plain}
    readers = _reading(bucket_name, PROMOTE_ROLE_ARN) if account == DEVELOPMENT else []
    return _document(denial, *readers)


def pipeline_trust() -> str:
    """Return the trust policy of the pipelines' role: CodePipeline."""
    return _policy({"Service": "codepipeline.amazonaws.com"}, ["sts:AssumeRole"], {}, also=["sts:TagSession"])


def deploy_trust() -> str:
    """Return the trust policy of production's role for pipelines: the development account."""
    return _policy({"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"}, ["sts:AssumeRole"], {}, also=["sts:TagSession"])


def artifact_policy() -> str:
    """Return the bucket policy of the artifact bucket: production's role for pipelines may read it."""
    return _readable(ARTIFACT_BUCKET, DEPLOY_ROLE_ARN)


def output_policy() -> str:
    """Return the bucket policy of the output bucket: development may see what is deployed there."""
    return _readable(OUTPUT_BUCKET, f"arn:aws:iam::{DEVELOPMENT}:root")


def pipeline_key_policy() -> str:
    """Return the policy of the pipelines' key: the development account, and production's role for pipelines."""
    own = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    use = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    role = {"Effect": "Allow", "Principal": {"AWS": DEPLOY_ROLE_ARN}, "Action": use, "Resource": "*"}
    return _document(own, role)


def key_policy(account: str) -> str:
    """Return the policy of an account's key: the account, and in development the promote role, which may decrypt."""
    own = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"}
    promote = {"Effect": "Allow", "Principal": {"AWS": PROMOTE_ROLE_ARN}, "Action": "kms:Decrypt", "Resource": "*"}
    return _document(own, *([promote] if account == DEVELOPMENT else []))


def user_policy() -> str:
    """Return the policy of every prepared user: everything. (Nothing asks it but IAM's simulations.)"""
    return _document({"Effect": "Allow", "Action": "*", "Resource": "*"})


def publisher_policy() -> str:
    """Return the policy of production's user who publishes: what the other account's grants need beside them."""
    here = f"arn:aws:codeartifact:{HOME_REGION}:{DEVELOPMENT}:"
    package = f"{here}package/{PACKAGE_DOMAIN}/{PACKAGE_REPOSITORY}/{PACKAGE}"
    allow = {"Effect": "Allow"}
    return _document(
        {**allow, "Action": "codeartifact:PublishPackageVersion", "Resource": package},
        {**allow, "Action": "codeartifact:GetAuthorizationToken", "Resource": f"{here}domain/{PACKAGE_DOMAIN}"},
        {**allow, "Action": "sts:GetServiceBearerToken", "Resource": "*"},
    )


def pipeline_policy() -> str:
    """Return the policy of the pipelines' role: the source and artifact buckets, their keys, production's role."""
    on = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:PutObject"], "Resource": "arn:aws:s3:::*"}
    keys = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"}
    return _document(on, keys, {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": DEPLOY_ROLE_ARN})


def _readable(bucket_name: str, principal: str) -> str:
    return _document(*_reading(bucket_name, principal))


def _reading(bucket_name: str, principal: str) -> list[dict[str, Any]]:
    read = ["s3:GetObject", "s3:GetObjectVersion"]
    arn = f"arn:aws:s3:::{bucket_name}"
    allow = {"Effect": "Allow", "Principal": {"AWS": principal}}
    return [
        {**allow, "Action": read, "Resource": f"{arn}/*"},
        {**allow, "Action": "s3:ListBucket", "Resource": arn},
    ]


def _policy(
    principal: dict[str, str], actions: list[str], condition: dict[str, dict[str, Any]], *, also: list[str]
) -> str:
    allow = {"Effect": "Allow", "Principal": principal}
    return _document({**allow, "Action": actions, "Condition": condition}, {**allow, "Action": also})


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
