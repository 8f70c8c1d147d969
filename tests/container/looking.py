"""Looks into the sandbox's production account, past waybill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.layout import PRODUCTION, REGIONS
from waybill.sandbox.server import Sandbox


def s3_of_production(sandbox: Sandbox) -> Mapping[str, Any]:
    """Return an S3 client of the production account for every region."""
    import boto3

    seen = sandbox.environment(account=PRODUCTION)
    session = boto3.Session(
        aws_access_key_id=seen["AWS_ACCESS_KEY_ID"], aws_secret_access_key=seen["AWS_SECRET_ACCESS_KEY"]
    )
    return {region: session.client("s3", region_name=region, endpoint_url=sandbox.url) for region in REGIONS}
