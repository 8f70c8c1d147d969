"""The pipelines as they are when the sandbox starts: those of `layout`, and moto's way to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.sandbox import layout
from waybill.sandbox.engine import keys
from waybill.sandbox.engine.codepipeline import face
from waybill.sandbox.engine.codepipeline.service import Place, Service


def opened(clock: Callable[[], float], *, prepared: bool = True) -> Service:
    """Return the prepared pipelines (or none), and let them answer CodePipeline's requests."""
    service = Service(clock)
    if prepared:
        _prepare(service)
    face.install(service)
    return service


def _prepare(service: Service) -> None:
    place = Place(layout.DEVELOPMENT, layout.HOME_REGION)
    key = keys.arn(layout.PIPELINE_KEY_ALIAS, account=place.account, region=place.region)
    service.create(place, upload(key))
    service.create(place, staged(key))


def upload(key: str) -> dict[str, Any]:
    """Return the cross-account pipeline: what is uploaded to its source key is unpacked in production."""
    source = {
        "S3Bucket": layout.INPUT_BUCKET,
        "S3ObjectKey": layout.INPUT_KEY,
        "PollForSourceChanges": "false",
    }
    return _pipeline(layout.PIPELINE, key, source, {"BucketName": layout.OUTPUT_BUCKET, "Extract": "true"})


def staged(key: str) -> dict[str, Any]:
    """Return the pipeline whose source reads the staging bucket, at whatever key a start names."""
    source = {
        "S3Bucket": layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION),
        "S3ObjectKey": layout.STAGED_INPUT_KEY,
        "PollForSourceChanges": "false",
        "AllowOverrideForS3ObjectKey": "true",
    }
    output = {"BucketName": layout.STAGED_OUTPUT_BUCKET, "Extract": "true", "ObjectKey": layout.STAGED_OUTPUT_FOLDER}
    return _pipeline(layout.STAGED_PIPELINE, key, source, output)


def _pipeline(name: str, key: str, source: dict[str, str], output: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "roleArn": layout.PIPELINE_ROLE_ARN,
        "artifactStore": {
            "type": "S3",
            "location": layout.ARTIFACT_BUCKET,
            "encryptionKey": {"id": key, "type": "KMS"},
        },
        "pipelineType": "V2",
        "executionMode": "SUPERSEDED",
        "stages": [
            {"name": "Source", "actions": [_action("Source", source, outputs=["SourceArtifact"])]},
            {
                "name": "Deploy",
                "actions": [_action("Deploy", output, inputs=["SourceArtifact"]) | {"roleArn": layout.DEPLOY_ROLE_ARN}],
            },
        ],
    }


def _action(
    category: str, configuration: dict[str, str], *, inputs: list[str] | None = None, outputs: list[str] | None = None
) -> dict[str, Any]:
    return {
        "name": category,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": "S3", "version": "1"},
        "runOrder": 1,
        "configuration": configuration,
        "inputArtifacts": [{"name": name} for name in inputs or []],
        "outputArtifacts": [{"name": name} for name in outputs or []],
    }
