"""Does an action's work, whatever its provider: S3 really, everything else by succeeding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from waybill.sandbox.engine.codepipeline import deploys, sources
from waybill.sandbox.engine.codepipeline.definition import S3
from waybill.sandbox.engine.codepipeline.execution import Outcome, Revision
from waybill.sandbox.engine.codepipeline.jobs import Failed, Job

_LOGGED: Final = frozenset({"Build", "Test", "Compute"})
_EMPTY_ZIP: Final = b"PK\x05\x06" + bytes(18)


def run(job: Job) -> Outcome:
    """Return how the action ended; a failure is an outcome, too."""
    work = _RUNNERS.get((job.action.category, job.action.provider), _succeed)
    try:
        return work(job)
    except Failed as failure:
        return Outcome(error=str(failure), code=failure.code, external_id=job.run.id)


def _succeed(job: Job) -> Outcome:
    job.caller()
    inputs = list(job.run.inputs.values())
    made = {name: inputs[0] if inputs else job.keep(_EMPTY_ZIP, name) for name in job.action.outputs}
    revision = None
    if job.action.is_source and job.action.outputs:
        revision = Revision(
            action=job.action.name,
            artifact=job.action.outputs[0],
            id=job.run.id,
            summary=job.action.provider,
            url="",
            created=job.run.started,
        )
    account = job.execution.definition.role.split(":")[4]
    group = f"/aws/codepipeline/{job.execution.definition.name}"
    log = f"arn:aws:logs:{job.action.region}:{account}:log-group:{group}:log-stream:{job.run.id}"
    return Outcome(
        summary=f"{job.action.provider} succeeded",
        external_id=job.run.id,
        log=log if job.action.category in _LOGGED else "",
        artifacts=made,
        revision=revision,
    )


_RUNNERS: Final[Mapping[tuple[str, str], Callable[[Job], Outcome]]] = MappingProxyType(
    {("Source", S3): sources.run, ("Deploy", S3): deploys.run}
)
