"""One deploy: what is planned and why, and how it ended. A part of the result document. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from waybill.domain.deploy.execution import ActionRun, ExecutionStatus
from waybill.domain.deploy.files import DeployedFiles

__all__ = ["DeployPlan", "DeployedFiles", "Deployment", "Way", "WentBack"]


class Way(StrEnum):
    """How the pipeline gets the staged bytes: it reads them where they are staged, or they are put where it reads."""

    STAGED = "staged"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployPlan:
    """What a deploy will do. `steps` and `notes` are sentences: what, and why; `notes` are to be thought about.

    `bucket` and `key` are what the source action `action` reads; `pinned`: the execution takes exactly this version.
    `version` of the pipeline's definition is the one that was read.
    """

    pipeline: str
    region: str
    account: str
    version: int
    mode: str
    type: str
    way: Way
    action: str
    bucket: str
    key: str
    pinned: bool
    steps: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the plan as the result document's member `plan`."""
        return {
            "pipeline": self.pipeline,
            "region": self.region,
            "account": self.account,
            "pipeline_version": self.version,
            "mode": self.mode,
            "type": self.type,
            "source": self.way.value,
            "source_action": self.action,
            "source_bucket": self.bucket,
            "source_key": self.key,
            "pinned": self.pinned,
            "steps": list(self.steps),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WentBack:
    """How a failed deploy was rolled back: to which version, by which execution, and how that one ended.

    `by_stage` is the stage that was rolled back, None where a new execution did it; `channel`: it went back as well.
    """

    version: str
    execution: str
    status: ExecutionStatus | None
    by_stage: str | None = None
    channel: bool = False
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the result document's member `rolled_back`."""
        return {
            "version": self.version,
            "execution_id": self.execution,
            "status": self.status.value if self.status else None,
            "stage": self.by_stage,
            "channel": self.channel,
            "error": self.error or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Implements `result.Body`. Empty strings: not known yet, or not at all. `status` None: nothing was started.

    `joined`: somebody else had started this execution, or this run before. `superseded_by` is the execution that took
    over. `url` is what `verify-url` asked, `url_end` how that ended; `invalidation` the id of CloudFront's.
    """

    plan: DeployPlan
    execution: str = ""
    status: ExecutionStatus | None = None
    joined: bool = False
    source_version: str = ""
    console_url: str = ""
    superseded_by: str | None = None
    went_back: WentBack | None = None
    actions: tuple[ActionRun, ...] = ()
    files: tuple[DeployedFiles, ...] = ()
    url: str = ""
    url_end: str = ""
    invalidation: str = ""
    began: str = ""
    seconds: float = 0.0
    recorded: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {
            "pipeline": self.plan.pipeline,
            "execution_id": self.execution or None,
            "status": self.status.value if self.status else None,
            "joined": self.joined,
            "source_version_id": self.source_version or None,
            "console_url": self.console_url or None,
            "superseded_by": self.superseded_by,
            "rolled_back": self.went_back.to_json() if self.went_back else None,
            "plan": self.plan.to_json(),
            "actions": [_action(run) for run in self.actions],
            "deployed_files": [files.to_json() for files in self.files],
            "verify_url": {"url": self.url, "end": self.url_end} if self.url else None,
            "invalidation": self.invalidation or None,
            "recorded": list(self.recorded),
        }


def _action(run: ActionRun) -> dict[str, Any]:
    return {
        "stage": run.stage,
        "action": run.action,
        "status": run.status.value,
        "started": run.started or None,
        "updated": run.updated or None,
        "summary": run.summary or None,
        "error": run.error or None,
        "error_code": run.error_code or None,
        "external_id": run.external_id or None,
        "external_url": run.external_url or None,
        "log": run.log or None,
    }
