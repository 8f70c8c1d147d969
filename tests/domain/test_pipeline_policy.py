from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from fakes.site import site_pipeline
from waybill.domain.arns import RoleArn
from waybill.domain.calls import PIPELINE_CALLS
from waybill.domain.deploy.pipeline import ActionDefinition
from waybill.domain.deploy.policy import look_policy, pipeline_policy, published_pipeline_policy
from waybill.domain.policy import published_deploy_policy

ROLE = RoleArn.parse("arn:aws:iam::111111111111:role/waybill-deploy")
ARN = "arn:aws:codepipeline:us-east-1:111111111111:crossaccountdeploy"


@dataclass(frozen=True, slots=True)
class Staged:
    bucket: str = "waybill-staging-222222222222-us-east-1"
    key: str = "site@1.0.0"


def allowed(policy: str) -> dict[str, set[str]]:
    """Return the resources of each action."""
    found: dict[str, set[str]] = {}
    for statement in json.loads(policy)["Statement"]:
        assert statement["Effect"] == "Allow"
        for action in listed(statement["Action"]):
            found.setdefault(action, set()).update(listed(statement["Resource"]))
    return found


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_a_look_changes_nothing_and_sees_only_pipelines_of_this_name() -> None:
    found = allowed(look_policy(ROLE, "crossaccountdeploy"))
    assert {action.split(":")[1][:4] for action in found} <= {"GetP", "List", "GetB"}
    pipelines = {resource for action in found if action.startswith("codepipeline:") for resource in found[action]}
    assert pipelines == {"arn:aws:codepipeline:*:111111111111:crossaccountdeploy"}


def test_a_run_may_write_the_source_key_and_read_the_staged_artifact_and_no_other() -> None:
    found = allowed(pipeline_policy(ROLE, site_pipeline(), Staged()))
    assert found["s3:PutObject"] == {"arn:aws:s3:::codepipeline-input-bucket/sample-website.zip"}
    assert found["s3:GetObjectVersion"] == {
        "arn:aws:s3:::codepipeline-input-bucket/sample-website.zip",
        "arn:aws:s3:::waybill-staging-222222222222-us-east-1/site@1.0.0",
    }
    assert found["codepipeline:StartPipelineExecution"] == {ARN}
    assert found["codepipeline:RollbackStage"] == {f"{ARN}/*"}
    assert "*" in found["events:ListRuleNamesByTarget"]
    assert not any(action.startswith("cloudfront:") for action in found)


def test_without_a_copy_nothing_may_be_written_into_a_bucket() -> None:
    found = allowed(pipeline_policy(ROLE, site_pipeline(), None))
    assert not {"s3:PutObject", "s3:AbortMultipartUpload", "kms:GenerateDataKey"} & found.keys()
    assert "codepipeline:StartPipelineExecution" in found


def test_only_the_distributions_that_are_named_may_be_invalidated() -> None:
    found = allowed(pipeline_policy(ROLE, site_pipeline(), None, distributions=("E1", "E2", "E1")))
    prefix = "arn:aws:cloudfront::111111111111:distribution"
    assert found["cloudfront:CreateInvalidation"] == {f"{prefix}/E1", f"{prefix}/E2"}


def test_a_bucket_that_a_variable_names_is_known_up_to_the_variable() -> None:
    push = site_pipeline().actions[-1]
    pipeline = site_pipeline(actions=(replace(push, configuration={"BucketName": "site-#{variables.WHERE}"}),))
    assert allowed(pipeline_policy(ROLE, pipeline, None))["s3:GetObject"] >= {"arn:aws:s3:::site-*/*"}


def deploys(count: int, length: int) -> tuple[ActionDefinition, ...]:
    push = site_pipeline().actions[-1]
    names = [f"{number:04d}{'x' * (length - 4)}" for number in range(count)]
    return tuple(replace(push, name=name, configuration={"BucketName": name}) for name in names)


@pytest.mark.parametrize("outputs", [1, 4, 8, 30])
@pytest.mark.parametrize("length", [20, 900])
def test_sts_takes_the_policy_however_long_the_names_are_and_it_still_allows_all(outputs: int, length: int) -> None:
    name = "n" * 100
    source = site_pipeline(bucket="b" * 63, key="k" * length).actions[0]
    pipeline = site_pipeline(
        name=name,
        arn=f"arn:aws:codepipeline:ap-southeast-2:111111111111:{name}",
        actions=(source, *deploys(outputs, 63)),
    )
    staged = Staged("c" * 63, "s" * length)
    text = pipeline_policy(ROLE, pipeline, staged)
    assert len(text) <= 2048
    found = allowed(text)
    for action, needed in (
        ("s3:PutObject", f"{source.bucket}/{source.key}"),
        ("s3:GetObjectVersion", f"{staged.bucket}/{staged.key}"),
        *(("s3:GetObject", f"{action.bucket}/index.html") for action in pipeline.actions[1:]),
    ):
        assert any(fits(pattern, f"arn:aws:s3:::{needed}") for pattern in found[action]), needed


def fits(pattern: str, arn: str) -> bool:
    """Whether an ARN is one that a resource of a policy names."""
    head, *rest = pattern.split("*")
    if not arn.startswith(head):
        return False
    return not rest or not rest[-1] or rest[-1] in arn[len(head) :]


def test_what_is_published_has_every_call() -> None:
    published = allowed(json.dumps(published_pipeline_policy()))
    assert {call.action for call in PIPELINE_CALLS} == published.keys()
    assert allowed(json.dumps(published_deploy_policy()))["s3:PutObject"] == {"arn:aws:s3:::*/*@*/events/*/*"}
