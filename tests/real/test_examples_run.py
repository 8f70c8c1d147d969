"""The examples do what they say when their `with:` is handed to the action, in the sandbox instead of AWS."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from agreement.reading import ROOT, load, steps
from fakes.github_api import TOKEN, GitHub, github
from real.runner import PRODUCTION, Runner
from real.test_secrets import tokens, variables, without_credentials
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

Given = dict[str, str]
PROMOTION = {"role": layout.PROMOTE_ROLE_ARN, "role-external-id": layout.PROMOTE_EXTERNAL_ID}


def given(name: str, project: str, **expressions: str) -> Given:
    """Return an example's inputs as the runner hands them over, roles being those of the sandbox."""
    ((_, step),) = steps(load(ROOT / "examples" / name))
    return handed(step, project, {f"github.{expression}": value for expression, value in expressions.items()})


def handed(step: dict[str, Any], project: str, expressions: Mapping[str, str]) -> Given:
    """Return a step's inputs with its expressions evaluated, as the runner does; every expression must be known."""
    found = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in step["with"].items()
    }
    for expression, value in expressions.items():
        found = {name: text.replace("${{ " + expression + " }}", value) for name, text in found.items()}
    found |= {"project": project, "oidc-role": layout.OIDC_ROLE_ARN}
    role = PROMOTION if "/actions/" in step["uses"] else PRODUCTION
    found |= role if "role" in found else {}
    # The sandbox has no role for pipelines alone: whoever `oidc-role` makes of the run may do there what it likes.
    found.pop("pipeline-role", None)
    assert not [text for text in found.values() if "${{" in text], found
    return found


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """Return the step of each job that uses an action."""
    return dict(steps(load(path)))


@pytest.fixture(autouse=True)
def _without_credentials(runner: Runner) -> None:
    runner.environment = without_credentials(dict(runner.environment))


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with github() as running:
        yield running


def test_build_and_stage(runner: Runner, project: str) -> None:
    (runner.workspace / "dist").mkdir()
    (runner.workspace / "dist" / "app.tar.gz").write_bytes(b"app")
    with tokens() as server:
        step = runner.stage(given("build-and-stage.yml", project), GITHUB_REF="refs/tags/v3.2.1", **variables(server))
    assert step.code == 0, step.log
    assert (step.outputs["version"], step.outputs["outcome"]) == ("3.2.1", "created")
    assert len(json.loads(step.outputs["regions"])) == 3


def test_several_jobs(runner: Runner, project: str) -> None:
    (runner.workspace / "app.tar.gz").write_bytes(b"app")
    inputs, ref = given("several-jobs.yml", project), f"refs/tags/{project}@3.2.1"
    with tokens() as server:
        step = runner.stage(inputs, GITHUB_REF=ref, GITHUB_REF_NAME=ref.removeprefix("refs/tags/"), **variables(server))
    assert step.code == 0, step.log
    assert step.outputs["version"] == "3.2.1"
    assert step.outputs["changed"] == "true"


@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_stage_a_directory(runner: Runner, project: str, dry_run: str, look: Callable[..., Any]) -> None:
    for name in ("index.html", "js/app.js", "js/app.js.map"):
        path = runner.workspace / "build" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    inputs = given(
        "stage-a-directory.yml", project, run_number="7", sha="abc", **{"event_name == 'pull_request'": dry_run}
    )
    with tokens() as server:
        step = runner.stage(inputs, GITHUB_REF="refs/heads/main", **variables(server))
    assert step.code == 0, step.log
    assert (step.outputs["version"], step.outputs["outcome"]) == (
        "0.0.7",
        {"true": "planned", "false": "created"}[dry_run],
    )
    if dry_run == "false":
        place = json.loads(step.outputs["locations"])["eu-west-1"]
        s3 = look("s3", "eu-west-1", layout.DEVELOPMENT)
        body = s3.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
        assert sorted(ZipFile(io.BytesIO(body)).namelist()) == ["index.html", "js/app.js"]
        ssm = look("ssm", "eu-west-1", layout.DEVELOPMENT)
        assert ssm.get_parameter(Name=f"/artifacts/{project}/preview")["Parameter"]["Value"] == "0.0.7"


def staged(runner: Runner, project: str, version: str, **variables: str) -> None:
    """Stage a version into the development account."""
    (runner.workspace / "app").mkdir(exist_ok=True)
    (runner.workspace / "app" / "index.html").write_text(version)
    inputs = {"project": project, "version": version, "path": "app", "oidc-role": layout.OIDC_ROLE_ARN}
    assert runner.stage(inputs, **variables).code == 0


