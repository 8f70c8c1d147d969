"""doctor with the inputs that say of a promotion where it reads: the source account, as promote reads it."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from doctor.conftest import Look, findings, troubles
from real.here import waybill_here
from waybill.domain.findings import Verdict
from waybill.sandbox import layout
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

PROMOTER = {"role": layout.PROMOTE_ROLE_ARN, "role_external_id": layout.PROMOTE_EXTERNAL_ID}
STAGER = {"role": layout.STAGE_ROLE_ARN, "role_external_id": layout.STAGE_EXTERNAL_ID}


@pytest.fixture(scope="module")
def project(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a project that development has staged in one version."""
    folder, name = tmp_path_factory.mktemp("staged"), f"Site{uuid4().hex[:8]}"
    (folder / "app.bin").write_bytes(b"an artifact")
    words = ("stage", "--project", name, "--version", "1.2.3", "--path", "app.bin")
    done = waybill_here(sandbox.environment(), *words, cwd=Path(folder))
    assert done.code == 0, done.stderr
    return name


def test_a_source_that_may_be_read_passes_in_every_region_and_its_version_is_named(look: Look, project: str) -> None:
    result = look(project=project, from_channel="latest", **PROMOTER)
    assert troubles(result) == {}
    told = {one.check: one for one in findings(result) if one.check.startswith("source-")}
    assert told.keys() - {"source-override", "source-versioning", "source-polling"} == {
        "source-identity",
        "source-configuration",
        "source-channel",
        "source-bucket",
        "source-read",
        "source-copy",
    }
    assert "1.2.3" in told["source-channel"].says
    assert {one.region for one in findings(result) if one.check == "source-copy"} == set(layout.REGIONS)


def test_whom_the_source_does_not_let_copy_is_warned_and_told_that_bytes_go_through_the_runner(
    look: Look, project: str
) -> None:
    found = dict(troubles(look(project=project, from_regions="us-east-1", **STAGER)))
    (one,) = found.pop("source-copy")
    assert found == {}
    assert one.verdict is Verdict.WARN
    assert "transfer: relay" in one.says
    assert "s3:GetObject" in one.mend


def test_a_source_role_that_cannot_be_taken_fails_with_the_statement(look: Look, project: str) -> None:
    nobody = f"arn:aws:iam::{layout.DEVELOPMENT}:role/nobody"
    (one,) = troubles(look(project=project, from_role=nobody, **PROMOTER))["source-identity"]
    assert one.verdict is Verdict.FAIL
    assert "sts:AssumeRole" in one.mend


def test_a_channel_that_names_nothing_there_fails_and_nothing_staged_is_unknown(look: Look) -> None:
    found = dict(troubles(look(project="Nothing", from_channel="latest", **PROMOTER)))
    assert [one.verdict for one in found.pop("source-channel")] == [Verdict.FAIL]
    assert {one.verdict for one in found.pop("source-read")} == {Verdict.UNKNOWN}
    assert found == {}


def test_a_source_without_a_bucket_s_parameter_fails_there(look: Look, project: str, hands: Hands) -> None:
    ssm, name = hands.client("ssm", "us-west-2"), layout.BUCKET_PARAMETER
    ssm.delete_parameter(Name=name)
    try:
        (one,) = troubles(look(project=project, from_regions="us-west-2", **PROMOTER))["source-bucket"]
    finally:
        value = layout.bucket(layout.DEVELOPMENT, "us-west-2")
        ssm.put_parameter(Name=name, Value=value, Type="String")
    assert (one.verdict, one.region) == (Verdict.FAIL, "us-west-2")
    assert "not prepared" in one.says
