"""All of the engine's replacements in moto, in one place. Call once, before the server answers."""

from __future__ import annotations

from waybill.sandbox.engine import events, iam, kms, objects, once, s3, ssm, sts
from waybill.sandbox.engine.automation import Automation
from waybill.sandbox.engine.s3_settings import StrictS3Settings


def install(automation: Automation) -> None:
    """Make moto strict: S3, IAM, KMS, Parameter Store, STS; uploads and events reach `automation`."""
    once.install()
    objects.install(automation.written)
    events.install(automation.fired)
    s3.install(StrictS3Settings)
    iam.install()
    kms.install()
    ssm.install()
    sts.install()
