"""Addresses in the AWS console, for the partitions whose console we know. Pure.

Where the partition or the region is none we know, an address is an empty text: no link is better than a wrong one.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}", re.ASCII)
_STREAM = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):logs:(?P<region>[a-z0-9-]+):\d{12}:log-group:(?P<group>[^:*]+)"
    r":log-stream:(?P<stream>[^:*]+)",
    re.ASCII,
)


def home(partition: str, region: str) -> str:
    """Return the console's beginning in a region, `https://us-east-1.console.aws.amazon.com`."""
    console = _CONSOLES.get(partition)
    return f"https://{region}.{console}" if console and _REGION.fullmatch(region) else ""


def quoted(text: str) -> str:
    """Return text as one part of an address's path or of its query."""
    return quote(text, safe="", errors="replace")


def pipeline_url(partition: str, region: str, pipeline: str) -> str:
    """Return CodePipeline's page of a pipeline, on which its stages, transitions and approvals are."""
    begin = _pipeline(partition, region, pipeline)
    return f"{begin}/view?region={region}" if begin else ""


def approval_url(partition: str, region: str, pipeline: str) -> str:
    """Return where a person approves or rejects: the pipeline's page, on which the waiting action has its button.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-approve-or-reject.html; an address with the
    approval's own token exists, but the token is a secret of whoever may decide.
    """
    return pipeline_url(partition, region, pipeline)


def execution_url(partition: str, region: str, pipeline: str, execution: str) -> str:
    """Return CodePipeline's page of one execution: its timeline, with every action's end and message."""
    begin = _pipeline(partition, region, pipeline)
    return f"{begin}/executions/{quoted(execution)}/timeline?region={region}" if begin else ""


def log_url(arn: str) -> str:
    """Return CloudWatch's page of a log stream from its ARN, empty where the text is none of a stream that we know.

    In the fragment names are encoded twice, with `$` for `%`: `/a/b` is `$252Fa$252Fb`.
    """
    found = _STREAM.fullmatch(arn)
    begin = home(found["partition"], found["region"]) if found else ""
    if found is None or not begin:
        return ""
    group, stream = (quoted(quoted(found[part])).replace("%", "$") for part in ("group", "stream"))
    place = f"#logsV2:log-groups/log-group/{group}/log-events/{stream}"
    return f"{begin}/cloudwatch/home?region={found['region']}{place}"


def _pipeline(partition: str, region: str, pipeline: str) -> str:
    begin = home(partition, region)
    return f"{begin}/codesuite/codepipeline/pipelines/{quoted(pipeline)}" if begin else ""
