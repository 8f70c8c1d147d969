"""All of the engine's replacements in moto, in one place. Call once, before the server answers."""

from __future__ import annotations

from waybill.sandbox.engine import objects, s3, ssm, sts
from waybill.sandbox.engine.s3_copies import StrictS3Copies


def install() -> None:
    """Make moto strict: S3's objects and requests, Parameter Store, STS."""
    objects.install()
    s3.install(StrictS3Copies)
    ssm.install()
    sts.install()
