from __future__ import annotations

import pytest

from report.rendered import read
from waybill.domain.console import log_url
from waybill.report.markdown import link

ARN = "arn:aws:logs:us-east-1:222222222222:log-group:/aws/codebuild/site:log-stream:abc/1[x]"
PAGE = (
    "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
    "#logsV2:log-groups/log-group/$252Faws$252Fcodebuild$252Fsite/log-events/abc$252F1$255Bx$255D"
)


def test_a_log_stream_has_its_page() -> None:
    assert log_url(ARN) == PAGE


@pytest.mark.parametrize(
    ("partition", "region", "console"),
    [("aws-cn", "cn-north-1", "console.amazonaws.cn"), ("aws-us-gov", "us-gov-east-1", "console.amazonaws-us-gov.com")],
)
def test_a_log_stream_has_its_page_in_its_own_partition(partition: str, region: str, console: str) -> None:
    url = log_url(ARN.replace(":aws:", f":{partition}:").replace("us-east-1", region))
    assert url.startswith(f"https://{region}.{console}/cloudwatch/home?region={region}#")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.test/log",
        ARN.removesuffix(":log-stream:abc/1[x]"),
        ARN.replace(":aws:", ":aws-iso:"),
        ARN.replace("us-east-1", "evil.example"),
        f"{ARN}:*",
        f" {ARN}",
    ],
)
def test_what_is_no_log_stream_that_we_know_has_none(text: str) -> None:
    assert log_url(text) == ""


def test_the_page_comes_through_markdown_as_it_is() -> None:
    assert read(link("log", log_url(ARN))).links == [PAGE]
