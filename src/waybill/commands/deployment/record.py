"""Writes the event of an ended deploy beside the version, in every region: which pipeline, which end, by whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waybill.commands.account.observe import Site
from waybill.commands.small import put_event
from waybill.commands.tools import Tools, everywhere
from waybill.domain.deploy.execution import ActionRun, Execution
from waybill.domain.deploy.pipeline import Pipeline
from waybill.domain.event_names import free_name
from waybill.domain.events import Event, Kind
from waybill.domain.names import Keys
from waybill.domain.request import Request
from waybill.progress import Step, Stepped, Warned

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Where events of this version and channel lie: `sites` by region, `known` all of the channel's by key."""

    request: Request
    sites: Mapping[str, Site]
    known: Mapping[str, Event]
    by: str

    def deploys(self, pipeline: Pipeline) -> list[Event]:
        """Return what is known of deploys by this pipeline, oldest first."""
        own = (one for one in self.known.values() if one.kind is Kind.DEPLOYED and one.pipeline == pipeline.arn)
        return sorted(own, key=lambda event: (event.at, event.name))

    def taken(self) -> set[str]:
        """Return the names of the channel's events: the command before a deploy may have written in the same second."""
        return {key.rpartition("/")[2] for site in self.sites.values() for key in site.event_keys}


def ended_at(actions: Sequence[ActionRun]) -> str:
    """Return when the last action ended, as ISO 8601 UTC to the second; empty where CodePipeline does not say.

    Which of two deploys was the last is told by their ends, not by who noticed first.
    """
    last = max((run.updated for run in actions), default="")
    return f"{last[:19]}Z" if _MOMENT.fullmatch(last) else ""


def record(
    ledger: Ledger,
    pipeline: Pipeline,
    execution: Execution,
    end: str,
    tools: Tools,
    *,
    reason: str = "",
    at: str = "",
) -> tuple[str, ...]:
    """Write the event where it is not; returns the regions that hold it. What cannot be written is a warning.

    `at` is when it ended, as ISO 8601 UTC to the second; empty: now. The same end of the same execution has one event,
    whichever run wrote it: it is copied, not written anew.
    """
    request = ledger.request
    now = tools.clock.now()
    same = (one for one in ledger.deploys(pipeline) if (one.execution, one.end) == (execution.id, end))
    event = next(same, None) or Event(
        name=free_name(now, tools.run_id, ledger.taken()),
        kind=Kind.DEPLOYED,
        version=request.version,
        channel=request.channel,
        by=ledger.by,
        at=at or now,
        reason=reason,
        pipeline=pipeline.arn,
        execution=execution.id,
        end=end,
    )

    def write(name: str) -> bool:
        site = ledger.sites[name]
        keys = Keys(site.keys.prefix, request.project, request.version)
        key = f"{keys.events(request.channel)}{event.name}"
        if key in site.event_keys:
            return True
        tools.reporter.tell(Stepped(name, Step.EVENT))
        put_event(site, key, event)
        return True

    written, errors = everywhere(write, list(ledger.sites))
    for name, error in errors.items():
        tools.reporter.tell(
            Warned(f"The deploy could not be recorded in {name}: {error.what} Run again: nothing is started twice.")
        )
    return tuple(name for name, good in written.items() if good)
