"""The S3 source action: the newest object, or the one that the start names.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
"""

from __future__ import annotations

from datetime import UTC

from moto.s3.models import FakeKey

from waybill.sandbox.engine.codepipeline import files
from waybill.sandbox.engine.codepipeline.definition import PARALLEL
from waybill.sandbox.engine.codepipeline.execution import Location, Outcome, Override, Revision
from waybill.sandbox.engine.codepipeline.jobs import CONFIGURATION, PERMISSION, Failed, Job
from waybill.sandbox.engine.refusals import Refusal


def run(job: Job) -> Outcome:
    """Read the source object and keep it as an artifact. Raises `Failed`."""
    override = job.execution.overrides.get(job.action.name, Override())
    # A PARALLEL pipeline's S3 source takes the newest object, whatever the start says.
    version = None if job.execution.definition.mode == PARALLEL else override.version
    where = Location(job.run.configuration["S3Bucket"], override.key or job.run.configuration["S3ObjectKey"])
    found = _found(job, where, version)
    artifact = job.action.outputs[0]
    version_id, url = str(found.version_id), f"https://console.aws.amazon.com/s3/home?region={job.action.region}#"
    summary = f"Amazon S3 version id: {version_id}"
    return Outcome(
        summary=summary,
        external_id=version_id,
        external_url=url,
        artifacts={artifact: job.keep(found.value, artifact)},
        variables={
            "BucketName": where.bucket,
            "ETag": found.etag.strip('"'),
            "ObjectKey": where.key,
            "VersionId": version_id,
        },
        revision=Revision(
            action=job.action.name,
            artifact=artifact,
            id=version_id,
            summary=found.metadata.get(files.SUMMARY) or summary,
            url=url,
            created=found.last_modified.replace(tzinfo=UTC).timestamp(),
        ),
    )


def _found(job: Job, where: Location, version: str | None) -> FakeKey:
    try:
        versioned = files.bucket(where.bucket).is_versioned
        found = files.read(where, job.caller(), version)
    except Refusal as refusal:
        if refusal.code == "AccessDenied":
            raise Failed(
                PERMISSION,
                "Insufficient permissions\nThe service role or action role doesn't have the permissions required to "
                f"access the Amazon S3 bucket named {where.bucket}. Update the IAM role permissions, and then try "
                f"again. Error: Amazon S3:{refusal}",
            ) from refusal
        of = f" with version {version}" if version else ""
        raise Failed(
            CONFIGURATION,
            f"The Amazon S3 object {where.key}{of} in the bucket {where.bucket} cannot be read. Error: "
            f"Amazon S3:{refusal}",
        ) from refusal
    if not versioned:
        raise Failed(
            CONFIGURATION,
            f"The Amazon S3 bucket named {where.bucket} is not versioned. Turn on versioning for the source bucket, "
            "and then try again.",
        )
    return found
