"""The session policies of plan and apply (P8): CloudFormation does what a template says with the rights of who asks.

apply's is as broad as the templates are; plan's lets change sets be made and looked at, and neither executes one nor
writes anything else, nor does it read what people keep: objects, secrets, images, packages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

SERVICES = (
    "cloudformation",
    "cloudfront",
    "codeartifact",
    "codepipeline",
    "ecr",
    "events",
    "iam",
    "kms",
    "s3",
    "ssm",
    "sts",
)
"""Those of the templates, and what setup asks itself. Nothing of compute, network, billing or the organisation."""

REVIEWING = ("CreateChangeSet", "DeleteChangeSet", "DeleteStack", "TagResource")
"""Of setup's own stacks only: CreateChangeSet makes one that is nothing but reviewed, and it is deleted again."""

LOOKING = (
    *(f"cloudformation:{word}*" for word in ("Describe", "Get", "List", "Validate")),
    *(f"{service}:{word}*" for service in ("cloudfront", "codepipeline", "iam") for word in ("Get", "List")),
    *(f"{service}:{word}*" for service in ("codeartifact", "ecr", "events", "kms") for word in ("Describe", "List")),
    "codeartifact:Get*Policy",
    "ecr:Get*Policy",
    "kms:GetKey*",
    "s3:GetAccountPublicAccessBlock",
    "s3:GetBucket*",
    "s3:Get*Configuration",
    "s3:List*",
    "ssm:Describe*",
    "ssm:GetParameter*",
    "ssm:List*",
)
"""What comparing needs; CloudFormation looks with the same rights while it makes a change set."""


def applying_policy() -> str:
    """Return the session policy of a run that may change what stands."""
    return _document(_allow((f"{service}:*" for service in SERVICES), "*"))


def planning_policy(prefix: str) -> str:
    """Return the session policy of a run that only says what would change, for stacks whose names begin so."""
    return _document(
        _allow(LOOKING, "*"),
        _allow((f"cloudformation:{word}" for word in REVIEWING), f"arn:*:cloudformation:*:*:stack/{prefix}-*"),
    )


def _allow(actions: Iterable[str], resource: str) -> Mapping[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
