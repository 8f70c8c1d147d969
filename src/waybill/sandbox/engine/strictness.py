"""All of the engine's replacements in moto, in one place. Call once, before the server answers."""

from __future__ import annotations

from waybill.sandbox.engine import objects, s3, ssm, sts
from waybill.sandbox.engine.s3_uploads import StrictS3Uploads


def install() -> None:
    """Make moto strict: S3's objects and requests, Parameter Store, STS."""
    objects.install()
    s3.install(StrictS3Uploads)
    ssm.install()
    sts.install()
