"""The S3 deploy action: the artifact as one object, or unpacked; deletes nothing.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html
"""

from __future__ import annotations

import mimetypes
import tempfile
import time
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final
from urllib.parse import quote

from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codepipeline import files
from waybill.sandbox.engine.codepipeline.execution import Location, Outcome
from waybill.sandbox.engine.codepipeline.jobs import CONFIGURATION, JOB, PERMISSION, Failed, Job
from waybill.sandbox.engine.refusals import Refusal
from waybill.sandbox.engine.stored import PIECE, Body, pieces

_IN_MEMORY: Final = 8 * 1024 * 1024
_DEFAULT_TYPE: Final = "application/octet-stream"


def run(job: Job) -> Outcome:
    """Write the artifact, or each entry of the zip that it is, into the output bucket. Raises `Failed`."""
    caller = job.caller()
    body: Body = job.artifact().value
    bucket, path = job.run.configuration["BucketName"], _path(job.run.configuration.get("ObjectKey", ""))
    put = _writer(job, bucket, caller)
    try:
        if job.run.configuration["Extract"].lower() == "true":
            for name, content in _entries(body):
                put(f"{path.rstrip('/')}/{name}" if path else name, content)
        else:
            put(path, body)
    except Refusal as refusal:
        raise _refused(bucket, refusal) from refusal
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise Failed(
            JOB,
            "The deployment failed: the input artifact cannot be extracted, because it is not a ZIP file that can be "
            f"read ({error}).",
        ) from error
    return Outcome(
        summary="Deployment Succeeded",
        external_id=job.run.id,
        external_url=(
            f"https://s3.console.aws.amazon.com/s3/buckets/{bucket}/{quote(path)}?region={job.action.region}"
            "&tab=overview"
        ),
    )


def _writer(job: Job, bucket: str, caller: Caller) -> Callable[[str, Body | Iterator[bytes]], None]:
    settings = job.run.configuration
    cache = settings.get("CacheControl")

    def put(name: str, body: Body | Iterator[bytes]) -> None:
        headers = {"Content-Type": mimetypes.guess_type(name)[0] or _DEFAULT_TYPE}
        files.write(
            Location(bucket, name),
            body,
            caller,
            key=settings.get("KMSEncryptionKeyARN"),
            acl=settings.get("CannedACL"),
            headers={**headers, "Cache-Control": cache} if cache else headers,
        )

    return put


def _path(text: str) -> str:
    """Return a deployment path with `{datetime}` and `{uuid}` put in."""
    now = time.strftime("%Y-%m-%d_%H-%M-%S", time.gmtime())
    return text.replace("{datetime}", now).replace("{uuid}", str(uuid.uuid4()))


def _entries(body: Body) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the names of a zip's files and what is in them, in pieces; each is read before the next is asked for."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        for piece in pieces(body):
            file.write(piece)
        with zipfile.ZipFile(file) as packed:
            for entry in packed.infolist():
                if not entry.is_dir():
                    with packed.open(entry) as content:
                        yield entry.filename, iter(partial(content.read, PIECE), b"")


def _refused(bucket: str, refusal: Refusal) -> Failed:
    if refusal.code in ("NoSuchBucket", "AccessControlListNotSupported"):
        return Failed(CONFIGURATION, f"The deployment to the bucket {bucket} failed. Error: Amazon S3:{refusal}")
    return Failed(
        PERMISSION,
        "Insufficient permissions\nThe service role or action role doesn't have the permissions required to write to "
        f"the Amazon S3 bucket named {bucket}. Update the IAM role permissions, and then try again. Error: Amazon S3:"
        f"{refusal}",
    )
