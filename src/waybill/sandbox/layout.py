"""What is in the sandbox: accounts, regions and the names of everything prepared in them. Pure; no I/O.

Every account and region has a versioned bucket whose default encryption is SSE-KMS with a customer key of that account
and region (bucket key on), the key's alias, the SSM parameter with the bucket's name, and the organisation
configuration. Production's role `waybill-promote` may read development's buckets; nobody else of production may.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

DEVELOPMENT: Final = "111111111111"
PRODUCTION: Final = "222222222222"
ACCOUNTS: Final = (DEVELOPMENT, PRODUCTION)
REGIONS: Final = ("us-east-1", "us-west-2", "eu-west-1")
HOME_REGION: Final = REGIONS[0]

# Asked to see whether the sandbox is there. Not a bucket: their names begin with a letter or a digit.
READY_PATH: Final = "/.waybill-sandbox"

USER: Final = "waybill-sandbox"
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


def role_trust() -> str:
    """Return the trust policy of the stage and promote roles: the development account, with the external id."""
    return _policy(
        {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"},
        ["sts:AssumeRole"],
        {"StringEquals": {"sts:ExternalId": STAGE_EXTERNAL_ID}},
        also=["sts:TagSession", "sts:SetSourceIdentity"],
    )


def oidc_trust() -> str:
    """Return the trust policy of the OIDC role: GitHub's token issuer, for any repository."""
    return _policy(
        {"Federated": f"arn:aws:iam::{DEVELOPMENT}:oidc-provider/{OIDC_ISSUER}"},
        ["sts:AssumeRoleWithWebIdentity"],
        {"StringEquals": {f"{OIDC_ISSUER}:aud": "sts.amazonaws.com"}},
        also=["sts:TagSession", "sts:SetSourceIdentity"],
    )


def bucket_policy(bucket_name: str) -> str:
    """Return the bucket policy of a development bucket: the promote role of production may read it."""
    read = ["s3:GetObject", "s3:GetObjectVersion"]
    arn = f"arn:aws:s3:::{bucket_name}"
    allow = {"Effect": "Allow", "Principal": {"AWS": PROMOTE_ROLE_ARN}}
    return _document(
        {**allow, "Action": read, "Resource": f"{arn}/*"}, {**allow, "Action": "s3:ListBucket", "Resource": arn}
    )


def key_policy(account: str) -> str:
    """Return the policy of an account's key: the account, and in development the promote role, which may decrypt."""
    own = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"}
    promote = {"Effect": "Allow", "Principal": {"AWS": PROMOTE_ROLE_ARN}, "Action": "kms:Decrypt", "Resource": "*"}
    return _document(own, *([promote] if account == DEVELOPMENT else []))


def _policy(
    principal: dict[str, str], actions: list[str], condition: dict[str, dict[str, str]], *, also: list[str]
) -> str:
    allow = {"Effect": "Allow", "Principal": principal}
    return _document({**allow, "Action": actions, "Condition": condition}, {**allow, "Action": also})


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
