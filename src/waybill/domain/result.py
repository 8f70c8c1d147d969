"""The result document: what every command can print, and everything people see is rendered from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from waybill.errors import ExitCode, Refused

if TYPE_CHECKING:
    from waybill.domain.packages.result import PackageResult  # few runs publish one


class Outcome(StrEnum):
    """How a command, or a region, ended."""

    PLANNED = "planned"
    CREATED = "created"
    ALREADY = "already"
    MOVED = "moved"
    DEPLOYED = "deployed"
    SUPERSEDED = "superseded"
    ROLLED_BACK = "rolled-back"
    PARTIAL = "partial"
    FAILED = "failed"
    CONFLICT = "conflict"


class ChannelOutcome(StrEnum):
    """What became of the channel in a region."""

    MOVED = "moved"
    KEPT = "kept"
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionResult:
    """One region's end. `error` is a sentence; `seconds` how long the region took.

    `refused` is what is known of the call that was refused there, where one was.
    """

    region: str
    outcome: Outcome
    account: str
    bucket: str | None = None
    key: str | None = None
    version_id: str | None = None
    channel: ChannelOutcome = ChannelOutcome.NOT_REACHED
    channel_before: str | None = None
    channel_after: str | None = None
    note: str | None = None
    error: str | None = None
    advice: str | None = None
    exit_code: ExitCode = ExitCode.OK
    seconds: float = 0.0
    refused: Refused | None = None

    @property
    def whole(self) -> bool:
        """Whether the artifact, its metadata and its waybill are complete and verified there."""
        return self.outcome in {Outcome.CREATED, Outcome.ALREADY, Outcome.MOVED, Outcome.ROLLED_BACK}

    def to_json(self) -> dict[str, Any]:
        """Return the region's part of the result document."""
        return {
            "region": self.region,
            "outcome": self.outcome.value,
            "account": self.account,
            "bucket": self.bucket,
            "key": self.key,
            "version_id": self.version_id,
            "channel": self.channel.value,
            "channel_before": self.channel_before,
            "channel_after": self.channel_after,
            "note": self.note,
            "error": self.error,
            "advice": self.advice,
            "seconds": round(self.seconds, 3),
            **({"refused": self.refused.to_json()} if self.refused else {}),
        }


class Body(Protocol):
    """What a command shows beside how it ended: `status`, `info`, `versions`, ..."""

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One command's end. `resume` is the command line that finishes the work, None where nothing is left to do.

    What is about no version leaves out project, version, sha256, size and channel. `parameter` is the name of the SSM
    parameter that is the channel, the same in every region. `plan_digest` is that of the plan, where the command plans
    for approval. `body` is what a command shows beside; `then` says, of a plan, what follows it. `package` is what
    became of the package in CodeArtifact, where one is asked for. `refused` is what is known of a call that
    was refused, where one was.
    """

    command: str
    outcome: Outcome
    changed: bool
    exit_code: ExitCode
    project: str = ""
    version: str = ""
    sha256: str | None = None
    size: int | None = None
    channel: str | None = None
    parameter: str | None = None
    key: str | None = None
    caller: str | None = None
    regions: tuple[RegionResult, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    advice: str | None = None
    resume: str | None = None
    seconds: float = 0.0
    plan_digest: str | None = None
    body: Body | None = None
    then: str | None = None
    package: PackageResult | None = None
    refused: Refused | None = None

    def with_warnings(self, *more: str) -> Result:
        """Return the same result with more warnings."""
        return replace(self, warnings=(*self.warnings, *more))

    def to_json(self) -> dict[str, Any]:
        """Return the result document."""
        return {
            "command": self.command,
            "outcome": self.outcome.value,
            "changed": self.changed,
            "exit_code": int(self.exit_code),
            "project": self.project,
            "version": self.version,
            "sha256": self.sha256,
            "size": self.size,
            "channel": self.channel,
            "parameter": self.parameter,
            "key": self.key,
            "caller": self.caller,
            "regions": [region.to_json() for region in self.regions],
            "warnings": list(self.warnings),
            "error": self.error,
            "advice": self.advice,
            "resume": self.resume,
            "seconds": round(self.seconds, 3),
            **({"refused": self.refused.to_json()} if self.refused else {}),
            **({"plan_digest": self.plan_digest} if self.plan_digest else {}),
            **({"then": self.then} if self.then else {}),
            **({"package": self.package.to_json()} if self.package else {}),
            **(self.body.to_json() if self.body else {}),
        }

    def locations(self) -> dict[str, dict[str, str | None]]:
        """Return where the artifact is, for the output `locations`: region to bucket, key, version id, s3 uri."""
        return {
            region.region: {
                "bucket": region.bucket,
                "key": region.key,
                "version_id": region.version_id,
                "uri": f"s3://{region.bucket}/{region.key}",
            }
            for region in self.regions
            if region.whole
        }
