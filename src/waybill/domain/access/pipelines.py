"""What a role needs of its own policies to use a pipeline, which has no policy. Pure.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from waybill.domain.access.grants import May, Pipeline
from waybill.domain.access.wanted import one
from waybill.domain.arns import partition_of

READ: Final = (
    "codepipeline:GetPipeline",
    "codepipeline:GetPipelineExecution",
    "codepipeline:GetPipelineState",
    "codepipeline:ListActionExecutions",
    "codepipeline:ListPipelineExecutions",
)
DEPLOY: Final = (*READ, "codepipeline:StartPipelineExecution", "codepipeline:StopPipelineExecution")
OF_STAGES: Final = ("codepipeline:RetryStageExecution", "codepipeline:RollbackStage")
ADMINISTER: Final = (
    *DEPLOY,
    "codepipeline:ListTagsForResource",
    "codepipeline:TagResource",
    "codepipeline:UntagResource",
    "codepipeline:UpdatePipeline",
)
ADMINISTER_STAGES: Final = (
    *OF_STAGES,
    "codepipeline:DisableStageTransition",
    "codepipeline:EnableStageTransition",
    "codepipeline:PutApprovalResult",
)
"""Approvals are of actions, which are below their stages."""

_WORDS: Final[Mapping[May, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    May.READ: (READ, ()),
    May.DEPLOY: (DEPLOY, OF_STAGES),
    May.ADMINISTER: (ADMINISTER, ADMINISTER_STAGES),
}


def pipeline_statements(what: Pipeline, may: tuple[May, ...]) -> tuple[Mapping[str, Any], ...]:
    """Return the statements of the role's identity policy."""
    arn = f"arn:{partition_of(what.region)}:codepipeline:{what.region}:{what.account.id}:{what.name}"
    whole = sorted({action for word in may for action in _WORDS[word][0]})
    below = sorted({action for word in may for action in _WORDS[word][1]})
    found = [{"Effect": "Allow", "Action": one(whole), "Resource": arn}]
    if below:
        found.append({"Effect": "Allow", "Action": one(below), "Resource": f"{arn}/*"})
    return tuple(found)
