from __future__ import annotations

import pytest

from waybill.domain.console import approval_url, execution_url, pipeline_url

ID = "3f2a1b4c-0000-4000-8000-123456789abc"


@pytest.mark.parametrize(
    ("partition", "region", "console"),
    [
        ("aws", "us-east-1", "us-east-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_an_execution_and_an_approval_have_a_page_in_every_console_that_we_know(
    partition: str, region: str, console: str
) -> None:
    pipelines = f"https://{console}/codesuite/codepipeline/pipelines"
    assert execution_url(partition, region, "site", ID) == f"{pipelines}/site/executions/{ID}/timeline?region={region}"
    assert approval_url(partition, region, "site") == f"{pipelines}/site/view?region={region}"


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws-iso", "us-iso-east-1"), ("", "us-east-1"), ("aws", ""), ("aws", "evil.example/"), ("aws", "us-east-1\n")],
)
def test_no_address_is_made_up(partition: str, region: str) -> None:
    assert execution_url(partition, region, "site", ID) == ""
    assert pipeline_url(partition, region, "site") == ""


def test_a_name_stays_one_part_of_the_address() -> None:
    assert "/pipelines/a%2F..%3F%23%40b/executions/%0A/" in execution_url("aws", "us-east-1", "a/..?#@b", "\n")
    assert "/pipelines/a.b@c_d-e/".replace("@", "%40") in pipeline_url("aws", "us-east-1", "a.b@c_d-e")