def page(look: Callable[..., Any]) -> str:
    """Return what is deployed in production."""
    body = look("s3").get_object(Bucket=layout.OUTPUT_BUCKET, Key="index.html")["Body"].read()
    return str(body.decode())


def test_release_to_production_and_back(runner: Runner, hub: GitHub, project: str, look: Callable[..., Any]) -> None:
    release = jobs(ROOT / "examples" / "release-to-production.yml")
    (runner.workspace / "dist").mkdir()
    with tokens() as server:
        around = {**variables(server), **hub.environ()}
        for version in ("3.2.0", "3.2.1"):
            (runner.workspace / "dist" / "index.html").write_text(version)
            step = runner.stage(handed(release["stage"], project, {}), GITHUB_REF=f"refs/tags/v{version}", **around)
            assert step.code == 0, step.log
            known = {"needs.stage.outputs.version": step.outputs["version"], "github.token": TOKEN}
            plan = runner.run("promote", handed(release["plan"], project, known), **around)
            assert plan.code == 0, plan.log
            assert plan.outputs["outcome"] == "planned"
            known[PLAN] = plan.outputs["plan-digest"]
            done = runner.run("promote", handed(release["promote"], project, known), GITHUB_RUN_ATTEMPT="2", **around)
            assert done.code == 0, done.log
            assert (done.outputs["version"], done.outputs["outcome"]) == (version, "deployed")
            assert (done.outputs["status"], page(look)) == ("Succeeded", version)
        stale = runner.run("promote", handed(release["promote"], project, known | {PLAN: "0" * 64}), **around)
        assert stale.code == 5, stale.log
        (back,) = jobs(ROOT / "examples" / "rollback.yml").values()
        typed = {"inputs.to": "previous", "inputs.reason": "checkout fails", "inputs.dry-run": "false"}
        for outcome in ("deployed", "already"):
            step = runner.run("rollback", handed(back, project, typed), GITHUB_RUN_ID="4711", **around)
            assert step.code == 0, step.log
            assert (step.outputs["version"], step.outputs["outcome"]) == ("3.2.0", outcome)
            assert page(look) == "3.2.0"
    assert [one["environment"] for one in hub.deployments] == ["production"] * 2


PLAN = "needs.plan.outputs.plan-digest || 'missing'"
OF_PIPELINE = "inputs.pipeline-"


def test_manual_promotion(runner: Runner, project: str, look: Callable[..., Any]) -> None:
    """The reusable workflow, called as the example calls it."""
    called = jobs(ROOT / ".github" / "workflows" / "promote.yml")
    example = load(ROOT / "examples" / "manual-promotion.yml")["jobs"]["promote"]["with"]
    typed = {
        "inputs.project": project,
        "inputs.version": "",
        "inputs.version == '' && inputs.from || ''": example["from"],
        "inputs.to": example["to"],
        "inputs.oidc-role || vars.WAYBILL_OIDC_ROLE": example["oidc-role"],
        "inputs.from-role || vars.WAYBILL_FROM_ROLE": "",
        "inputs.role || vars.WAYBILL_ROLE || 'missing WAYBILL_ROLE'": example["role"],
        "inputs.role-external-id || vars.WAYBILL_EXTERNAL_ID": example["role-external-id"],
        "inputs.pipeline": example["pipeline"],
        "inputs.pipeline && inputs.on-failure || ''": example["on-failure"],
        f"inputs.pipeline && ({OF_PIPELINE}role || vars.WAYBILL_PIPELINE_ROLE) || ''": example["pipeline-role"],
        f"inputs.pipeline && ({OF_PIPELINE}role-external-id || vars.WAYBILL_PIPELINE_EXTERNAL_ID) || ''": "",
    }
    with tokens() as server:
        around = variables(server)
        staged(runner, project, "1.0.0", **around)
        plan = runner.run("promote", handed(called["plan"], project, typed), **around)
        assert plan.code == 0, plan.log
        typed |= {"needs.plan.outputs.version": plan.outputs["version"], PLAN: plan.outputs["plan-digest"]}
        step = runner.run("promote", handed(called["apply"], project, typed), **around)
    assert step.code == 0, step.log
    assert (step.outputs["version"], step.outputs["changed"]) == ("1.0.0", "true")
    assert (step.outputs["outcome"], step.outputs["status"], page(look)) == ("deployed", "Succeeded", "1.0.0")
