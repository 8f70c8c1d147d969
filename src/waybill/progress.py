"""What a command tells while it works: typed events, so that the core never prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypeAlias

from waybill.domain.plan import Plan
from waybill.domain.request import Request
from waybill.domain.result import RegionResult, Result
from waybill.errors import WaybillError

if TYPE_CHECKING:
    # What no other command tells need not be read at its start.
    from waybill.domain.deploy.telling import Deploying
    from waybill.domain.setup.telling import Preparing


class Step(StrEnum):
    """What a region is at."""

    OBSERVE = "observing"
    READ_BACK = "reading the stored artifact"
    SEND = "sending the artifact"
    COPY = "copying the artifact"
    VERIFY = "verifying"
    METADATA = "writing metadata"
    WAYBILL = "writing the waybill"
    EVENT = "writing an event"
    CHANNEL = "moving the channel"
    ABORT = "aborting the upload"


@dataclass(frozen=True, slots=True)
class Started:
    """A command began. `what` is a sentence such as `Staging SugarWater 1.2.3`."""

    what: str


@dataclass(frozen=True, slots=True)
class Asked:
    """It is known what is asked for."""

    request: Request


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


Event: TypeAlias = (
    "Started | Asked | Identified | Packed | Planned | Stepped | Sent | Waiting | Warned | RegionEnded | Finished | "
    "Deploying | Preparing"
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a run had told by some moment. `steps` and `ended` are by region.

    `sent` are the regions that took all bytes. `request` is None where the inputs were not understood yet.
    """

    request: Request | None = None
    caller: Identified | None = None
    plan: Plan | None = None
    steps: Mapping[str, frozenset[Step]] = field(default_factory=dict)
    sent: frozenset[str] = frozenset()
    ended: Mapping[str, RegionResult] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class Journal:
    """Implements `Reporter`: passes events on, and keeps what a result can be made of, should the work make none."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._lock = Lock()
        self._request: Request | None = None
        self._caller: Identified | None = None
        self._plan: Plan | None = None
        self._steps: dict[str, frozenset[Step]] = {}
        self._sent: set[str] = set()
        self._ended: dict[str, RegionResult] = {}
        self._warnings: dict[str, None] = {}
        self._closed = False

    def tell(self, event: Event) -> None:
        """Take one event."""
        with self._lock:
            if self._closed:
                return
            self._keep(event)
        # Without the lock: whoever shows it may be stuck.
        self._reporter.tell(event)

    def close(self) -> Known:
        """Return what is known, and pass nothing on from now on: threads that were left may still tell something."""
        with self._lock:
            self._closed = True
            return Known(
                request=self._request,
                caller=self._caller,
                plan=self._plan,
                steps=dict(self._steps),
                sent=frozenset(self._sent),
                ended=dict(self._ended),
                warnings=tuple(self._warnings),
            )

    def _keep(self, event: Event) -> None:
        match event:
            case Asked(request):
                self._request = request
            case Identified():
                self._caller = event
            case Planned(plan):
                self._plan = plan
            case Stepped(region, step):
                self._steps[region] = self._steps.get(region, frozenset()) | {step}
            case Sent(region, sent, total) if sent >= total:
                self._sent.add(region)
            case RegionEnded(result):
                self._ended[result.region] = result
            case Warned(text):
                self._warnings[text] = None
