"""What a person asks of a deploy: which pipeline, how it gets the version, how long to wait, what if it fails."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from waybill.domain.deploy.compared import Choice
from waybill.domain.deploy.pipeline import PipelineRef
from waybill.domain.identity import Identity
from waybill.domain.versions import Version


class SourceChoice(StrEnum):
    """The input `source`: how the pipeline gets the staged bytes."""

    AUTO = "auto"
    STAGED = "staged"
    UPLOAD = "upload"


class OnCancel(StrEnum):
    """The input `on-cancel`: what becomes of the execution when the run is cancelled."""

    LEAVE = "leave"
    STOP = "stop"


class OnFailure(StrEnum):
    """The input `on-failure`: what becomes of what was deployed before."""

    LEAVE = "leave"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlCheck:
    """The inputs `verify-url`, `verify-status` and `verify-text`; `text` None: whatever the page says."""

    url: str
    status: int = 200
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalidation:
    """One line of the input `invalidate`: a CloudFront distribution, and the paths that it is to forget."""

    distribution: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a version is deployed. `identity` is who works in the pipeline's account; times in seconds.

    `approval_timeout` None: an approval is waited for as long as all the rest. `regions` are where a pipeline is looked
    for that is named without its region.
    """

    pipeline: PipelineRef
    identity: Identity = field(default_factory=Identity)
    regions: tuple[str, ...] = ()
    source: SourceChoice = SourceChoice.AUTO
    variables: Mapping[str, str] = field(default_factory=dict)
    wait: bool = True
    timeout: float = 3600.0
    approval_timeout: float | None = None
    on_cancel: OnCancel = OnCancel.LEAVE
    on_failure: OnFailure = OnFailure.LEAVE
    allow_unpinned: bool = False
    verify_deployed: Choice = Choice.AUTO
    url: UrlCheck | None = None
    invalidations: tuple[Invalidation, ...] = ()
    environment: str = ""
    environment_url: str = ""


def revision_summary(project: str, version: Version, sha256: str, commit: str) -> str:
    """Return what CodePipeline's console shows of what was uploaded: project, version, short digest, commit."""
    return " ".join(filter(None, (project, version.text, sha256[:12], commit[:12])))


def version_in(summary: str, project: str) -> Version | None:
    """Return the version that a summary of ours names, of this project; None for any other text."""
    words = summary.split(" ")
    if len(words) < 3 or words[0] != project:
        return None
    try:
        return Version(words[1])
    except ValueError:
        return None


def start_token(
    project: str,
    version: Version,
    sha256: str,
    pipeline_arn: str,
    run_id: str,
    *,
    after: str = "",
    variables: Mapping[str, str] | None = None,
) -> str:
    """Return the token of a start: the same for the same version, pipeline, variables and run, so that it starts once.

    `after` is the execution of this run that ended badly: another one may follow it. CodePipeline takes
    `[a-zA-Z0-9-]{1,128}`.
    """
    given = [f"{name}={value}" for name, value in sorted((variables or {}).items())]
    parts = (project, version.text, sha256, pipeline_arn, run_id, *([after, *given] if after or given else []))
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()
