"""The examples do what they say when their `with:` is handed to the action, in the sandbox instead of AWS."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from zipfile import ZipFile

import pytest

from agreement.reading import ROOT, load, steps
from real.runner import PRODUCTION, Runner
from real.test_secrets import tokens, variables, without_credentials
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

Given = dict[str, str]


def given(name: str, project: str, **expressions: str) -> Given:
    """Return an example's inputs as the runner hands them over, roles being those of the sandbox."""
    ((_, step),) = steps(load(ROOT / "examples" / name))
    found = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in step["with"].items()
    }
    for expression, value in expressions.items():
        found = {name: text.replace("${{ github." + expression + " }}", value) for name, text in found.items()}
    found |= {"project": project, "oidc-role": layout.OIDC_ROLE_ARN}
    return found | (PRODUCTION if "role" in found else {})


@pytest.fixture(autouse=True)
def _without_credentials(runner: Runner) -> None:
    runner.environment = without_credentials(dict(runner.environment))


def test_stage_on_tag(runner: Runner, project: str) -> None:
    (runner.workspace / "dist").mkdir()
    (runner.workspace / "dist" / "app.tar.gz").write_bytes(b"app")
    with tokens() as server:
        step = runner.stage(given("stage-on-tag.yml", project), GITHUB_REF="refs/tags/v3.2.1", **variables(server))
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
