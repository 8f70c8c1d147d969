"""After success: the deployed files are compared, CloudFront forgets what it held, and the URL answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from waybill.commands.deployment.reach import Works
from waybill.commands.deployment.task import Proved, Task
from waybill.commands.proof.invalidation import invalidate
from waybill.commands.proof.url import verify_url
from waybill.commands.proof.verify import verify_deployed
from waybill.commands.proof.zipped import StagedArtifact
from waybill.domain.deploy.deployment import Deployment
from waybill.domain.deploy.telling import Noted
from waybill.domain.deploy.url_check import shown_url
from waybill.errors import Cancelled, IdentityError, PipelineError, TimedOut, WaybillError
from waybill.ports.http import Asker
from waybill.progress import Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """Implements `task.Proof`. `asker` makes who asks for pages, only where one is asked for."""

    asker: Callable[[], Asker]

    def __call__(self, task: Task, works: Works, deployment: Deployment, end: float) -> Proved:
        """Do and look at what was asked for, in this order, until something fails; `end` is on the monotonic clock."""
        for step in (_files, self._forget, self._page):
            task.tools.cancellation.check()
            try:
                deployment = step(task, works, deployment, end)
            except Cancelled:
                raise
            except Bad as error:
                failed = PipelineError(error.what, error.advice)
                return Proved(deployment=error.deployment, error=failed, otherwise=True, broken=True)
            except WaybillError as error:
                broken = isinstance(error, PipelineError)
                return Proved(deployment=deployment, error=_as_failed(error), broken=broken)
        return Proved(deployment=deployment)

    @staticmethod
    def _forget(task: Task, works: Works, deployment: Deployment, end: float) -> Deployment:
        if not task.delivery.invalidations:
            return deployment
        task.tools.reporter.tell(Noted("having CloudFront forget what it holds"))
        # By its account's number, as both sessions may be of one.
        accounts = {works.caller.account: works.account} | {task.target.owner: task.target.account}
        places = [account.distributions() for account in accounts.values()]
        done = invalidate(task.delivery.invalidations, places, task.tools, seed=deployment.execution, end=end)
        return replace(deployment, invalidation=", ".join(one.id for one in done))

    def _page(self, task: Task, _: Works, deployment: Deployment, end: float) -> Deployment:
        check = task.delivery.url
        if check is None:
            return deployment
        version = task.staged.goods.version.text
        task.tools.reporter.tell(Noted(f"asking {shown_url(check.url)}"))
        asked = verify_url(check, version, self.asker(), task.tools, end=end)
        return replace(deployment, url=asked.url, url_end=asked.words)


class Bad(WaybillError):
    """Deployed files that are not as they should be; `deployment` shows which."""

    def __init__(self, what: str, advice: str, deployment: Deployment) -> None:
        super().__init__(what, advice)
        self.deployment = deployment


def _as_failed(error: WaybillError) -> WaybillError:
    """Return what a proof that could not be had is for the deploy: a failure of its own, or a time limit."""
    kept = isinstance(error, PipelineError | TimedOut | IdentityError)
    return error if kept else PipelineError(error.what, error.advice)


def _lacks(missing: tuple[str, ...], different: tuple[str, ...]) -> str:
    said = [("missing", missing), ("different", different)]
    return ", ".join(f"{len(names)} {word} ({', '.join(names[:5])})" for word, names in said if names)


def _files(task: Task, works: Works, deployment: Deployment, _: float) -> Deployment:
    offer = task.staged.offer
    name = offer.nearest(works.pipeline.region)
    artifact = StagedArtifact(bucket=offer.holders[name].bucket, key=offer.keys.artifact, digests=offer.subject.digests)
    found = verify_deployed(
        works.pipeline,
        artifact,
        [task.target.account, works.account],
        task.delivery.verify_deployed,
        task.tools,
        runs=deployment.actions,
    )
    for one in found:
        if one.extra:
            task.tools.reporter.tell(Warned(f"{one.bucket} holds {len(one.extra)} files that are not in the version."))
    deployment = replace(deployment, files=found)
    bad = [files for files in found if not files.good]
    if bad:
        what = "; ".join(f"{one.bucket}: {_lacks(one.missing, one.different)}" for one in bad)
        raise Bad(
            f"The pipeline succeeded, and not everything it deployed is there: {what}.",
            "Look at who else writes there, and deploy again.",
            deployment,
        )
    return deployment
