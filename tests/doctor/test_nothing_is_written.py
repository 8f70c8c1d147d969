"""doctor writes nothing, whatever it finds (P8): every call that it makes of AWS is recorded as the SDK sends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

from doctor.conftest import Look, troubles
from doctor.test_as_the_workflow_runs import FILE, PRODUCTION
from waybill.domain.doctor.calls import DOCTOR_CALLS, doctor_policy
from waybill.domain.statements import MAX_SESSION_POLICY
from waybill.sandbox import layout
from waybill.sandbox.breaking import listed
from waybill.sandbox.breaking.hands import Hands

pytestmark = pytest.mark.engine

READS = ("Get", "List", "Describe", "Head")
WITHOUT_WRITING = {"iam:SimulatePrincipalPolicy", "sts:AssumeRole"}
ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
}
"""What IAM calls a call that is not called so itself."""

BROKEN = (
    "configuration-equal channel-label versioning bucket-readers key-readers public-access tls-only unfinished-uploads "
    "pipeline-mode watched-twice artifact-key-policy deploy-role oidc-subject parameter-write boundary",
    "bucket-owner source-versioning artifact-store oidc-provider",
)

Sent = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """The calls of every client, with what they say."""
    found: Sent = []
    make = BaseClient._make_api_call

    def recorded(client: Any, operation: str, given: dict[str, Any]) -> Any:
        found.append((f"{client.meta.service_model.signing_name}:{operation}", given))
        return make(client, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", recorded)
    return found


def assert_nothing_is_written(calls: Sent) -> None:
    assert calls
    for name, given in calls:
        if name == "kms:GenerateDataKey":
            assert given["DryRun"] is True
        else:
            assert name.partition(":")[2].startswith(READS) or name in WITHOUT_WRITING, name


def actions(calls: Sent) -> set[str]:
    return {ACTIONS.get(name, name) for name, _ in calls if not name.startswith("sts:")}


def test_a_healthy_account_is_only_read_and_by_no_call_that_is_not_published(look: Look, calls: Sent) -> None:
    for given in ({}, {**PRODUCTION, "project": "SugarWater", "pipeline": f"us-east-1:{layout.PIPELINE}"}):
        assert troubles(look(**given)) == {}
    assert_nothing_is_written(calls)
    assert actions(calls) <= {call.action for call in DOCTOR_CALLS}


def test_whatever_is_broken_is_only_read_and_every_published_call_is_needed(
    look: Look, hands: Hands, calls: Sent
) -> None:
    asked: set[str] = set()
    for kinds in BROKEN:
        with listed.broken(kinds.split(), hands):
            calls.clear()
            assert troubles(look())
            assert_nothing_is_written(calls)
            asked |= actions(calls)
    assert asked == {call.action for call in DOCTOR_CALLS}


def test_the_accounts_of_a_file_are_only_read(look: Look, calls: Sent, tmp_path: Path) -> None:
    file = tmp_path / "waybill.yaml"
    file.write_text(FILE)
    look(config=str(file))
    assert_nothing_is_written(calls)


def test_its_sessions_are_narrowed_to_these_calls_and_fit(look: Look, calls: Sent) -> None:
    look(project="SugarWater", **PRODUCTION)
    policies = [given["Policy"] for name, given in calls if name == "sts:AssumeRole"]
    assert policies == [doctor_policy()]
    assert len(policies[0]) <= MAX_SESSION_POLICY
