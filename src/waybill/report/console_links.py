"""Addresses in the AWS console that only pages for people need; None where no console is known."""

from __future__ import annotations

from waybill.domain.console import home, quoted


def object_url(partition: str, region: str, bucket: str, key: str) -> str | None:
    """Return the S3 console's page of an object, None where the partition or the region is none we know."""
    begin = home(partition, region)
    return f"{begin}/s3/object/{quoted(bucket)}?region={region}&prefix={quoted(key)}" if begin else None


def parameter_url(partition: str, region: str, name: str) -> str | None:
    """Return Systems Manager's page of a parameter, None where the partition or the region is none we know.

    The console's own addresses have the name encoded twice (`/a/b` is `%252Fa%252Fb`): its router decodes once.
    """
    begin = home(partition, region)
    if not begin:
        return None
    return f"{begin}/systems-manager/parameters/{quoted(quoted(name))}/description?region={region}"
