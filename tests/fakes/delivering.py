"""What an S3 deploy action of a pipeline in memory does: it puts the source, or what the zip holds, into a bucket."""

from __future__ import annotations

import io
import zipfile

from fakes.pipeline_runs import Run
from fakes.world import World
from waybill.domain.deploy.pipeline import ActionDefinition, Pipeline


def deliver(world: World, pipeline: Pipeline, run: Run, action: ActionDefinition) -> str:
    """Put the execution's first source where the action says; returns what is wrong, or nothing."""
    taken = _taken(world, pipeline, run)
    if action.bucket not in world.buckets:
        return f"The bucket {action.bucket} does not exist."
    if taken is None:
        return "There is no input artifact."
    if not action.extracts:
        world.plant(action.bucket, action.key, taken)
        return ""
    folder = f"{action.key}/" if action.key else ""
    try:
        with zipfile.ZipFile(io.BytesIO(taken)) as archive:
            for name in archive.namelist():
                if not name.endswith("/"):
                    world.plant(action.bucket, f"{folder}{name}", archive.read(name))
    except zipfile.BadZipFile:
        return "The input artifact is not a zip."
    return ""


def _taken(world: World, pipeline: Pipeline, run: Run) -> bytes | None:
    for source in pipeline.s3_sources:
        revision = next((one for one in run.revisions if one.action == source.name), None)
        if revision is not None:
            pin = run.pins.get(source.name)
            item = world.buckets[source.bucket].version(pin.key if pin and pin.key else source.key, revision.id or None)
            return item.body if item else None
    return None
