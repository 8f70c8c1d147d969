"""Real deploys, as the command makes them, for the renderings to show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from report import examples
from waybill.domain.deploy.deployment import DeployedFiles, Deployment, DeployPlan, Way, WentBack
from waybill.domain.deploy.execution import ActionRun, ActionStatus, ExecutionStatus
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode

ID = "3f2a1b4c-0000-4000-8000-123456789abc"
OTHER = "99999999-0000-4000-8000-123456789abc"
PAGES = "https://us-east-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/site"
CONSOLE = f"{PAGES}/executions/{ID}/timeline?region=us-east-1"
LOG = "arn:aws:logs:us-east-1:111111111111:log-group:/aws/codebuild/site:log-stream:f00"
MESSAGE = "The role arn:aws:iam::222222222222:role/prods3role may not be assumed."
REVISION = "mZ0fP9r_version"


def run(stage: str, action: str, status: ActionStatus = ActionStatus.SUCCEEDED, **changes: Any) -> ActionRun:
    """One action of one and a half seconds, with changes."""
    base = ActionRun(
        id=f"{stage}/{action}",
        stage=stage,
        action=action,
        status=status,
        started="2026-01-31T12:00:01.250Z",
        updated="2026-01-31T12:00:02.750Z",
    )
    return replace(base, **changes)


SOURCE = run("Source", "Fetch", started="2026-01-31T12:00:00.100Z", updated="2026-01-31T12:00:00.200Z")
UNPACK = run("Production", "Unpack", summary="Deployment Succeeded")
FAILED = run(
    "Production", "Unpack", ActionStatus.FAILED, error=MESSAGE, error_code="PermissionError",
    external_url="https://ci.example/job/7", log=LOG,
)  # fmt: skip


def plan(**changes: Any) -> DeployPlan:
    """The plan of the case that is served first."""
    base = DeployPlan(
        pipeline="site",
        region="us-east-1",
        account="111111111111",
        version=3,
        mode="SUPERSEDED",
        type="V2",
        way=Way.UPLOAD,
        action="Fetch",
        bucket="codepipeline-input-bucket",
        key="sample-website.zip",
        pinned=True,
        steps=(
            "copy SugarWater 1.2.3 (9f86d081884c) to s3://codepipeline-input-bucket/sample-website.zip",
            "start site (V2, SUPERSEDED) with that object's version",
        ),
        notes=("Fetch polls its source: a second execution may start by itself",),
    )
    return replace(base, **changes)


FILES = DeployedFiles(action="Unpack", bucket="codepipeline-output-bucket", compared=True, files=12)


def body(**changes: Any) -> Deployment:
    """A deploy that went well, with changes."""
    base = Deployment(
        plan=plan(),
        execution=ID,
        status=ExecutionStatus.SUCCEEDED,
        source_version=REVISION,
        console_url=CONSOLE,
        actions=(SOURCE, UNPACK),
        files=(FILES,),
        began="2026-01-31T12:00:00Z",
        seconds=3.0,
        recorded=("us-east-1", "us-west-2", "eu-west-1"),
    )
    return replace(base, **changes)


def end(outcome: Outcome = Outcome.DEPLOYED, found: Deployment | None = None, **changes: Any) -> Result:
    """The result of a `deploy`, with changes."""
    base = examples.result(outcome, command="deploy", body=found or body(), channel="production")
    return replace(base, **changes)


def failed(**changes: Any) -> Result:
    """The result of a deploy whose last action failed; the changes are those of its body."""
    found = body(status=ExecutionStatus.FAILED, actions=(SOURCE, FAILED), files=(), **changes)
    return end(
        Outcome.FAILED, found, exit_code=ExitCode.PIPELINE, error=f"Unpack in stage Production failed: {MESSAGE}",
        advice="Put it right and run again.", resume="waybill deploy --project SugarWater --version 1.2.3",
    )  # fmt: skip


def went_back(**changes: Any) -> WentBack:
    """How a failed deploy went back to the version before, with changes."""
    base = WentBack(version="1.2.2", execution=OTHER, status=ExecutionStatus.SUCCEEDED, by_stage="Production")
    return replace(base, **changes)
