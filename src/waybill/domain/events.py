"""Events: what happened to a version on a channel, kept beside the artifact, create-only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from waybill.domain import stored
from waybill.domain.versions import Version

SCHEMA = 1

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST_RUN = 40
"""Characters of a run's id in an event's name, for which so many bytes of the key are kept."""


class Kind(StrEnum):
    """What an event says."""

    WITHDRAWN = "withdrawn"
    REINSTATED = "reinstated"
    PROMOTED = "promoted"
    DEPLOYED = "deployed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. `name` is the last part of its key: `{UTC}-{run id}.json`, the same in every region.

    `target` is the version that a rollback points the channel at, and `withdraws` all that it takes off, highest first;
    `lifts` the names of the withdrawals that a reinstatement ends; `plan` the digest of the plan that a promotion
    carries out. With `withdraws` and `plan` what was begun can be carried on. Of a deploy `pipeline` is its ARN,
    `execution` the id, and `end` the status as CodePipeline names it, or `Failed` where what came after it failed.
    """

    name: str
    kind: Kind
    version: Version
    channel: str
    by: str
    at: str
    reason: str = ""
    target: Version | None = None
    lifts: tuple[str, ...] = ()
    plan: str = ""
    withdraws: tuple[Version, ...] = ()
    pipeline: str = ""
    execution: str = ""
    end: str = ""

    @property
    def told(self) -> str:
        """Who did it, when and why, as the end of a sentence."""
        return f"by {self.by or 'somebody'} at {self.at}{f' ({self.reason})' if self.reason else ''}"

    def to_bytes(self) -> bytes:
        """Return the canonical JSON to store."""
        document = {
            "schema": SCHEMA,
            "kind": self.kind.value,
            "version": self.version.text,
            "channel": self.channel,
            "by": self.by,
            "at": self.at,
            "reason": self.reason,
            "target": self.target.text if self.target else None,
            "lifts": list(self.lifts),
            **({"plan": self.plan} if self.plan else {}),
            **({"withdraws": [version.text for version in self.withdraws]} if self.withdraws else {}),
            **({"pipeline": self.pipeline, "execution": self.execution, "end": self.end} if self.pipeline else {}),
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")

    @classmethod
    def from_bytes(cls, name: str, raw: bytes) -> Event:
        """Read a stored event. Raises `ValueError` when it is not one that this release can read."""
        try:
            document = stored.load_object(raw)
            if document["schema"] != SCHEMA:
                raise ValueError(f"the event {name} has schema {document['schema']}, which this release cannot read")
            target = document.get("target")
            return cls(
                name=name,
                kind=Kind(stored.text(document["kind"])),
                version=Version(stored.text(document["version"])),
                channel=stored.text(document["channel"]),
                by=stored.text(document["by"]),
                at=stored.text(document["at"]),
                reason=stored.text(document.get("reason", "")),
                target=None if target is None else Version(stored.text(target)),
                lifts=tuple(stored.text(item) for item in stored.items(document.get("lifts", []))),
                plan=stored.text(document.get("plan", "")),
                withdraws=tuple(Version(stored.text(item)) for item in stored.items(document.get("withdraws", []))),
                pipeline=stored.text(document.get("pipeline", "")),
                execution=stored.text(document.get("execution", "")),
                end=stored.text(document.get("end", "")),
            )
        except KeyError as error:
            raise ValueError(f"{name} is not an event: it has no {error}") from error


def event_name(at: str, run_id: str) -> str:
    """Return the last part of an event's key, from a time as ISO 8601 UTC and the id of the run."""
    stamp = "".join(character for character in at if character.isalnum())
    return f"{stamp}-{_UNFIT.sub('_', run_id)[:_LONGEST_RUN]}.json"


def run_of(name: str) -> str:
    """Return the part of an event's name that says which run wrote it."""
    return name.partition("-")[2]


def standing_withdrawals(events: Iterable[Event]) -> dict[Version, list[Event]]:
    """Return the withdrawals that no reinstatement has lifted, by the version they took off the channel."""
    known = list(events)
    lifted = {(event.version, name) for event in known if event.kind is Kind.REINSTATED for name in event.lifts}
    standing: dict[Version, list[Event]] = {}
    for event in known:
        if event.kind is Kind.WITHDRAWN and (event.version, event.name) not in lifted:
            standing.setdefault(event.version, []).append(event)
    return standing


def last(events: Iterable[Event]) -> Event:
    """Return, of one or more events, the one that happened last; of those of one second, the last by its name."""
    return max(events, key=lambda event: (event.at, event.name))


def last_withdrawal(events: Iterable[Event], version: Version) -> Event | None:
    """Return the last withdrawal of a version that stands; None where it is not withdrawn."""
    withdrawals = standing_withdrawals(events).get(version)
    return last(withdrawals) if withdrawals else None


def was_withdrawn(event: Event) -> str:
    """Return what a withdrawal says, as a sentence without its end."""
    return f"{event.version} was withdrawn from {event.channel} {event.told}"
