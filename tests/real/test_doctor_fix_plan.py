"""`doctor --fix-plan`: what setup's plan would mend is said, and `setup apply` mends that; what it would not is left.

Stacks here were made by older templates, as after an update of Waybill; what was changed by hand CloudFormation does
not see.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from real.here import waybill_here
from real.test_setup import EXAMPLE, RETRY, Place
from waybill.sandbox import layout
from waybill.sandbox.server import running

pytestmark = pytest.mark.engine

REGION = "us-east-1"
BUCKET = f"waybill-staging-{layout.DEVELOPMENT}-{REGION}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Two accounts, prepared in one region with a pipeline between them, by a file that stands in the folder."""
    folder = tmp_path_factory.mktemp("fixing")
    file = yaml.safe_load(EXAMPLE.read_text())
    small = {name: file[name] for name in ("schema", "accounts", "external-id", "pipelines")}
    (folder / "waybill.yaml").write_text(yaml.safe_dump({**small, "regions": [REGION]}))
    with running({}, empty=True) as sandbox:
        words = ("setup", "apply", "--config", folder / "waybill.yaml", "--yes", "--json")
        yield Place(sandbox, folder, waybill_here(sandbox.environment(RETRY), *words))


def doctor(place: Place, *words: str) -> tuple[int, dict[str, Any]]:
    file = place.folder / "waybill.yaml"
    done = waybill_here(place.sandbox.environment(RETRY), "doctor", "--config", file, "--json", *words)
    return done.code, done.json


def wrong(document: dict[str, Any]) -> set[str]:
    return {one["check"] for one in document["findings"] if one["verdict"] != "pass"}


def aged(place: Place, stack: str, part: str, instead: str) -> None:
    """Have a stack be as an older template made it: with something else for a part of it."""
    cloudformation = place.look("cloudformation", layout.DEVELOPMENT, REGION)
    body = cloudformation.get_template(StackName=stack)["TemplateBody"]
    assert part in body
    known = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Parameters"]
    cloudformation.update_stack(
        StackName=stack,
        TemplateBody=body.replace(part, instead),
        Parameters=[{"ParameterKey": one["ParameterKey"], "UsePreviousValue": True} for one in known],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )


def test_what_setup_prepares_is_healthy(place: Place) -> None:
    code, document = doctor(place)
    assert (code, wrong(document)) == (0, set())


def test_what_an_older_template_made_is_found_and_mended_by_the_plan(place: Place) -> None:
    aged(
        place,
        "waybill-region",
        "VersioningConfiguration: {Status: Enabled}",
        "VersioningConfiguration: {Status: Suspended}",
    )
    aged(
        place,
        "waybill-pipeline-crossaccountdeploy",
        "- Sid: Production\n                Effect: Allow",
        "- Sid: Production\n                Effect: Deny",
    )
    code, document = doctor(place, "--fix-plan")
    assert code == 3
    assert wrong(document) == {"versioning", "deploy-role"}
    fix = document["fix_plan"]
    assert {one["check"] for one in fix["mended"]} == {"versioning", "deploy-role"}
    assert fix["left"] == []
    command = fix["command"].split()
    assert command[:3] == ["waybill", "setup", "apply"]
    done = waybill_here(place.sandbox.environment(RETRY), *command[1:], "--yes", "--json")
    assert done.code == 0, done.stderr
    code, document = doctor(place, "--fix-plan")
    assert (code, wrong(document)) == (0, set())


def test_what_somebody_changed_by_hand_is_left_to_the_command_that_is_said(place: Place) -> None:
    s3 = place.look("s3", layout.DEVELOPMENT, REGION)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    file = place.folder / "waybill.yaml"
    done = waybill_here(place.sandbox.environment(RETRY), "doctor", "--config", file, "--fix-plan")
    assert done.code == 3
    assert "aws s3api put-bucket-versioning" in done.stdout
    assert "none of this is mended by it" in done.stdout
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
