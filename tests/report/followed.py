"""Plays a deploy to a reporter, event by event, as the command tells it."""

from __future__ import annotations

from report import deploys
from waybill.domain.deploy.execution import ActionRun, ActionStatus
from waybill.domain.deploy.telling import (
    ActionBegan,
    ActionEnded,
    ApprovalWaits,
    DeployPlanned,
    Following,
    Noted,
    StageBegan,
    StageEnded,
    TransitionClosed,
)
from waybill.domain.result import Result
from waybill.progress import Event, Finished, Identified, Reporter, Started, Step, Stepped

APPROVAL = ApprovalWaits(
    "Gate", "Sign", f"{deploys.PAGES}/view", "Look at the pages first.", "https://pages.example", 90
)
CLOSED = TransitionClosed("Production", "No releases on Fridays.", "arn:aws:iam::111111111111:user/eve")


def running(run: ActionRun) -> ActionRun:
    """The same action while it runs."""
    return deploys.run(run.stage, run.action, ActionStatus.IN_PROGRESS, updated="")


def events(last: ActionRun = deploys.UNPACK) -> list[Event]:
    """What a deploy tells: one source, one approval, one closed way, and one action of production."""
    sign = deploys.run("Gate", "Sign")
    good = last.status is ActionStatus.SUCCEEDED
    return [
        Started("Deploying SugarWater 1.2.3"),
        Identified("arn:aws:sts::111111111111:assumed-role/waybill-deploy/17", "111111111111"),
        DeployPlanned(deploys.plan()),
        Noted("copying SugarWater@1.2.3 to s3://codepipeline-input-bucket/sample-website.zip"),
        Following("site", deploys.ID, deploys.CONSOLE, joined=False),
        StageBegan("Source"),
        ActionBegan(running(deploys.SOURCE)),
        ActionEnded(deploys.SOURCE, 0.1),
        StageEnded("Source", good=True, seconds=0.1),
        StageBegan("Gate"),
        ActionBegan(running(sign)),
        APPROVAL,
        ActionEnded(sign, 1.5),
        StageEnded("Gate", good=True, seconds=1.5),
        CLOSED,
        StageBegan("Production"),
        ActionBegan(running(last)),
        ActionEnded(last, 1.5),
        StageEnded("Production", good=good, seconds=1.5),
        Stepped("us-east-1", Step.EVENT),
    ]


def follow(reporter: Reporter, end: Result, last: ActionRun = deploys.UNPACK) -> None:
    """Tell a whole deploy."""
    for event in events(last):
        reporter.tell(event)
    reporter.tell(Finished(end))
