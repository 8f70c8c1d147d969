"""The pipeline of the sandbox, `crossaccountdeploy`, in the fakes' world: development's, deploying into production."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fakes.aws import DEVELOPMENT, PRODUCTION, FakeAws
from fakes.codepipeline import FakePipeline
from waybill.domain.deploy.pipeline import ActionDefinition, Mode, Pipeline, PipelineType, Variable

SITE = "crossaccountdeploy"
SITE_REGION = "us-east-1"
INPUT, KEY, OUTPUT = "codepipeline-input-bucket", "sample-website.zip", "codepipeline-output-bucket"


def site_pipeline(
    *,
    mode: Mode = Mode.SUPERSEDED,
    type: PipelineType = PipelineType.V2,
    approval: bool = False,
    override: bool = False,
    polls: bool = False,
    bucket: str = INPUT,
    key: str = KEY,
    variables: tuple[Variable, ...] = (),
    region: str = SITE_REGION,
    account: str = DEVELOPMENT,
    **changes: Any,
) -> Pipeline:
    """Return its definition: stages Source (action `Source`), with `approval` Approve (`Manual`), Deploy (`Push`)."""
    source = {
        "S3Bucket": bucket,
        "S3ObjectKey": key,
        "PollForSourceChanges": str(polls).lower(),
        "AllowOverrideForS3ObjectKey": str(override).lower(),
    }
    manual = {"CustomData": "Look at it.", "ExternalEntityLink": "https://example.com/preview"}
    push = {"BucketName": OUTPUT, "Extract": "true"}
    actions = [ActionDefinition(stage="Source", name="Source", category="Source", provider="S3", configuration=source)]
    if approval:
        actions.append(
            ActionDefinition(
                stage="Approve", name="Manual", category="Approval", provider="Manual", configuration=manual
            )
        )
    role = f"arn:aws:iam::{PRODUCTION}:role/prods3role"
    actions.append(
        ActionDefinition(stage="Deploy", name="Push", category="Deploy", provider="S3", role=role, configuration=push)
    )
    pipeline = Pipeline(
        name=SITE,
        arn=f"arn:aws:codepipeline:{region}:{account}:{SITE}",
        region=region,
        account=account,
        version=1,
        type=type,
        mode=mode,
        stages=tuple(dict.fromkeys(action.stage for action in actions)),
        actions=tuple(actions),
        variables=variables,
    )
    return replace(pipeline, **changes)


def add_pipeline(world: FakeAws, pipeline: Pipeline, *, versioned: bool = True) -> FakePipeline:
    """Make a pipeline, and the buckets of its S3 actions that are not there; production may read development's."""
    for action in pipeline.actions:
        if action.bucket and action.bucket not in world.buckets and (action.is_s3_source or action.is_s3_deploy):
            owner = action.role.split(":")[4] if action.role else pipeline.account
            is_source = action.is_s3_source
            world.add_bucket(
                action.region or pipeline.region, action.bucket, owner=owner, versioned=versioned or not is_source
            )
    pipe = FakePipeline(world=world, definition=pipeline)
    world.pipelines[pipeline.account, pipeline.region, pipeline.name] = pipe
    return pipe


def add_site(world: FakeAws, *, versioned: bool = True, **changes: Any) -> FakePipeline:
    """Make the site's pipeline with its buckets; `changes` are those of `site_pipeline`."""
    return add_pipeline(world, site_pipeline(**changes), versioned=versioned)
