"""One deploy under way: what is asked, the version, the pipeline, and everything that it is done with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from waybill.commands.account.target import Target
from waybill.commands.deployment.reach import Entrance, Works
from waybill.commands.deployment.record import Ledger
from waybill.commands.deployment.staged import Staged
from waybill.commands.tools import Tools
from waybill.domain.deploy.delivery import Delivery
from waybill.domain.deploy.deployment import Deployment, DeployPlan
from waybill.domain.request import Request
from waybill.domain.result import Outcome
from waybill.domain.versions import Version
from waybill.errors import WaybillError

Channel = Callable[[Version], bool]
"""Takes the channel back to a version, where it names the one that failed; returns whether it did."""


class Announcer(Protocol):
    """Tells others of a deploy, on their own pages. It never raises: nobody's page fails a deploy."""

    def began(self, execution: str, url: str) -> None:
        """It is under way."""

    def ended(self, *, good: bool, text: str) -> None:
        """It is over, and how."""


Announcers = Callable[[Delivery, Request, str], Announcer]
"""Makes who tells others, of what is asked, and of the commit that the version was built from (may be empty)."""


class Nobody:
    """Implements `Announcer` for nobody."""

    def began(self, execution: str, url: str) -> None:
        """Tell nobody."""

    def ended(self, *, good: bool, text: str) -> None:
        """Tell nobody."""


class Proof(Protocol):
    """What is done and looked at after an execution has succeeded, until `end` on the monotonic clock."""

    def __call__(self, task: Task, works: Works, deployment: Deployment, end: float) -> Proved:
        """Return what was seen, with the session that this run works in; `Proved.error` says what failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The deployment with what was seen of it, and what failed of it.

    `otherwise`: other files lie there than were deployed, which a newer deploy may have put there. `broken`: what was
    deployed does not do as it should, so that it is to be taken back; what only could not be done after it is not.
    """

    deployment: Deployment
    error: WaybillError | None = None
    otherwise: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`target` is the account where the version is staged; `channel` takes the channel back after a failure."""

    delivery: Delivery
    plan: DeployPlan
    staged: Staged
    target: Target
    entrance: Entrance
    ledger: Ledger
    watched: bool
    tools: Tools
    channel: Channel
    proof: Proof
    announcer: Announcer = field(default_factory=Nobody)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How a deploy ended. `error` None: well."""

    deployment: Deployment
    outcome: Outcome
    changed: bool
    error: WaybillError | None = None
    warnings: tuple[str, ...] = ()
