"""The calls that doctor makes; whatever it may not ask, it says is unknown. Pure."""

from __future__ import annotations

import json

from waybill.domain.calls import Call, On
from waybill.domain.setup.calls import ADOPT_CALLS
from waybill.domain.statements import stated, whole

_LOOKS = tuple(call for call in ADOPT_CALLS if call.action.startswith("s3:Get"))

DOCTOR_CALLS = (
    Call("ssm:GetParameter", On.ANYTHING, "read the organisation configuration and the buckets' names"),
    Call("ssm:GetParametersByPath", On.ANYTHING, "find every channel"),
    Call("ssm:GetParameterHistory", On.ANYTHING, "see how full a channel's history is, and its labels"),
    Call("s3:ListBucket", On.ANYTHING, "see that the bucket is there"),
    Call("s3:ListAllMyBuckets", On.ANYTHING, "tell another account's bucket from one that may not be looked at"),
    *(Call(call.action, On.ANYTHING, "see what the bucket is like") for call in _LOOKS),
    Call("kms:DescribeKey", On.ANYTHING, "see that the key is there, and enabled"),
    Call("kms:GetKeyPolicy", On.ANYTHING, "see whether other accounts that read the bucket may use the key"),
    Call("kms:GenerateDataKey", On.ANYTHING, "try the key, with `DryRun`"),
    Call("codepipeline:ListPipelines", On.ANYTHING, "find the pipelines, where none is named"),
    Call("codepipeline:GetPipeline", On.ANYTHING, "see how a pipeline is declared"),
    Call("codepipeline:GetPipelineState", On.ANYTHING, "see which transitions are closed"),
    Call("events:ListRuleNamesByTarget", On.ANYTHING, "see which rules start a pipeline"),
    Call("iam:GetRole", On.ANYTHING, "read the trust policies of roles"),
    Call("iam:ListRoles", On.ANYTHING, "find the roles that GitHub takes, where none is named"),
    Call("iam:GetOpenIDConnectProvider", On.ANYTHING, "see that GitHub's provider is there, with its audience"),
    Call("iam:SimulatePrincipalPolicy", On.ANYTHING, "see what the policies let a run do, without doing it"),
)
"""What doctor asks, in the target account and in the pipeline's. STS tells anybody who he is, and the time."""


def doctor_policy() -> str:
    """Return doctor's session policy (P8): to look, at anything in the account, and at nothing's contents."""
    return json.dumps(whole(stated(DOCTOR_CALLS, {On.ANYTHING: ["*"]})), separators=(",", ":"))
