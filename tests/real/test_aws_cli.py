"""The real aws command line sees what Waybill says it stored: key, checksum, parameter, and no left-overs."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from awscrt.checksums import crc64nvme

from real.here import waybill_here as waybill
from real.tools import program, run
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

Aws = Callable[..., Any]
BUCKET = layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION)


@pytest.fixture
def aws(environment: dict[str, str]) -> Aws:
    path = program("aws")

    def ask(*words: str) -> Any:
        ended = run(environment, path, "--output", "json", *words)
        assert ended.code == 0, ended.stderr
        return json.loads(ended.stdout) if ended.stdout.strip() else {}

    return ask


def stage(environment: dict[str, str], project: str, path: Path, *more: str) -> None:
    words = ("stage", "--project", project, "--version", "1.0.0", "--path", path, "--regions", layout.HOME_REGION)
    ended = waybill(environment, *words, *more)
    assert ended.code == 0, ended.stdout + ended.stderr


def test_one_part_has_its_sha256_and_the_buckets_key(
    aws: Aws, environment: dict[str, str], project: str, artifact: Path, tmp_path: Path
) -> None:
    stage(environment, project, artifact, "--metadata", "b=2", "--metadata", "a=1")
    key = f"{project}@1.0.0"
    head = aws("s3api", "head-object", "--bucket", BUCKET, "--key", key, "--checksum-mode", "ENABLED")
    arn = aws("kms", "describe-key", "--key-id", layout.KEY_ALIAS)["KeyMetadata"]["Arn"]
    body = artifact.read_bytes()
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"], head["BucketKeyEnabled"]) == ("aws:kms", arn, True)
    assert head["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert (head["ContentLength"], head["ContentType"]) == (len(body), "application/octet-stream")
    metadata = tmp_path / "metadata"
    aws("s3api", "get-object", "--bucket", BUCKET, "--key", f"{key}/metadata", str(metadata))
    assert metadata.read_text() == '{\n  "a": "1",\n  "b": "2"\n}'
    found = aws("ssm", "get-parameter", "--name", f"/artifacts/{project}/latest")["Parameter"]
    assert (found["Value"], found["Type"]) == ("1.0.0", "String")


def test_several_parts_have_the_crc_of_the_whole_and_nothing_is_unfinished(
    aws: Aws, environment: dict[str, str], project: str, large: Path, tmp_path: Path
) -> None:
    stage(environment, project, large)
    key = f"{project}@1.0.0"
    head = aws("s3api", "head-object", "--bucket", BUCKET, "--key", key, "--checksum-mode", "ENABLED")
    body = large.read_bytes()
    assert head["ChecksumCRC64NVME"] == base64.b64encode(crc64nvme(body).to_bytes(8, "big")).decode()
    assert (head["ChecksumType"], head["ServerSideEncryption"]) == ("FULL_OBJECT", "aws:kms")
    assert head["BucketKeyEnabled"] is True
    unfinished = aws("s3api", "list-multipart-uploads", "--bucket", BUCKET, "--prefix", project)
    assert not unfinished.get("Uploads")
    back = tmp_path / "back"
    run(environment, program("aws"), "s3", "cp", f"s3://{BUCKET}/{key}", str(back))
    assert back.read_bytes() == body


def test_without_encryption_of_our_own_none_is_asked_for(
    aws: Aws, environment: dict[str, str], project: str, artifact: Path
) -> None:
    arn = aws("kms", "describe-key", "--key-id", layout.KEY_ALIAS)["KeyMetadata"]["Arn"]
    stage(environment, project, artifact, "--kms-key", "none")
    head = aws("s3api", "head-object", "--bucket", BUCKET, "--key", f"{project}@1.0.0")
    assert head["SSEKMSKeyId"] == arn, "the bucket's default, unsaid"
