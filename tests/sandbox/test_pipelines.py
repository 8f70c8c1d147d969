"""A pipeline really runs: from an object in development to files in production."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.pipelines import SITE, Workshop, deploy, packed, source
from waybill.sandbox import layout

pytestmark = pytest.mark.engine


def test_the_prepared_pipeline_unpacks_the_pinned_version_into_production(shop: Workshop, clients: Any) -> None:
    s3 = clients.user("s3")
    put = {"Bucket": layout.INPUT_BUCKET, "Key": layout.INPUT_KEY}
    summary = {"codepipeline-artifact-revision-summary": "site 1.0.0 0123abcd"}
    version = s3.put_object(**put, Body=packed(SITE), Metadata=summary)["VersionId"]
    s3.put_object(**put, Body=packed({"index.html": b"newer"}))
    execution = shop.pinned(layout.PIPELINE, version, clientRequestToken="0123456789abcdef")
    assert shop.ended(layout.PIPELINE, execution) == "Succeeded"
    assert SITE.items() <= shop.files(bucket=layout.OUTPUT_BUCKET).items()
    told = shop.client.list_pipeline_executions(pipelineName=layout.PIPELINE)["pipelineExecutionSummaries"][0]
    assert told["pipelineExecutionId"] == execution
    assert told["sourceRevisions"][0]["revisionId"] == version
    assert told["sourceRevisions"][0]["revisionSummary"] == "site 1.0.0 0123abcd"
    assert told["trigger"] == {
        "triggerType": "StartPipelineExecution",
        "triggerDetail": "arn:aws:iam::111111111111:user/waybill-sandbox",
    }
    # Development may look at what is deployed.
    listed = s3.list_objects_v2(Bucket=layout.OUTPUT_BUCKET, ExpectedBucketOwner=layout.PRODUCTION)["Contents"]
    assert SITE.keys() <= {each["Key"] for each in listed}


def test_the_other_prepared_pipeline_takes_whatever_key_the_start_names(shop: Workshop, clients: Any) -> None:
    bucket = layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION)
    put = clients.user("s3").put_object(Bucket=bucket, Key="Site@1.0.0", Body=packed(SITE))
    name = {"actionName": "Source", "revisionType": "S3_OBJECT_KEY", "revisionValue": "Site@1.0.0"}
    pin = {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": put["VersionId"]}
    execution = shop.start(layout.STAGED_PIPELINE, sourceRevisions=[name, pin])
    assert shop.ended(layout.STAGED_PIPELINE, execution) == "Succeeded"
    expected = {f"site/{name}": body for name, body in SITE.items()}
    assert shop.files(bucket=layout.STAGED_OUTPUT_BUCKET) == expected


def test_without_a_pin_the_newest_object_is_taken(shop: Workshop) -> None:
    shop.upload()
    newest = shop.upload(packed({"index.html": b"two"}))
    name = shop.create()
    execution = shop.start(name)
    assert shop.ended(name, execution) == "Succeeded"
    assert shop.files() == {"index.html": b"two"}
    assert shop.execution(name, execution)["artifactRevisions"][0]["revisionId"] == newest
    assert shop.execution(name, execution)["artifactRevisions"][0]["revisionSummary"].endswith(newest)
    assert shop.stage(name, "Source")["actionStates"][0]["currentRevision"]["revisionId"] == newest


def test_a_parallel_pipeline_takes_the_newest_object_whatever_is_pinned(shop: Workshop) -> None:
    older = shop.upload()
    newest = shop.upload(packed({"index.html": b"two"}))
    name = shop.create(executionMode="PARALLEL")
    execution = shop.pinned(name, older)
    assert shop.ended(name, execution) == "Succeeded"
    assert shop.execution(name, execution)["artifactRevisions"][0]["revisionId"] == newest


def test_it_deploys_into_another_region_encrypted_with_the_actions_key(shop: Workshop, clients: Any) -> None:
    region = "eu-west-1"
    s3 = clients.user("s3", region, layout.PRODUCTION)
    far, store = f"far-{shop.output}", f"store-{shop.output}"
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=far, **where)
    clients.user("s3", region).create_bucket(Bucket=store, **where)
    clients.user("s3", region).put_bucket_policy(
        Bucket=store, Policy=layout.artifact_policy().replace(layout.ARTIFACT_BUCKET, store)
    )
    key = clients.user("kms", region, layout.PRODUCTION).create_key()["KeyMetadata"]["Arn"]
    shop.upload()
    to = deploy(
        far,
        more={"roleArn": layout.DEPLOY_ROLE_ARN, "region": region},
        KMSEncryptionKeyARN=key,
        CacheControl="max-age=60",
        CannedACL="bucket-owner-full-control",
        ObjectKey="www/",
    )
    stores = {
        layout.HOME_REGION: {"type": "S3", "location": layout.ARTIFACT_BUCKET},
        region: {"type": "S3", "location": store},
    }
    declaration = shop.declare(source(shop.source, shop.key), to, artifactStores=stores)
    del declaration["artifactStore"]
    shop.client.create_pipeline(pipeline=declaration)
    execution = shop.start(declaration["name"])
    assert shop.ended(declaration["name"], execution) == "Succeeded"
    assert shop.files(region=region, bucket=far) == {f"www/{name}": body for name, body in SITE.items()}
    head = s3.head_object(Bucket=far, Key="www/css/site.css")
    assert (head["ContentType"], head["CacheControl"]) == ("text/css", "max-age=60")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    assert s3.head_object(Bucket=far, Key="www/data")["ContentType"] == "application/octet-stream"


def test_without_extract_the_artifact_lies_under_the_object_key_as_it_is(shop: Workshop) -> None:
    shop.upload(b"no zip at all")
    name = shop.create(source(shop.source, shop.key), shop.deploy(Extract="false", ObjectKey="app/site.bin"))
    assert shop.ended(name, shop.start(name)) == "Succeeded"
    assert shop.files() == {"app/site.bin": b"no zip at all"}


def test_variables_reach_the_configuration_of_actions(shop: Workshop) -> None:
    version = shop.upload()
    first = source(shop.source, shop.key) | {"namespace": "Taken"}
    name = shop.create(
        first,
        shop.deploy(ObjectKey="#{variables.folder}/#{Taken.VersionId}/#{variables.unknown}"),
        variables=[{"name": "folder", "defaultValue": "www"}, {"name": "other"}],
    )
    given = [{"name": "folder", "value": "blue"}, {"name": "other", "value": "x"}]
    execution = shop.start(name, variables=given)
    assert shop.ended(name, execution) == "Succeeded"
    folder = "blue/" + version + "/#{variables.unknown}"
    assert shop.files() == {f"{folder}/{name}": body for name, body in SITE.items()}
    assert {"name": "folder", "resolvedValue": "blue"} in shop.execution(name, execution)["variables"]
    deployed = shop.runs(name, execution)[0]
    assert deployed["input"]["resolvedConfiguration"]["ObjectKey"] == folder
    assert deployed["input"]["configuration"]["ObjectKey"].startswith("#{variables.folder}")


def test_an_object_of_many_parts_and_a_copy_are_sources_like_any_other(shop: Workshop, clients: Any) -> None:
    s3 = clients.user("s3")
    target = {"Bucket": shop.source, "Key": shop.key}
    body = packed({"large": bytes(6 * 2**20), "index.html": b"parts"})
    upload = {**target, "UploadId": s3.create_multipart_upload(**target)["UploadId"]}
    cut = 5 * 2**20
    sent = [
        {"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=part)["ETag"]}
        for number, part in enumerate((body[:cut], body[cut:]), 1)
    ]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": sent})
    name = shop.create()
    assert shop.ended(name, shop.start(name)) == "Succeeded"
    assert shop.files()["index.html"] == b"parts"
    copied = s3.copy_object(Bucket=shop.source, Key="copy.zip", CopySource=target)["VersionId"]
    other = shop.create(source(shop.source, "copy.zip"), shop.deploy(ObjectKey="copy"))
    assert shop.ended(other, shop.pinned(other, copied)) == "Succeeded"
    assert shop.files()["copy/index.html"] == b"parts"
