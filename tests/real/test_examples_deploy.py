"""The examples that deploy do what they say, in the sandbox; GitHub is one on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import yaml

from agreement.reading import ROOT
from fakes.github_api import REPOSITORY, TOKEN, GitHub, github
from real.runner import Runner
from real.test_examples_run import PROMOTION, handed, jobs, page, staged
from real.test_secrets import tokens, variables, without_credentials
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

SITE = ROOT / "examples" / "site"
COMMIT = "ffac537e6cbbf934b08745a378932722df287a53"
JOB = f"https://github.test/{REPOSITORY}/actions/runs/1658821493/job/4711"
TYPED = {"inputs.version": "production", "inputs.dry-run": "false", "github.token": TOKEN}


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with github() as running:
        yield running


@pytest.fixture(autouse=True)
def _without_credentials(runner: Runner) -> None:
    runner.environment = without_credentials(dict(runner.environment))


def distribution(look: Callable[..., Any]) -> str:
    """Make a CloudFront distribution in the pipeline's account; returns its id."""
    origin = {"Id": "site", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    cache = {"TargetOriginId": "site", "ViewerProtocolPolicy": "allow-all", "MinTTL": 0}
    values = {"QueryString": False, "Cookies": {"Forward": "none"}}
    made = look("cloudfront", layout.HOME_REGION, layout.DEVELOPMENT).create_distribution(
        DistributionConfig={
            "CallerReference": uuid4().hex,
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {**cache, "ForwardedValues": values},
        }
    )
    return str(made["Distribution"]["Id"])


def test_deploy_by_hand_tells_the_jobs_own_deployment_and_the_same_run_again_starts_nothing(
    runner: Runner, hub: GitHub, project: str, look: Callable[..., Any]
) -> None:
    (step,) = jobs(ROOT / "examples" / "deploy.yml").values()
    running = {"state": "in_progress", "log_url": JOB, "target_url": JOB, "environment_url": ""}
    own = hub.deploy({"ref": COMMIT, "environment": "production", "description": None}, running)
    with tokens() as server:
        around = {**variables(server), **hub.environ()}
        staged(runner, project, "1.0.0", **around)
        promotion = {"project": project, "from-channel": "latest", "oidc-role": layout.OIDC_ROLE_ARN, **PROMOTION}
        assert runner.run("promote", promotion, **around).code == 0
        dry = runner.run("deploy", handed(step, project, TYPED | {"inputs.dry-run": "true"}), **around)
        assert (dry.code, dry.outputs["outcome"], dry.outputs["execution-id"]) == (0, "planned", ""), dry.log
        ends = [runner.run("deploy", handed(step, project, TYPED), **around) for _ in range(2)]
    assert [(one.code, one.outputs["outcome"], one.outputs["changed"]) for one in ends] == [
        (0, "deployed", "true"),
        (0, "already", "false"),
    ], ends[1].log
    assert ends[0].outputs["execution-id"] == ends[1].outputs["execution-id"] != ""
    assert ends[0].outputs["version"] == page(look) == "1.0.0"
    assert hub.deployments == [own]
    told = hub.statuses[own["id"]][1:]
    assert {(one["state"], one["environment_url"]) for one in told} == {("in_progress", "https://www.example.com")}
    assert TOKEN not in ends[0].shown() + ends[0].summary


def test_a_static_site_is_unpacked_forgotten_by_cloudfront_and_says_its_version(
    runner: Runner, hub: GitHub, project: str, look: Callable[..., Any], sandbox: Sandbox
) -> None:
    (step,) = jobs(ROOT / "examples" / "static-site.yml").values()
    given = handed(step, project, TYPED)
    given["verify-url"] = given["verify-url"].replace(
        "https://www.example.com/", sandbox.site_url(layout.OUTPUT_BUCKET)
    )
    given["invalidate"] = given["invalidate"].replace("E1ABCDEF2GHIJK", distribution(look))
    for path in SITE.rglob("*"):
        if path.is_file():
            copy = runner.workspace / "build" / path.relative_to(SITE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(path.read_text().replace("0.0.0", "3.2.1"))
    with tokens() as server:
        ended = runner.stage(given, GITHUB_REF="refs/tags/v3.2.1", **variables(server), **hub.environ())
    assert ended.code == 0, ended.log
    assert (ended.outputs["outcome"], ended.outputs["status"]) == ("deployed", "Succeeded")
    assert "version 3.2.1" in page(look)
    (compared,) = ended.result["deployed_files"]
    assert (compared["compared"], compared["missing"], compared["different"]) == (True, [], [])
    assert [one["environment"] for one in hub.deployments] == ["production"]
    assert [one["state"] for one in hub.statuses[hub.deployments[0]["id"]]] == ["in_progress", "success"]


def test_the_site_of_the_examples_says_its_version_where_the_example_writes_it() -> None:
    workflow = yaml.safe_load((ROOT / "examples" / "static-site.yml").read_text())
    (script,) = [step["run"] for step in workflow["jobs"]["release"]["steps"] if "run" in step]
    for name in ("index.html", "version.txt"):
        assert f"build/{name}" in script
        assert "0.0.0" in (SITE / name).read_text()
