"""P8: the sessions of a deploy do what they need in S3, and nothing else, where permissions are really enforced.

The role has exactly the policy that is published for `pipeline-role`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from awscrt.checksums import crc64nvme

from aws.doors import Told, here
from engines import ministack
from engines.ministack import EXTERNAL_ID, PRODUCTION, STAGE_ROLE_ARN, bucket_name
from fakes.site import INPUT, KEY, site_pipeline
from waybill.domain.arns import RoleArn
from waybill.domain.deploy.policy import look_policy, pipeline_policy, published_pipeline_policy
from waybill.domain.digests import MIB, Digests, crc_text
from waybill.domain.identity import Identity
from waybill.errors import AccessDenied, ArtifactError, WaybillError
from waybill.ports.copying import CopySource
from waybill.ports.pipeline import NewSource, SourceBucket

pytestmark = pytest.mark.engine

REGION = "us-east-1"
STAGED, STAGED_KEY = bucket_name(PRODUCTION, REGION), "site@1.0.0"
ROLE = RoleArn.parse(STAGE_ROLE_ARN)
PIPELINE = site_pipeline(account=PRODUCTION)
BODY = b"the artifact"


@dataclass(frozen=True, slots=True)
class Stand:
    """ministack with a pipeline's bucket in the account of the role, and a staged artifact."""

    root: Any
    environment: dict[str, str]
    source: CopySource

    def bucket(self, policy: str) -> SourceBucket:
        identity = Identity(role=ROLE, role_external_id=EXTERNAL_ID)
        account = Told().gateway(identity, here()).enter(policy)
        return account.source_bucket(REGION, INPUT, owner=PRODUCTION)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    if ministack.binary() is None:
        pytest.skip("ministack is not installed: `make test` installs it, or WAYBILL_TEST_MINISTACK names it")
    with ministack.running(tmp_path_factory.mktemp("ministack")) as engine:
        stack = ministack.prepare(engine, stage_policy=published_pipeline_policy())
        s3 = engine.root(PRODUCTION, "s3", REGION)
        s3.create_bucket(Bucket=INPUT)
        s3.put_bucket_versioning(Bucket=INPUT, VersioningConfiguration={"Status": "Enabled"})
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": stack.keys[PRODUCTION, REGION]}
        rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
        s3.put_bucket_encryption(Bucket=INPUT, ServerSideEncryptionConfiguration=rules)
        version = s3.put_object(Bucket=STAGED, Key=STAGED_KEY, Body=BODY)["VersionId"]
        source = CopySource(
            bucket=STAGED, owner=PRODUCTION, region=REGION, key=STAGED_KEY, version_id=version, size=len(BODY)
        )
        yield Stand(s3, stack.environment(), source)


@pytest.fixture
def stand(prepared: Stand, monkeypatch: pytest.MonkeyPatch) -> Stand:
    for name, value in prepared.environment.items():
        monkeypatch.setenv(name, value)
    return prepared


def new(key: str = KEY, body: bytes = BODY) -> NewSource:
    digests = Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))
    return NewSource(key=key, media_type="application/zip", summary="site 1.0.0", digests=digests)


def denied(*acts: Callable[[], object]) -> None:
    for act in acts:
        with pytest.raises(AccessDenied):
            act()


def test_a_run_that_copies_may_do_all_that_it_does(stand: Stand) -> None:
    bucket = stand.bucket(pipeline_policy(ROLE, PIPELINE, stand.source))
    assert bucket.versioned()
    stand.root.delete_object(Bucket=INPUT, Key=KEY)
    assert bucket.head(KEY) is None
    made = bucket.put(new(), iter([BODY]))
    for version in (None, made.version_id):
        found = bucket.head(KEY, version)
        assert found is not None
        assert found.version_id == made.version_id
    # ministack tells no checksum of a copy; it was allowed.
    with pytest.raises(ArtifactError, match="SHA-256 is unknown"):
        bucket.copy(new(), stand.source)


def test_a_run_that_copies_may_abort_what_it_began(stand: Stand) -> None:
    big = bytes(9 * MIB)
    bucket = stand.bucket(pipeline_policy(ROLE, PIPELINE, stand.source))
    # ministack does not complete an upload with a checksum of the whole; all before that, and the end, was allowed.
    with pytest.raises(WaybillError) as caught:
        bucket.put(new(body=big), (big[start : start + MIB] for start in range(0, len(big), MIB)))
    assert not isinstance(caught.value, AccessDenied)
    assert stand.root.list_multipart_uploads(Bucket=INPUT).get("Uploads", []) == []


def test_it_may_touch_no_other_key_and_read_no_other_artifact(stand: Stand) -> None:
    bucket = stand.bucket(pipeline_policy(ROLE, PIPELINE, stand.source))
    other = stand.root.put_object(Bucket=STAGED, Key="other@1.0.0", Body=BODY)["VersionId"]
    source = CopySource(
        bucket=STAGED, owner=PRODUCTION, region=REGION, key="other@1.0.0", version_id=other, size=len(BODY)
    )
    denied(
        lambda: bucket.put(new("other.zip"), iter([BODY])),
        lambda: bucket.head("other.zip"),
        lambda: bucket.copy(new(), source),
    )


def test_a_run_that_copies_nothing_may_look_and_not_write(stand: Stand) -> None:
    stand.root.put_object(Bucket=INPUT, Key=KEY, Body=BODY)
    bucket = stand.bucket(pipeline_policy(ROLE, PIPELINE, None))
    assert bucket.versioned()
    assert bucket.head(KEY) is not None
    denied(lambda: bucket.put(new(), iter([BODY])), lambda: bucket.copy(new(), stand.source))


def test_a_run_that_only_looks_sees_whether_versioning_is_on(stand: Stand) -> None:
    bucket = stand.bucket(look_policy(ROLE, PIPELINE.name))
    assert bucket.versioned()
    denied(lambda: bucket.head(KEY), lambda: bucket.put(new(), iter([BODY])))


def test_what_is_published_is_a_document_that_iam_takes(stand: Stand) -> None:
    assert len(json.dumps(published_pipeline_policy(), separators=(",", ":"))) < 6144
