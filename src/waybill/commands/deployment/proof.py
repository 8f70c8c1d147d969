"""After success: the deployed files are compared, CloudFront forgets what it held, and the URL answers."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.deployment.task import Proved, Task
from waybill.commands.deployment.verify import verify_deployed
from waybill.commands.deployment.zipped import StagedArtifact
from waybill.domain.deployment import Deployment
from waybill.errors import PipelineError, WaybillError
from waybill.progress import Warned


def prove(task: Task, deployment: Deployment, end: float) -> Proved:
    """Do and look at what was asked for, in this order, until something fails; `end` is on the monotonic clock."""
    try:
        deployment = _files(task, deployment)
    except WaybillError as error:
        return Proved(deployment=deployment, error=error)
    bad = [files for files in deployment.files if not files.good]
    if bad:
        what = "; ".join(f"{one.bucket}: {_lacks(one.missing, one.different)}" for one in bad)
        lacking = PipelineError(
            f"The pipeline succeeded, and not everything it deployed is there: {what}.",
            "Look at who else writes there, and deploy again.",
        )
        return Proved(deployment=deployment, error=lacking)
    return Proved(deployment=deployment)


def _lacks(missing: tuple[str, ...], different: tuple[str, ...]) -> str:
    said = [("missing", missing), ("different", different)]
    return ", ".join(f"{len(names)} {word} ({', '.join(names[:5])})" for word, names in said if names)


def _files(task: Task, deployment: Deployment) -> Deployment:
    works, offer = task.entrance.works, task.staged.offer
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
    return replace(deployment, files=found)
