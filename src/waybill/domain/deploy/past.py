"""What was deployed where, as far as events tell: each ended deploy, and where each pipeline stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.domain.deploy.execution import ExecutionStatus
from waybill.domain.events import Event, Kind

TOLD = ("pipeline", "execution", "end")
"""What an event of a deploy says more than others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """One ended deploy: of which version, on whose channel, by which pipeline (its ARN), how and when it ended.

    `end` is the status as CodePipeline names it; `by` who ran it, `at` in ISO 8601 UTC.
    """

    version: str
    channel: str
    pipeline: str
    execution: str
    end: str
    at: str
    by: str
    reason: str = ""

    @classmethod
    def of(cls, event: Event) -> Deploy:
        """Return what an event of a deploy says."""
        return cls(
            version=event.version.text,
            channel=event.channel,
            pipeline=event.pipeline,
            execution=event.execution,
            end=event.end,
            at=event.at,
            by=event.by,
            reason=event.reason,
        )

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Deploy | None:
        """Return what the document of an event says; None where it does not tell of the end of a deploy."""
        if document.get("kind") != Kind.DEPLOYED.value or not all(document.get(name) for name in TOLD):
            return None
        names = ("version", "channel", "pipeline", "execution", "end", "at", "by", "reason")
        return cls(**{name: str(document.get(name) or "") for name in names})

    @property
    def good(self) -> bool:
        """Whether what it says was deployed."""
        return self.end == ExecutionStatus.SUCCEEDED.value

    @property
    def pipeline_name(self) -> str:
        """The pipeline's name, the whole text where it is no ARN."""
        return _parts(self.pipeline)[2]

    @property
    def place(self) -> str:
        """The pipeline as people call it: its name, region and account."""
        region, account, name = _parts(self.pipeline)
        return f"{name} in {region} of {account}" if region else name or "an unknown pipeline"

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        region, account, name = _parts(self.pipeline)
        return {
            "version": self.version,
            "channel": self.channel,
            "pipeline": name,
            "region": region or None,
            "account": account or None,
            "execution_id": self.execution,
            "status": self.end,
            "at": self.at,
            "by": self.by,
            "reason": self.reason or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineStatus:
    """Where one pipeline stands: the last deploy that succeeded, None where none is known to have, and the last one."""

    good: Deploy | None
    last: Deploy

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {"deployed": self.good.to_json() if self.good else None, "last": self.last.to_json()}


def pipelines(events: Iterable[Event]) -> tuple[PipelineStatus, ...]:
    """Return where each pipeline stands that any event tells of, ordered by its name; the newest event decides."""
    by_pipeline: dict[str, list[Event]] = {}
    for event in events:
        if event.kind is Kind.DEPLOYED:
            by_pipeline.setdefault(event.pipeline, []).append(event)
    found = []
    for own in by_pipeline.values():
        newest = [Deploy.of(one) for one in sorted(own, key=lambda one: (one.at, one.name), reverse=True)]
        found.append(PipelineStatus(good=next((one for one in newest if one.good), None), last=newest[0]))
    return tuple(sorted(found, key=lambda one: (one.last.pipeline_name, one.last.pipeline)))


def _parts(arn: str) -> tuple[str, str, str]:
    """Return region, account and name from a pipeline's ARN; only the text itself from anything else."""
    parts = arn.split(":")
    return (parts[3], parts[4], parts[5]) if len(parts) == 6 and parts[0] == "arn" else ("", "", arn)
