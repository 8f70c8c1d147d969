"""Rollback as people run it, in the sandbox; and where permissions are enforced, with no more than is published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engines import ministack
from engines.ministack import PRODUCTION, REGIONS, STAGE_ROLE_ARN, Stack, bucket_name
from real.here import waybill_here as waybill
from real.runner import PRODUCTION as AS_STAGER
from real.runner import Runner
from real.test_promote_permissions import new_role
from real.tools import Ended, program, run
from waybill.domain.policy import published_rollback_policy
from waybill.inputs.tables.rollback import ROLLBACK
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

SECRET = "canary-0123456789abcdef"


def test_two_versions_are_promoted_and_the_channel_goes_back_to_the_first(
    environment: dict[str, str], project: str, artifact: Path, tmp_path: Path
) -> None:
    def do(verb: str, *words: str | Path) -> Ended:
        secret = {"DEPLOY_TOKEN": SECRET}
        return waybill({**environment, **secret}, verb, "--project", project, *words, "--json", cwd=tmp_path)

    def aws(*words: str) -> Any:
        ended = run(environment, program("aws"), "--output", "json", *words)
        assert ended.code == 0, ended.stderr
        return json.loads(ended.stdout)

    for version in ("1.0.0", "2.0.0"):
        assert do("stage", "--version", version, "--path", artifact).code == 0
        assert do("promote", "--version", version, "--channel", "production").code == 0
    back = do("rollback", "--to", "previous", "--reason", f"it leaks\n{SECRET} to everybody")
    assert back.code == 0, back.stderr
    assert (back.json["outcome"], back.json["version"], back.json["changed"]) == ("rolled-back", "1.0.0", True)
    assert [region["channel_before"] for region in back.json["regions"]] == ["2.0.0"] * 3
    assert SECRET not in back.stdout + back.stderr
    asked = aws("ssm", "get-parameter", "--name", f"/artifacts/{project}/production", "--region", layout.REGIONS[2])
    assert asked["Parameter"]["Value"] == "1.0.0"
    bucket, prefix = layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION), f"{project}@2.0.0/events/production/"
    keys = [one["Key"] for one in aws("s3api", "list-objects-v2", "--bucket", bucket, "--prefix", prefix)["Contents"]]
    stored = []
    for key in keys:
        path = tmp_path / "event.json"
        aws("s3api", "get-object", "--bucket", bucket, "--key", key, str(path))
        stored.append(json.loads(path.read_text()))
    (event,) = [one for one in stored if one["kind"] == "withdrawn"]
    assert (event["target"], event["withdraws"], event["reason"]) == ("1.0.0", ["2.0.0"], "it leaks *** to everybody")

    nowhere = do("rollback", "--to", "previous", "--reason", "once more")
    assert (nowhere.code, nowhere.json["changed"]) == (2, False)
    assert "leads nowhere" in nowhere.stderr
    again = do("rollback", "--to", "2.0.0", "--reinstate", "--reason", "better after all")
    assert (again.code, {region["channel_after"] for region in again.json["regions"]}) == (0, {"2.0.0"})


def test_the_action_rolls_back_and_the_same_run_again_does_not_step_back_twice(
    runner: Runner, project: str, look: Callable[..., Any]
) -> None:
    (runner.workspace / "app.bin").write_bytes(b"sugar")
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        assert runner.stage({"project": project, "version": version, "path": "app.bin", **AS_STAGER}).code == 0
    asked = {"project": project, "channel": "latest", "to": "previous", "reason": "::error::it | leaks"}
    asked |= {"role": layout.PROMOTE_ROLE_ARN, "role-external-id": layout.PROMOTE_EXTERNAL_ID}

    first = runner.run("rollback", asked)
    assert first.code == 0, first.log
    assert set(first.outputs) == {output.name for output in ROLLBACK.outputs}
    told = {name: first.outputs[name] for name in ("outcome", "version", "changed")}
    assert told == {"outcome": "rolled-back", "version": "2.0.0", "changed": "true"}
    assert not first.said("error")
    assert "Rolled back: the channel" in first.summary

    again = runner.run("rollback", asked, GITHUB_RUN_ATTEMPT="2")
    assert (again.code, again.outputs["outcome"], again.outputs["changed"]) == (0, "already", "false")
    another = runner.run("rollback", asked, GITHUB_RUN_ID="1658821494")
    assert (another.code, another.outputs["version"]) == (0, "1.0.0")
    old = runner.run("rollback", asked)
    assert (old.code, old.outputs["outcome"], old.outputs["changed"]) == (0, "superseded", "false")
    assert old.said("warning")
    for region in layout.REGIONS:
        parameter = look("ssm", region).get_parameter(Name=f"/artifacts/{project}/latest")["Parameter"]
        assert parameter["Value"] == "1.0.0"


def test_what_is_published_is_enough_where_permissions_are_enforced(stack: Stack, project: str, artifact: Path) -> None:
    role = new_role(stack, PRODUCTION, "waybill-rollback", published_rollback_policy())
    as_whom = ("--role-external-id", ministack.EXTERNAL_ID, "--regions", REGIONS[0], "--json")
    for version in ("1.0.0", "2.0.0"):
        built = ("--project", project, "--version", version, "--path", artifact)
        made = waybill(stack.environment(), "stage", *built, "--role", STAGE_ROLE_ARN, *as_whom)
        assert made.code == 0, made.stderr
    what = ("--project", project, "--channel", "latest", "--to", "previous", "--reason", "it leaks", "--role", role)
    back = waybill(stack.environment(), "rollback", *what, *as_whom)
    assert back.code == 0, back.stderr
    assert (back.json["outcome"], back.json["version"]) == ("rolled-back", "1.0.0")
    s3 = stack.engine.root(PRODUCTION, "s3", REGIONS[0])
    found = s3.list_objects_v2(Bucket=bucket_name(PRODUCTION, REGIONS[0]), Prefix=f"{project}@2.0.0/events/")
    assert found["KeyCount"] == 1
