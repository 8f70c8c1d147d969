"""Promote as people run it: development to production in the sandbox, planned, approved, carried out, and run again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from real.here import waybill_here as waybill
from real.runner import Runner, Step
from real.tools import Ended
from waybill.domain.promotion import facts_digest
from waybill.inputs.tables.promote import PROMOTE
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

AS_PROMOTER = ("--role", layout.PROMOTE_ROLE_ARN, "--role-external-id", layout.PROMOTE_EXTERNAL_ID)
INPUTS = {"role": layout.PROMOTE_ROLE_ARN, "role-external-id": layout.PROMOTE_EXTERNAL_ID}
Look = Callable[..., Any]


@pytest.fixture
def run(environment: dict[str, str], project: str, tmp_path: Path) -> Callable[..., Ended]:
    """Run a verb for the project, in a folder of its own, with the credentials of the development account."""

    def run_it(verb: str, *words: str | Path) -> Ended:
        return waybill(environment, verb, "--project", project, *words, "--json", cwd=tmp_path)

    return run_it


def stored(look: Look, region: str, key: str, account: str = layout.PRODUCTION) -> bytes:
    answer = look("s3", region, account).get_object(Bucket=layout.bucket(account, region), Key=key)
    body: bytes = answer["Body"].read()
    return body


def test_a_staged_version_is_promoted_shown_brought_back_and_rolled_back(
    run: Callable[..., Ended], look: Look, project: str, artifact: Path, tmp_path: Path
) -> None:
    for version in ("0.9.0", "1.0.0"):
        assert run("stage", "--version", version, "--path", artifact).code == 0
        made = run("promote", "--version", version, "--channel", "production", *AS_PROMOTER)
        assert made.code == 0, made.stderr
        assert (made.json["outcome"], made.json["changed"], made.json["version"]) == ("created", True, version)
        assert [region["channel"] for region in made.json["regions"]] == ["moved"] * 3
    assert "Relaying" not in made.stderr, "the role may copy"
    for region in layout.REGIONS:
        assert stored(look, region, f"{project}@1.0.0") == artifact.read_bytes()
        chain = json.loads(stored(look, region, f"{project}@1.0.0/waybill.json"))["chain"]
        assert [link["account"] for link in chain] == [layout.DEVELOPMENT]
        parameter = look("ssm", region).get_parameter(Name=f"/artifacts/{project}/production")["Parameter"]
        assert parameter["Value"] == "1.0.0"
    again = run("promote", "--version", "1.0.0", *AS_PROMOTER)
    assert (again.code, again.json["outcome"], again.json["changed"]) == (0, "already", False)

    assert project in run("status", *AS_PROMOTER).stdout
    copy = tmp_path / "copy.bin"
    assert run("download", "--version", "production", "--to", copy, *AS_PROMOTER).code == 0
    assert copy.read_bytes() == artifact.read_bytes()
    back = run("rollback", "--channel", "production", "--to", "previous", "--reason", "it leaks", *AS_PROMOTER)
    assert back.code == 0, back.stderr
    withdrawn = run("promote", "--version", "1.0.0", *AS_PROMOTER)
    assert (withdrawn.code, withdrawn.json["outcome"]) == (5, "conflict")
    assert "it leaks" in withdrawn.stderr
    assert run("promote", "--version", "1.0.0", "--reinstate", *AS_PROMOTER).code == 0


def test_a_plan_in_a_file_is_carried_out_by_the_file_alone_and_refused_when_a_fact_changed(
    run: Callable[..., Ended], look: Look, environment: dict[str, str], project: str, artifact: Path, tmp_path: Path
) -> None:
    assert run("stage", "--version", "1.0.0", "--path", artifact).code == 0
    planned = run("promote", "--version", "latest", "--transfer", "relay", "--plan", "plan.json", *AS_PROMOTER)
    assert (planned.code, planned.json["outcome"], planned.json["changed"]) == (0, "planned", False)
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert plan["digest"] == planned.json["plan_digest"] == facts_digest(plan["facts"])
    assert (plan["inputs"]["version"], plan["inputs"]["transfer"]) == ("1.0.0", "relay")

    def apply(*words: str) -> Ended:
        return waybill(environment, "promote", "--apply", "plan.json", *words, "--json", cwd=tmp_path)

    name = f"/artifacts/{project}/production"
    other = "eu-west-1"
    look("ssm", other).put_parameter(Name=name, Value="0.0.1", Type="String")
    refused = apply()
    assert (refused.code, refused.json["changed"]) == (5, False)
    assert f"target.{other}.channel_names: was nothing, is 0.0.1" in refused.json["error"]
    look("ssm", other).delete_parameter(Name=name)

    done = apply()
    assert (done.code, done.json["outcome"], done.json["plan_digest"]) == (0, "created", plan["digest"]), done.stderr
    assert apply().json["outcome"] == "already"

    (tmp_path / "plan.json").write_text(json.dumps(plan | {"facts": plan["facts"] | {"channel": "canary"}}))
    altered = apply()
    assert (altered.code, "altered" in altered.stderr) == (2, True)
    (tmp_path / "plan.json").unlink()
    gone = apply("--require", "some")
    assert gone.code == 2
    assert "apply: 'plan.json'" in gone.stderr.replace(str(tmp_path) + "/", "")
    assert "require" in gone.stderr


def test_what_only_startifact_staged_several_parts_large_is_promoted_too(
    run: Callable[..., Ended], look: Look, project: str, large: Path
) -> None:
    for region in layout.REGIONS:
        s3 = look("s3", region, layout.DEVELOPMENT)
        s3.upload_file(str(large), layout.bucket(layout.DEVELOPMENT, region), f"{project}@1.0.0")
    unsure = run("promote", "--version", "1.0.0", "--regions", "us-west-2", *AS_PROMOTER)
    assert (unsure.code, "no channel ever named it" in unsure.stderr) == (4, True), "it may be half of a stage"
    for region in layout.REGIONS:
        ssm = look("ssm", region, layout.DEVELOPMENT)
        ssm.put_parameter(Name=f"/artifacts/{project}/latest", Value="1.0.0", Type="String")
    made = run("promote", "--version", "1.0.0", "--regions", "us-west-2", *AS_PROMOTER)
    assert (made.code, made.json["outcome"]) == (0, "created"), made.stderr
    (link,) = json.loads(stored(look, "us-west-2", f"{project}@1.0.0/waybill.json"))["chain"]
    assert link["waybill"] is None
    assert stored(look, "us-west-2", f"{project}@1.0.0") == large.read_bytes()


def promote(runner: Runner, project: str, **more: str) -> Step:
    given = {"project": project, "version": "1.2.3", **INPUTS}
    return runner.run("promote", given | {name.replace("_", "-"): value for name, value in more.items()})


def test_one_job_plans_a_person_approves_and_the_next_job_carries_that_out(
    runner: Runner, project: str, artifact: Path
) -> None:
    (runner.workspace / "app.bin").write_bytes(artifact.read_bytes())
    assert runner.stage({"project": project, "version": "1.2.3", "path": "app.bin"}).code == 0
    plan = promote(runner, project, plan_only="true")
    assert plan.code == 0, plan.log
    assert set(plan.outputs) == {output.name for output in PROMOTE.outputs}
    assert (plan.outputs["outcome"], plan.outputs["changed"]) == ("planned", "false")
    digest = plan.outputs["plan-digest"]
    assert digest in plan.summary, "what the person approves"
    runner.variables |= {"GITHUB_RUN_ATTEMPT": "2", "GITHUB_ACTOR": "grace", "GITHUB_JOB": "apply"}
    assert promote(runner, project, plan_digest=digest, channel="canary").code == 5
    assert promote(runner, project, plan_digest="missing").code == 2
    done = promote(runner, project, plan_digest=digest)
    assert (done.code, done.outputs["outcome"], done.outputs["plan-digest"]) == (0, "created", digest), done.log
    again = promote(runner, project, plan_digest=digest)
    assert (again.code, again.outputs["changed"]) == (0, "false")


def test_a_plan_file_in_the_action_is_not_stood_against_by_defaults(
    runner: Runner, project: str, artifact: Path
) -> None:
    """The runner hands over `channel: production` though nobody gave it."""
    (runner.workspace / "app.bin").write_bytes(artifact.read_bytes())
    assert runner.stage({"project": project, "version": "1.2.3", "path": "app.bin"}).code == 0
    assert promote(runner, project, channel="canary", plan="plan.json").code == 0
    done = runner.run("promote", {"project": project, "apply": "plan.json"})
    assert done.code == 0, done.log
    assert done.result["channel"] == "canary"


def test_p10_every_fault_is_annotated_by_itself(runner: Runner) -> None:
    step = promote(
        runner, "a/b", from_channel="A", transfer="x", verify="y", plan_digest="z", from_role="r", plan="no/such/dir/p"
    )
    assert step.code == 2
    faults = {error.partition(":")[0] for error in step.said("error")}
    assert {"project", "from-channel", "transfer", "verify", "plan-digest", "from-role", "plan"} <= faults
