"""Puts into moto what `layout` says: users, roles, keys, buckets, parameters. Into its backends, without requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from moto.iam.models import AccessKey, iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import FakeBucket, NotificationConfiguration, PublicAccessBlock, s3_backends
from moto.ssm.models import ssm_backends

from waybill.sandbox import layout
from waybill.sandbox.engine.keys import KMS


@dataclass(frozen=True, slots=True)
class Keys:
    """One pair of long-lived keys; worth something in this sandbox only."""

    access_key_id: str
    secret_access_key: str


_ABORTING: Final = {
    "ID": "abort-unfinished-uploads",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": "7"},
}

# Who can be in one account: its "root" and its "user".
Account = dict[str, Keys]


def prepare() -> dict[str, Account]:
    """Prepare every account and region of `layout`; return the keys by account."""
    accounts = {account: _prepare_account(account) for account in layout.ACCOUNTS}
    for account in layout.ACCOUNTS:
        for region in layout.REGIONS:
            _prepare_region(account, region)
    for role in (layout.STAGE_ROLE, layout.PROMOTE_ROLE):
        _add_role(layout.PRODUCTION, role, layout.role_trust(), layout.user_policy())
    _add_role(layout.DEVELOPMENT, layout.OIDC_ROLE, layout.oidc_trust(), layout.user_policy())
    iam_backends[layout.DEVELOPMENT]["aws"].create_open_id_connect_provider(
        f"https://{layout.OIDC_ISSUER}", [], ["sts.amazonaws.com"], []
    )
    production = iam_backends[layout.PRODUCTION]["aws"]
    production.create_user("us-east-1", layout.PUBLISHER)
    production.put_user_policy(layout.PUBLISHER, layout.PUBLISHER_POLICY, layout.publisher_policy())
    _prepare_pipelines()
    return accounts


def prepare_empty() -> dict[str, Account]:
    """Prepare the management account's user, and the role by which it gets into the others; return the keys."""
    for account in layout.ACCOUNTS:
        _add_role(account, layout.ORGANIZATION_ROLE, layout.organization_trust())
        iam_backends[account]["aws"].put_role_policy(
            layout.ORGANIZATION_ROLE, layout.ORGANIZATION_POLICY, layout.organization_policy()
        )
    members = {account: {"root": _add_root(account)} for account in layout.ACCOUNTS}
    return {layout.MANAGEMENT: _prepare_account(layout.MANAGEMENT), **members}


def _prepare_account(account: str) -> Account:
    iam = iam_backends[account]["aws"]
    iam.create_user("us-east-1", layout.USER)
    iam.put_user_policy(layout.USER, layout.USER_POLICY, layout.user_policy())
    return {"user": _keys(iam.create_access_key(layout.USER)), "root": _add_root(account)}


def _add_root(account: str) -> Keys:
    root = AccessKey(user_name=None, prefix="AKIA", account_id=account)  # type: ignore[abstract]
    iam_backends[account]["aws"].access_keys[root.access_key_id] = root
    return _keys(root)


def _keys(key: AccessKey) -> Keys:
    return Keys(key.access_key_id, key.secret_access_key)


def _add_role(account: str, name: str, trust_policy: str, policy: str = "") -> None:
    """Make a role; `policy` is its own, which nothing asks but IAM's simulations."""
    iam = iam_backends[account]["aws"]
    iam.create_role(
        role_name=name,
        assume_role_policy_document=trust_policy,
        path="/",
        permissions_boundary=None,
        description="Prepared by the sandbox",
        tags=[],
        max_session_duration="3600",
    )
    if policy:
        iam.put_role_policy(name, layout.USER_POLICY, policy)


def _prepare_region(account: str, region: str) -> None:
    kms = kms_backends[account][region]
    key = kms.create_key(layout.key_policy(account), "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Staged artifacts", None)
    kms.create_alias(key.id, layout.KEY_ALIAS)
    bucket = _add_bucket(account, region, layout.bucket(account, region), key.arn)
    bucket.policy = layout.bucket_policy(account, bucket.name).encode()
    bucket.set_lifecycle([_ABORTING])
    _add_parameter(account, region, layout.BUCKET_PARAMETER, layout.bucket(account, region))
    _add_parameter(account, region, layout.CONFIGURATION_PARAMETER, layout.configuration())


def _prepare_pipelines() -> None:
    """Prepare what the pipelines need; they themselves are made when somebody asks CodePipeline."""
    home = layout.HOME_REGION
    kms = kms_backends[layout.DEVELOPMENT][home]
    key = kms.create_key(layout.pipeline_key_policy(), "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Pipelines", None)
    kms.create_alias(key.id, layout.PIPELINE_KEY_ALIAS)
    _add_role(layout.DEVELOPMENT, layout.PIPELINE_ROLE, layout.pipeline_trust(), layout.pipeline_policy())
    _add_role(layout.PRODUCTION, layout.DEPLOY_ROLE, layout.deploy_trust(), layout.user_policy())
    artifacts = _add_bucket(layout.DEVELOPMENT, home, layout.ARTIFACT_BUCKET, key.arn)
    artifacts.policy = layout.artifact_policy().encode()
    source = _add_bucket(layout.DEVELOPMENT, home, layout.INPUT_BUCKET, None)
    source.notification_configuration = NotificationConfiguration(event_bridge={})
    output = _add_bucket(layout.PRODUCTION, home, layout.OUTPUT_BUCKET, None)
    output.policy = layout.output_policy().encode()
    _add_bucket(layout.PRODUCTION, home, layout.STAGED_OUTPUT_BUCKET, None)


def _add_bucket(account: str, region: str, name: str, key_arn: str | None) -> FakeBucket:
    """Make a versioned bucket that encrypts with the KMS key, or without one as S3 itself does."""
    bucket = s3_backends[account]["aws"].create_bucket(name, region)
    bucket.versioning_status = "Enabled"
    default = {"SSEAlgorithm": KMS, "KMSMasterKeyID": key_arn} if key_arn else {"SSEAlgorithm": "AES256"}
    with_key = "true" if key_arn else "false"
    bucket.encryption = {"Rule": {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": with_key}}
    bucket.ownership_rule = "BucketOwnerEnforced"  # type: ignore[assignment]
    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    return bucket


def _add_parameter(account: str, region: str, name: str, value: str) -> None:
    ssm_backends[account][region].put_parameter(
        name=name,
        description="Prepared by the sandbox",
        value=value,
        parameter_type="String",
        allowed_pattern="",
        keyid="",
        overwrite=False,
        tags=[],
        data_type="text",
        tier="Standard",
        policies=None,
    )
