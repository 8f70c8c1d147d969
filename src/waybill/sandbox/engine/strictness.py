"""All of the engine's replacements in moto, in one place. Call once, before the server answers."""

from __future__ import annotations

from waybill.sandbox.engine import events, objects, s3, ssm, sts
from waybill.sandbox.engine.automation import Automation
from waybill.sandbox.engine.s3_copies import StrictS3Copies


def install(automation: Automation) -> None:
    """Make moto strict: S3's objects and requests, Parameter Store, STS; uploads and events reach `automation`."""
    objects.install(automation.written)
    events.install(automation.fired)
    s3.install(StrictS3Copies)
    ssm.install()
    sts.install()
