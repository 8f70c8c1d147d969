"""What a deploy tells on its way, beside what every command tells: typed events, shown by the reporters. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.domain.deploy.deployment import DeployPlan
from waybill.domain.deploy.execution import ActionRun


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that a deploy does or meets on the way: a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class DeployPlanned:
    """It is known how a deploy will go; nothing was written for it yet."""

    plan: DeployPlan


@dataclass(frozen=True, slots=True)
class Following:
    """An execution is followed from now on. `joined`: it was there before."""

    pipeline: str
    execution: str
    url: str
    joined: bool


@dataclass(frozen=True, slots=True)
class StageBegan:
    """An execution entered a stage of its pipeline."""

    stage: str


@dataclass(frozen=True, slots=True)
class StageEnded:
    """All actions of a stage that will run have ended."""

    stage: str
    good: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class ActionBegan:
    """An action runs."""

    run: ActionRun


@dataclass(frozen=True, slots=True)
class ActionEnded:
    """An action has ended, well or not: see its status."""

    run: ActionRun
    seconds: float


@dataclass(frozen=True, slots=True)
class ApprovalWaits:
    """A person must decide: at `url`, after looking at `link`, within `minutes` (None: CodePipeline's seven days)."""

    stage: str
    action: str
    url: str
    note: str
    link: str
    minutes: int | None


@dataclass(frozen=True, slots=True)
class TransitionClosed:
    """The execution waits, because the way into a stage was closed by somebody."""

    stage: str
    reason: str
    by: str


Deploying = (
    Noted
    | DeployPlanned
    | Following
    | StageBegan
    | StageEnded
    | ActionBegan
    | ActionEnded
    | ApprovalWaits
    | TransitionClosed
)
