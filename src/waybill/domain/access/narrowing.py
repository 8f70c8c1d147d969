"""The session policies of the verbs of `access` (P8): policies are looked at, and written where that is asked. Pure."""

from __future__ import annotations

import json

LOOKING = (
    "codeartifact:DescribeDomain",
    "codeartifact:DescribeRepository",
    "codeartifact:GetDomainPermissionsPolicy",
    "codeartifact:GetRepositoryPermissionsPolicy",
    "codeartifact:ListDomains",
    "codeartifact:ListRepositoriesInDomain",
    "iam:GetRole",
    "iam:ListRoles",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "s3:GetBucketPolicy",
    "s3:GetEncryptionConfiguration",
    "ssm:GetParameter",
)
WRITING = (
    "codeartifact:DeleteDomainPermissionsPolicy",
    "codeartifact:DeleteRepositoryPermissionsPolicy",
    "codeartifact:PutDomainPermissionsPolicy",
    "codeartifact:PutRepositoryPermissionsPolicy",
    "iam:UpdateAssumeRolePolicy",
    "kms:PutKeyPolicy",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketPolicy",
)


def access_policy(*, writes: bool) -> str:
    """Return the session policy. Which documents there are is found by looking, so that no resource can be named."""
    actions = sorted((*LOOKING, *(WRITING if writes else ())))
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
