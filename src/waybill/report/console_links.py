"""Addresses in the AWS console that only pages for people need; None where no console is known."""

from __future__ import annotations

import re

from waybill.domain.console import home, quoted

_STREAM = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):logs:(?P<region>[a-z0-9-]+):\d{12}:log-group:(?P<group>[^:*]+)"
    r":log-stream:(?P<stream>[^:*]+)",
    re.ASCII,
)


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


def log_url(arn: str) -> str | None:
    """Return CloudWatch's page of a log stream from its ARN, None where the text is none of a stream that we know.

    In the fragment names are encoded twice, with `$` for `%`: `/a/b` is `$252Fa$252Fb`.
    """
    found = _STREAM.fullmatch(arn)
    begin = home(found["partition"], found["region"]) if found else ""
    if found is None or not begin:
        return None
    group, stream = (quoted(quoted(found[part])).replace("%", "$") for part in ("group", "stream"))
    place = f"#logsV2:log-groups/log-group/{group}/log-events/{stream}"
    return f"{begin}/cloudwatch/home?region={found['region']}{place}"
