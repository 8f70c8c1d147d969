"""The types of resources that the sandbox's CloudFormation makes, by name. Any other one fails its stack.

checked, asking, common
                 what is missing or unknown; calls, fitted to the service models; names, tags, documents
s3 (s3_settings), kms, ssm, iam (iam_policies, iam_providers, iam_holders), codepipeline, events, cloudfront, ecr,
codeartifact, cloudformation (stack_instances)
                 one module a service
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from waybill.sandbox.engine.cloudformation.kinds import Kind
from waybill.sandbox.engine.cloudformation.types import (
    cloudformation,
    cloudfront,
    codeartifact,
    codepipeline,
    ecr,
    events,
    iam,
    iam_policies,
    iam_providers,
    kms,
    s3,
    ssm,
)
from waybill.sandbox.engine.cloudformation.types.checked import Checked, Maker

_ALL: Final[tuple[Maker, ...]] = (
    cloudformation.StackSet(),
    cloudfront.Distribution(),
    cloudfront.OriginAccessControl(),
    codeartifact.Domain(),
    codeartifact.Repository(),
    codepipeline.Pipeline(),
    ecr.Repository(),
    events.Rule(),
    iam.Group(),
    iam.Role(),
    iam.User(),
    iam.UserToGroupAddition(),
    iam_policies.ManagedPolicy(),
    iam_policies.Policy(),
    iam_policies.RolePolicy(),
    iam_providers.OIDCProvider(),
    kms.Alias(),
    kms.Key(),
    kms.ReplicaKey(),
    s3.Bucket(),
    s3.BucketPolicy(),
    ssm.Parameter(),
)

KINDS: Final[Mapping[str, Kind]] = {kind.type: Checked(kind) for kind in _ALL}
