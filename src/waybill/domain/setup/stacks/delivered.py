"""The stacks of a pipeline: `pipeline-region.yaml` for further regions, `pipeline.yaml`, and `production.yaml`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from waybill.domain.arns import partition_of
from waybill.domain.setup.estate import Estate, PipelineEntry
from waybill.domain.setup.stacks.regional import (
    bucket_name,
    pipeline_policy,
    pipeline_ref,
    production_ref,
    region_ref,
    role_arn,
)
from waybill.domain.setup.stacks.wanted import OutputOf, StackRef, Value, WantedStack, listed, stack_name

ORDINALS = ("Second", "Third")
LONGEST = 31
"""Characters of `ArtifactBucketPrefix`: with a region and an account a bucket's name has 63 at most."""

_NO_BUCKET = re.compile(r"[^a-z0-9-]+")


def pipeline_stacks(estate: Estate, pipeline: PipelineEntry, project: str | None) -> Iterator[WantedStack]:
    """Yield all stacks of one pipeline."""
    for region in pipeline.also:
        yield WantedStack(
            ref=_artifacts_ref(estate, pipeline, region),
            template="pipeline-region",
            parameters={**_names(pipeline), **_production(estate, pipeline)},
            project=project,
        )
    yield WantedStack(
        ref=pipeline_ref(estate, pipeline),
        template="pipeline",
        parameters=_pipeline(estate, pipeline),
        project=project,
    )
    for region in (pipeline.region, *pipeline.also):
        yield WantedStack(
            ref=production_ref(estate, pipeline, region),
            template="production",
            parameters=_output(estate, pipeline, region),
            project=project,
        )


def artifact_prefix(pipeline: PipelineEntry) -> str:
    """Return what the names of a pipeline's artifact buckets begin with; of a long name the end is a digest."""
    name = _NO_BUCKET.sub("-", pipeline.name.lower()).strip("-") or "pipeline"
    if len(name) <= LONGEST and name == pipeline.name and len(name) > 1:
        return name
    digest = hashlib.sha256(pipeline.name.encode()).hexdigest()[:6]
    return f"{name[: LONGEST - 7].strip('-')}-{digest}"


def _pipeline(estate: Estate, pipeline: PipelineEntry) -> dict[str, Value]:
    account = estate.account(pipeline.account)
    parameters: dict[str, Value] = {
        **_names(pipeline),
        **_production(estate, pipeline),
        "PipelineName": pipeline.name,
        "ExecutionMode": pipeline.mode,
        "ServiceRoleName": _service_role(pipeline),
        "SourceObjectKey": pipeline.source.key,
        "StartsOnUpload": "yes" if pipeline.starts_on_upload else "no",
        "OutputBucketName": pipeline.output.bucket,
        "OutputFolder": pipeline.output.folder,
        "PolicyName": pipeline_policy(estate, pipeline),
        "StagedBuckets": f"{estate.prefixes.bucket}-*",
        "StagedKeyPrefix": estate.prefixes.key,
    }
    if pipeline.source.bucket:
        parameters["InputBucketName"] = pipeline.source.bucket
    else:
        parameters["StagingBucketName"] = bucket_name(estate, account, pipeline.region)
        parameters["StagingKeyArn"] = OutputOf(region_ref(estate, account.name, pipeline.region), "KeyArn")
        parameters["StagedAccount"] = account.id
    for ordinal, region, bucket in zip(ORDINALS, pipeline.also, pipeline.output.also, strict=False):
        artifacts = _artifacts_ref(estate, pipeline, region)
        parameters |= {
            f"{ordinal}Region": region,
            f"{ordinal}ArtifactBucketName": f"{artifact_prefix(pipeline)}-{region}-{account.id}",
            f"{ordinal}KeyArn": OutputOf(artifacts, "KeyArn"),
            f"{ordinal}OutputBucketName": bucket,
        }
    return parameters


def _output(estate: Estate, pipeline: PipelineEntry, region: str) -> dict[str, Value]:
    """Return the parameters of one region's output bucket; the role is made in the pipeline's own region."""
    regions = (pipeline.region, *pipeline.also)
    buckets = dict(zip(regions, (pipeline.output.bucket, *pipeline.output.also), strict=False))
    partition, development = partition_of(region), estate.account(pipeline.account)
    parameters: dict[str, Value] = {
        "OutputBucketName": buckets[region],
        "DevelopmentAccount": development.id,
        "ServiceRoleName": _service_role(pipeline),
        "DeployRoleName": pipeline.deploy_role,
        "ComparingRoleArns": listed([role_arn(estate, development, "deploy")]),
    }
    if pipeline.distribution and region == pipeline.region:
        parameters["MakesDistribution"] = "yes"
        parameters["DistributionFolder"] = f"/{pipeline.output.folder.strip('/')}" if pipeline.output.folder else ""
        parameters["DomainNames"] = listed(pipeline.distribution.domain_names)
        parameters["CertificateArn"] = pipeline.distribution.certificate or ""
    if region != pipeline.region:
        return {**parameters, "MakesRole": "no"}
    artifacts = [f"{artifact_prefix(pipeline)}-{one}-{development.id}" for one in regions]
    keys = [OutputOf(_artifacts_ref(estate, pipeline, one), "KeyArn") for one in pipeline.also]
    return {
        **parameters,
        "OtherOutputBucketArns": listed(f"arn:{partition}:s3:::{buckets[one]}" for one in pipeline.also),
        "ArtifactBucketArns": listed(f"arn:{partition}:s3:::{one}" for one in artifacts),
        "PipelineKeyArns": listed([OutputOf(pipeline_ref(estate, pipeline), "KeyArn"), *keys]),
    }


def _artifacts_ref(estate: Estate, pipeline: PipelineEntry, region: str) -> StackRef:
    return StackRef(pipeline.account, region, stack_name(estate.prefixes.stack, "artifacts", pipeline.name))


def _names(pipeline: PipelineEntry) -> dict[str, Value]:
    prefix = artifact_prefix(pipeline)
    return {"ArtifactBucketPrefix": prefix, "KeyAlias": f"alias/{prefix}"}


def _production(estate: Estate, pipeline: PipelineEntry) -> dict[str, Value]:
    return {
        "ProductionAccount": estate.account(pipeline.production).id,
        "DeployRoleName": pipeline.deploy_role,
    }


def _service_role(pipeline: PipelineEntry) -> str:
    return f"{artifact_prefix(pipeline)}-service-role"
