"""A whole run under permissions that are enforced: what README publishes is enough, and no more than is needed (P8).

ministack judges every call by the role's policy, the session policy and the trust policy. What it does not judge is the
use of a KMS key by S3, so `kms:GenerateDataKey` and `kms:Decrypt` are not tried here; and it knows no checksum of the
whole of a multipart object, so that an upload of several parts can be followed to its completion, which it refuses for
the checksum's sake, and no further.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aws.parts import bytes_of
from engines import ministack
from engines.ministack import PRODUCTION, REGIONS, Stack, bucket_name, document
from real.here import waybill_here as waybill
from real.tools import Ended
from waybill.domain.calls import STAGE_CALLS
from waybill.domain.policy import published_stage_policy

pytestmark = pytest.mark.engine

Stage = Callable[..., Ended]


@pytest.fixture
def stage(stack: Stack, project: str, artifact: Path) -> Stage:
    """Stage under a role, one region unless told otherwise; answers with how it ended."""

    def run_it(
        *more: str,
        path: Path | None = artifact,
        version: str = "1.0.0",
        role: str = ministack.STAGE_ROLE_ARN,
        external_id: str = ministack.EXTERNAL_ID,
        **variables: str,
    ) -> Ended:
        named = ("--project", project, "--version", version, *(("--path", path) if path else ("--resume",)))
        as_whom = ("--role", role, "--role-external-id", external_id)
        return waybill({**stack.environment(), **variables}, "stage", *named, *as_whom, "--json", *more)

    return run_it


def without(action: str) -> dict[str, Any]:
    """Return the published policy without one action."""
    policy = published_stage_policy()
    for statement in policy["Statement"]:
        actions = statement["Action"]
        statement["Action"] = [one for one in ([actions] if isinstance(actions, str) else actions) if one != action]
    policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
    return policy


def new_role(stack: Stack, name: str, policy: dict[str, Any], *, tags: bool = True) -> str:
    """Make a role as the stage role is, but for its policy; without `tags` its sessions may not be tagged."""
    allow = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ministack.DEVELOPMENT}:root"}}
    condition = {"StringEquals": {"sts:ExternalId": ministack.EXTERNAL_ID}}
    trust = [{**allow, "Action": "sts:AssumeRole", "Condition": condition}]
    if tags:
        trust.append({**allow, "Action": ["sts:TagSession", "sts:SetSourceIdentity"]})
    iam = stack.engine.root(PRODUCTION, "iam")
    arn = f"arn:aws:iam::{PRODUCTION}:role/{name}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*trust))
    iam.put_role_policy(RoleName=name, PolicyName="stage", PolicyDocument=json.dumps(policy))
    user = stack.engine.root(ministack.DEVELOPMENT, "iam")
    allowed = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": arn}
    user.put_user_policy(UserName=ministack.USER, PolicyName=name, PolicyDocument=document(allowed))
    return arn


def test_p8_the_published_policy_is_enough_for_a_whole_life(stage: Stage, tmp_path: Path) -> None:
    (other := tmp_path / "other").write_bytes(b"other")
    made = stage("--metadata", "lang=en", "--filename")
    assert made.code == 0, made.stderr
    assert [region["channel"] for region in made.json["regions"]] == ["moved"] * len(REGIONS)
    again = stage("--metadata", "lang=en", "--filename")
    assert (again.code, again.json["outcome"], again.json["changed"]) == (0, "already", False)
    assert stage(path=other).code == 5
    assert stage(path=other, version="1.1.0").json["outcome"] == "created"
    planned = stage("--dry-run", path=other, version="1.2.0")
    assert (planned.code, planned.json["outcome"]) == (0, "planned")


def test_p8_the_published_policy_is_enough_to_resume(stage: Stage) -> None:
    first = stage("--regions", REGIONS[0])
    assert first.code == 0, first.stderr
    resumed = stage(path=None)
    assert resumed.code == 0, resumed.stderr
    assert [region["outcome"] for region in resumed.json["regions"]] == ["already", "created", "created"]


def test_p8_several_parts_are_sent_completed_and_aborted_under_the_published_policy(
    stage: Stage, stack: Stack, project: str, tmp_path: Path
) -> None:
    (large := tmp_path / "large").write_bytes(bytes_of(17 * 2**20))
    ended = stage("--regions", REGIONS[0], path=large)
    assert ended.code == 4, ended.stderr
    assert "BadDigest" in ended.json["regions"][0]["error"], "refused for its checksum, not for a permission"
    s3 = stack.engine.root(PRODUCTION, "s3")
    assert not s3.list_multipart_uploads(Bucket=bucket_name(PRODUCTION, REGIONS[0]), Prefix=project).get("Uploads")


NEEDED = sorted({call.action for call in STAGE_CALLS} - {"kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey"})


@pytest.mark.parametrize("action", [one for one in NEEDED if one != "s3:AbortMultipartUpload"])
def test_p8_without_any_one_action_the_run_is_refused_and_names_it(stage: Stage, stack: Stack, action: str) -> None:
    role = new_role(stack, f"without-{action.replace(':', '-')}", without(action))
    ended = stage("--regions", REGIONS[0], role=role)
    assert ended.code == 3, ended.stderr
    assert action in ended.stderr
    assert f":assumed-role/without-{action.replace(':', '-')}/" in ended.stderr, "who the caller was"
    opening = ended.stderr.index("{")
    statement, _ = json.JSONDecoder().raw_decode(ended.stderr[opening:])
    assert statement["Action"] == action
    assert statement["Effect"] == "Allow"


def test_p6_an_abort_that_is_refused_is_said(stage: Stage, stack: Stack, tmp_path: Path) -> None:
    (large := tmp_path / "large").write_bytes(bytes_of(17 * 2**20))
    role = new_role(stack, "without-abort", without("s3:AbortMultipartUpload"))
    ended = stage("--regions", REGIONS[0], path=large, role=role)
    assert ended.code == 4, ended.stderr
    assert "could not be aborted" in ended.stderr
    assert "s3:AbortMultipartUpload" in ended.stderr


def test_a_role_that_takes_no_tags_works_and_says_once_what_to_add(stage: Stage, stack: Stack) -> None:
    role = new_role(stack, "no-tags", published_stage_policy(), tags=False)
    ended = stage("--regions", REGIONS[0], role=role, GITHUB_REPOSITORY="acme/sugar", GITHUB_ACTOR="ada")
    assert ended.code == 0, ended.stderr
    (warning,) = ended.json["warnings"]
    assert "sts:TagSession" in warning
    quiet = stage("--regions", REGIONS[0], "--session-tags=false", role=role, GITHUB_REPOSITORY="acme/sugar")
    assert quiet.code == 0, quiet.stderr
    assert "sts:TagSession" not in quiet.stderr


def test_a_wrong_external_id_is_refused_by_the_trust_policy(stage: Stage) -> None:
    ended = stage(external_id="another-one")
    assert ended.code == 3
    assert "role-external-id" in ended.stderr


def test_p7_root_is_refused(stack: Stack, project: str, artifact: Path) -> None:
    root = ministack.root_credentials(PRODUCTION).environment()
    named = ("--project", project, "--version", "1.0.0", "--path", artifact)
    ended = waybill({**stack.environment(), **root}, "stage", *named)
    assert ended.code == 3, ended.stdout
    assert "root" in ended.stdout
    assert not stack.engine.root(PRODUCTION, "s3").list_objects_v2(
        Bucket=bucket_name(PRODUCTION, REGIONS[0]), Prefix=project
    )["KeyCount"]
