"""Addresses in the AWS console, for the partitions whose console we know."""

from __future__ import annotations

import re
from urllib.parse import quote

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}")


def object_url(partition: str, region: str, bucket: str, key: str) -> str | None:
    """Return the S3 console's page of an object, None where the partition or the region is none we know."""
    home = _home(partition, region)
    if home is None:
        return None
    return f"{home}/s3/object/{_quoted(bucket)}?region={region}&prefix={_quoted(key)}"


def parameter_url(partition: str, region: str, name: str) -> str | None:
    """Return Systems Manager's page of a parameter, None where the partition or the region is none we know.

    The console's own addresses have the name encoded twice (`/a/b` is `%252Fa%252Fb`): its router decodes once.
    """
    home = _home(partition, region)
    if home is None:
        return None
    return f"{home}/systems-manager/parameters/{_quoted(_quoted(name))}/description?region={region}"


def _home(partition: str, region: str) -> str | None:
    console = _CONSOLES.get(partition)
    return f"https://{region}.{console}" if console and _REGION.fullmatch(region) else None


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")
