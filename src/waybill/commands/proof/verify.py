"""`verify-deployed`: what the pipeline's S3 deploy actions wrote is compared with the staged artifact."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from waybill.commands.proof.compare import compare_files, compare_whole
from waybill.commands.proof.zipped import StagedArtifact, Zipped, opened
from waybill.commands.tools import Tools
from waybill.domain.arns import RoleArn
from waybill.domain.deploy.compared import Choice, doubtful, not_compared, unnamed
from waybill.domain.deploy.execution import ActionRun, ActionStatus
from waybill.domain.deploy.files import DeployedFiles
from waybill.domain.deploy.pipeline import ActionDefinition, Pipeline
from waybill.errors import AccessDenied, Cancelled, WaybillError
from waybill.ports.account import Account
from waybill.ports.deployed import DeployedBucket


def verify_deployed(
    pipeline: Pipeline,
    artifact: StagedArtifact,
    accounts: Sequence[Account],
    choice: Choice,
    tools: Tools,
    *,
    runs: Sequence[ActionRun] | None = None,
) -> tuple[DeployedFiles, ...]:
    """Compare what each S3 deploy action wrote; `accounts` are those to look with, in order.

    `runs`, where given, leave out actions that did not succeed in the execution. With `auto` whatever keeps us from
    looking is told as not compared; with `always` it is raised. Whether the files are good is the caller's to judge.
    """
    if choice is Choice.NEVER:
        return ()
    done = None if runs is None else {(run.stage, run.action) for run in runs if run.status is ActionStatus.SUCCEEDED}
    actions = [
        action
        for action in pipeline.actions
        if action.is_s3_deploy and (done is None or (action.stage, action.name) in done)
    ]
    with ExitStack() as stack:
        look = _Look(pipeline, artifact, accounts, tools, stack)
        return tuple(look.at(action, choice) for action in actions)


class _Look:
    """One look at all actions. The zip is opened once, when it is first needed."""

    def __init__(
        self,
        pipeline: Pipeline,
        artifact: StagedArtifact,
        accounts: Sequence[Account],
        tools: Tools,
        stack: ExitStack,
    ) -> None:
        self._pipeline = pipeline
        self._artifact = artifact
        self._accounts = accounts
        self._tools = tools
        self._stack = stack
        self._zipped: Zipped | None = None

    def at(self, action: ActionDefinition, choice: Choice) -> DeployedFiles:
        """Compare one action's files."""
        nowhere, doubt = unnamed(action), doubtful(self._pipeline, action)
        if choice is Choice.AUTO and (nowhere or doubt):
            return not_compared(action, nowhere or doubt)
        if nowhere:
            raise WaybillError(f"verify-deployed: {nowhere}", "Set `verify-deployed` to `auto` or `never`.")
        try:
            return self._with_whoever_may(action)
        except Cancelled:
            raise
        except WaybillError as error:
            if choice is Choice.ALWAYS:
                raise
            return not_compared(action, error.what)

    def _with_whoever_may(self, action: ActionDefinition) -> DeployedFiles:
        if action.extracts and self._zipped is None:
            self._zipped = self._stack.enter_context(opened(self._artifact, self._tools.cancellation.check))
        refused: AccessDenied | None = None
        for account in self._accounts:
            bucket = account.deployed_bucket(
                action.region or self._pipeline.region, action.bucket, owner=_owner(action)
            )
            try:
                return self._compared(action, bucket)
            except AccessDenied as error:
                refused = refused or error
        if refused is None:
            raise WaybillError("there is no account to look at its bucket with")
        raise refused.told(
            f"What {action.name} deployed may not be looked at. {refused.what}",
            f"{refused.advice} Or set `verify-deployed: never`.",
        )

    def _compared(self, action: ActionDefinition, bucket: DeployedBucket) -> DeployedFiles:
        if self._zipped is None or not action.extracts:
            return compare_whole(action, bucket, self._artifact, self._tools)
        return compare_files(action, bucket, self._zipped, self._tools)


def _owner(action: ActionDefinition) -> str | None:
    """Return who owns the output bucket: the account of the role that writes there, where the action names one."""
    return RoleArn.parse(action.role).account if action.role else None
