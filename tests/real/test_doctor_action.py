"""actions/doctor under a runner's environment: what the step shows, its outputs, how it ends."""

from __future__ import annotations

import pytest

from real.runner import PRODUCTION, Runner
from real.test_secrets import assert_secret, without_credentials
from waybill.sandbox import layout
from waybill.sandbox.breaking import listed
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.environment import for_job
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine


def test_the_step_looks_as_the_release_would_and_shows_it_on_its_page(runner: Runner, project: str) -> None:
    step = runner.run("doctor", {"project": project, **PRODUCTION, "pipeline": f"us-east-1:{layout.PIPELINE}"})
    assert step.code == 0, step.log
    assert step.outputs["changed"] == "false"
    assert step.result["counts"]["fail"] == 0
    assert "| Verdict |" in step.summary
    assert "`versioning`" in step.summary


def test_a_step_that_finds_something_fails_and_says_what_mends_it(runner: Runner, project: str) -> None:
    step = runner.run("doctor", {"project": project, "role": layout.STAGE_ROLE_ARN})
    assert step.code == 3
    assert "identity" in step.shown()
    assert "role-external-id" in step.summary
    (one,) = [each for each in step.result["findings"] if each["verdict"] == "fail"]
    assert one["check"] == "identity"


def test_what_fails_and_what_is_doubtful_are_annotations_with_what_mends_them(
    sandbox: Sandbox, runner: Runner, project: str
) -> None:
    with listed.broken(["versioning", "bucket-key", "source-polling"], Hands(sandbox.url, sandbox.accounts)):
        step = runner.run("doctor", {"project": project})
    assert step.code == 3
    (error,) = step.said("error")
    command = "aws s3api put-bucket-versioning --region us-west-2"
    assert command in error
    assert len(step.said("warning")) == 2
    (block,) = [one for one in step.summary.split("```")[1::2] if command in one]
    words = " ".join(block.split())
    assert words.startswith(f"# in account {sandbox.account}"), "whose account it is for stands before it"
    assert f"= {sandbox.account} || " in words, "and elsewhere it does nothing"
    assert "--versioning-configuration Status=Enabled" in words, "the command stands whole, to be copied"


def test_p9_with_a_job_s_token_nothing_secret_is_shown(sandbox: Sandbox, runner: Runner, project: str) -> None:
    runner.environment = without_credentials(dict(runner.environment))
    job = for_job(sandbox.url, "repo:acme/site:environment:production")
    for role, code in ((layout.OIDC_ROLE_ARN, 0), (layout.STAGE_ROLE_ARN, 3)):
        step = runner.run("doctor", {"project": project, "oidc-role": role}, **job)
        assert step.code == code, step.log
        assert step.said("add-mask")
        assert_secret(step, *(keys["user"]["secret_access_key"] for keys in sandbox.accounts.values()))
