"""examples/setup.yml does what it says in bare accounts: the plan, and then that very plan and no other.

The job begins with nothing but the runner's token, and with the one role that docs/setup-action.md has made by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from agreement.reading import ROOT, load, steps
from contract.places import plain as plain_config
from real.runner import Runner, Step
from real.test_secrets import without_credentials
from waybill.sandbox import environment, layout
from waybill.sandbox.server import Sandbox, running

pytestmark = pytest.mark.engine

JOBS = dict(steps(load(ROOT / "examples" / "setup.yml")))
PAGE = ROOT / "docs" / "setup-action.md"
DIGEST = "${{ needs.plan.outputs.plan-digest || 'missing' }}"
PREPARED = """\
schema: 1
accounts:
  development: {id: "111111111111", role: "arn:aws:iam::111111111111:role/OrganizationAccountAccessRole"}
regions: [us-east-1]
"""


@pytest.fixture(scope="module")
def bare() -> Iterator[Sandbox]:
    with running({}, empty=True) as sandbox:
        prepare(sandbox)
        yield sandbox


def prepare(sandbox: Sandbox) -> None:
    """Make by hand what the page says: GitHub's provider, and the role with its two policies."""
    iam = client(sandbox, "iam")
    trust, may = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    iam.create_open_id_connect_provider(Url=f"https://{layout.OIDC_ISSUER}", ClientIDList=["sts.amazonaws.com"])
    iam.create_role(RoleName="waybill-setup", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="waybill-setup", PolicyName="enter", PolicyDocument=may)


def client(sandbox: Sandbox, service: str, account: str = layout.MANAGEMENT) -> Any:
    """Look from outside, as the management account's user, or by the organisation's role in a member."""
    keys = sandbox.accounts[layout.MANAGEMENT]["user"]
    at = {"endpoint_url": sandbox.url, "region_name": "us-east-1", "config": plain_config()}
    session = boto3.Session(keys["access_key_id"], keys["secret_access_key"])
    if account == layout.MANAGEMENT:
        return session.client(service, **at)
    arn = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    taken = session.client("sts", **at).assume_role(RoleArn=arn, RoleSessionName="look")["Credentials"]
    into = boto3.Session(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
    return into.client(service, **at)


def run(runner: Runner, bare: Sandbox, job: str, where: str, digest: str = "") -> Step:
    """Run a job's step, as the runner does whose job is in an environment of a repository (`where`)."""
    runner.environment = without_credentials(bare.environment())
    given = {name: value.replace(DIGEST, digest) for name, value in JOBS[job]["with"].items()}
    assert "${{" not in json.dumps(given)
    return runner.run("setup", given, **environment.for_job(bare.url, where))


@pytest.fixture
def prepared(tmp_path: Path) -> Runner:
    runner = Runner(tmp_path / "runner", {})
    (runner.workspace / "waybill.yaml").write_text(PREPARED)
    return runner


def test_the_plan_is_shown_and_that_very_plan_is_carried_out(prepared: Runner, bare: Sandbox) -> None:
    plan = run(prepared, bare, "plan", "repo:acme/infrastructure:environment:setup-plan")
    assert plan.code == 0, plan.log
    assert (plan.outputs["outcome"], plan.result["command"]) == ("planned", "setup plan")
    assert "`development/us-east-1/waybill-region`" in plan.summary
    assert plan.outputs["plan-digest"] in plan.summary
    cloudformation = client(bare, "cloudformation", layout.DEVELOPMENT)
    assert cloudformation.describe_stacks()["Stacks"] == []

    where = "repo:acme/infrastructure:environment:setup"
    assert run(prepared, bare, "apply", where, digest="missing").code == 2
    other = run(prepared, bare, "apply", where, digest="0" * 64)
    assert (other.code, other.outputs["changed"]) == (5, "false"), other.log
    assert cloudformation.describe_stacks()["Stacks"] == []

    done = run(prepared, bare, "apply", where, digest=plan.outputs["plan-digest"])
    assert done.code == 0, done.log
    assert (done.outputs["outcome"], done.outputs["changed"]) == ("created", "true")
    assert any(line.startswith("::group::✓ development/us-east-1/waybill-region") for line in done.log.splitlines())
    ssm = client(bare, "ssm", layout.DEVELOPMENT)
    configuration = json.loads(ssm.get_parameter(Name="/startifact")["Parameter"]["Value"])
    assert ssm.get_parameter(Name=configuration["bucket_name_param"])["Parameter"]["Value"]

    again = run(prepared, bare, "plan", "repo:acme@12/infrastructure@34:environment:setup-plan")
    assert again.code == 0, again.log
    assert again.outputs["outcome"] == "already", "the job `apply` is left out then"


def test_a_job_outside_of_the_environments_gets_no_role(prepared: Runner, bare: Sandbox) -> None:
    step = run(prepared, bare, "plan", "repo:acme/infrastructure:ref:refs/heads/main")
    assert step.code == 3, step.log
    assert "waybill-setup" in step.said("error")[0]


def test_a_pull_request_that_breaks_the_file_is_told_by_its_lines(prepared: Runner, bare: Sandbox) -> None:
    (prepared.workspace / "waybill.yaml").write_text(PREPARED.replace('"111111111111"', "111111111111"))
    step = run(prepared, bare, "plan", "repo:acme/infrastructure:environment:setup-plan")
    assert step.code == 2, step.log
    (said,) = [line for line in step.log.splitlines() if line.startswith("::error")]
    assert "file=waybill.yaml,line=3" in said
    assert "accounts.development.id" in step.summary
