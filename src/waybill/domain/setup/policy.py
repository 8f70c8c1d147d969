"""The session policy of setup: CloudFormation does what a template says with the rights of who asks it to."""

from __future__ import annotations

import json

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


def setup_policy() -> str:
    """Return the session policy for the roles that setup takes (P8)."""
    statement = {"Effect": "Allow", "Action": [f"{service}:*" for service in SERVICES], "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
