"""What a command tells while it works: typed events, so that the core never prints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from waybill.domain.plan import Plan
from waybill.domain.result import RegionResult, Result
from waybill.errors import WaybillError


class Step(StrEnum):
    """What a region is at."""

    OBSERVE = "observing"
    READ_BACK = "reading the stored artifact"
    SEND = "sending the artifact"
    VERIFY = "verifying"
    METADATA = "writing metadata"
    WAYBILL = "writing the waybill"
    CHANNEL = "moving the channel"
    ABORT = "aborting the upload"


@dataclass(frozen=True, slots=True)
class Started:
    """A command began. `what` is a sentence such as `Staging SugarWater 1.2.3`."""

    what: str


@dataclass(frozen=True, slots=True)
class Identified:
    """AWS said who we are."""

    caller: str
    account: str


@dataclass(frozen=True, slots=True)
class Packed:
    """The artifact is ready. `entries` is 1 for a file, else the number of files in the zip; `size` in bytes."""

    name: str
    size: int
    entries: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan is made; nothing was written yet."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Stepped:
    """A region began a step."""

    region: str
    step: Step


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes of the artifact that a region has taken so far, of how many."""

    region: str
    sent: int
    total: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call will be tried again: why, after how many seconds, and how much of the budget is left."""

    region: str
    why: str
    seconds: float
    left: float


@dataclass(frozen=True, slots=True)
class Warned:
    """Something to act on that does not fail the run."""

    text: str


@dataclass(frozen=True, slots=True)
class RegionEnded:
    """A region is done."""

    result: RegionResult


@dataclass(frozen=True, slots=True)
class Finished:
    """The command is done."""

    result: Result


Event = Started | Identified | Packed | Planned | Stepped | Sent | Waiting | Warned | RegionEnded | Finished


class Reporter(Protocol):
    """Shows events to a person. Called from several threads at once; never raises."""

    def tell(self, event: Event) -> None:
        """Take one event."""


class FinalReporter(Reporter, Protocol):
    """A reporter that a face builds and ends."""

    def fail(self, error: WaybillError) -> None:
        """Show an error that ended the command before it had a result."""

    def close(self) -> None:
        """Let go of the screen."""
