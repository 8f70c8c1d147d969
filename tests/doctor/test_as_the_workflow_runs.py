"""doctor with the inputs that a workflow gives: its roles, its pipeline, its token; and with a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from doctor.conftest import Look, findings, troubles
from waybill.domain.findings import Verdict
from waybill.domain.result import Result
from waybill.errors import ExitCode
from waybill.sandbox import layout
from waybill.sandbox.breaking import listed
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.environment import for_job
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

PRODUCTION = {"role": layout.STAGE_ROLE_ARN, "role_external_id": layout.STAGE_EXTERNAL_ID}
FILE = f"""\
schema: 1
accounts:
  development: {{id: "{layout.DEVELOPMENT}"}}
  production:
    id: "{layout.PRODUCTION}"
    role: {layout.STAGE_ROLE_ARN}
    external-id: {layout.STAGE_EXTERNAL_ID}
    from: development
regions: [{", ".join(layout.REGIONS)}]
"""


def checks(result: Result, verdict: Verdict) -> set[str]:
    return {one.check for one in findings(result) if one.verdict is verdict}


def test_the_role_s_account_is_looked_at_and_its_pipelines_only_where_one_is_named(look: Look) -> None:
    result = look(project="SugarWater", **PRODUCTION)
    assert troubles(result) == {}
    assert result.caller is not None
    assert result.caller.startswith(f"arn:aws:sts::{layout.PRODUCTION}:assumed-role/waybill-stage/")
    assert "pipeline" not in checks(result, Verdict.PASS)
    deploys = look(project="SugarWater", pipeline=f"us-east-1:{layout.PIPELINE}", **PRODUCTION)
    assert troubles(deploys) == {}
    told = {one.check: one.says for one in findings(deploys)}
    assert "user/waybill-sandbox" in told["pipeline-identity"]
    assert "trusts the pipeline's role" in told["deploy-role-trust"], "production was entered, so its role can be read"


def test_what_an_action_s_role_may_do_in_production_is_looked_at_too(look: Look, hands: Hands) -> None:
    given = {"project": "SugarWater", "pipeline": f"us-east-1:{layout.PIPELINE}", **PRODUCTION}
    good = {one.says.partition(" (")[0] for one in findings(look(**given)) if one.subject == layout.DEPLOY_ROLE_ARN}
    assert {"may read the artifacts", "may decrypt the artifacts", "may write what is deployed"} <= good
    iam = hands.client("iam", account=layout.PRODUCTION)
    denial = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{layout.OUTPUT_BUCKET}/*"}
    named = {"RoleName": layout.DEPLOY_ROLE, "PolicyName": "no-writing"}
    iam.put_role_policy(**named, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [denial]}))
    try:
        (one,) = troubles(look(**given))["pipeline-access"]
    finally:
        iam.delete_role_policy(**named)
    assert (one.verdict, one.subject) == (Verdict.FAIL, layout.DEPLOY_ROLE_ARN)
    assert "the policy no-writing" in one.mend


def test_a_role_that_cannot_be_taken_fails_with_the_statement(look: Look) -> None:
    result = look(role=layout.STAGE_ROLE_ARN)
    (one,) = troubles(result)["identity"]
    assert one.verdict is Verdict.FAIL
    assert "sts:AssumeRole" in one.mend
    assert result.exit_code == ExitCode.IDENTITY


def test_a_pipeline_that_is_not_there_is_told(look: Look) -> None:
    assert set(troubles(look(pipeline="nonsense"))) == {"pipeline"}


def test_a_region_that_is_asked_for_alone_is_looked_at_alone(look: Look, hands: Hands) -> None:
    with listed.broken(["versioning"], hands):
        result = look(regions="us-east-1")
    assert troubles(result) == {}
    assert {one.region for one in findings(result) if one.check == "versioning"} == {"us-east-1"}


def test_the_accounts_of_a_file_are_looked_at_together(look: Look, hands: Hands, tmp_path: Path) -> None:
    file = tmp_path / "waybill.yaml"
    file.write_text(FILE)
    result = look(config=str(file))
    assert troubles(result) == {}
    assert {one.account for one in findings(result)} == {"", "development", "production"}
    assert {"configuration-accounts", "deploy-role-trust"} <= checks(result, Verdict.PASS)
    with listed.broken(["bucket-parameter"], hands):
        (one,) = troubles(look(config=str(file)))["bucket-parameter"]
    assert (one.account, one.region) == ("development", "us-west-2")


@pytest.fixture
def job(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment of a command that has no credentials beside its token."""
    known = sandbox.environment({"PATH": "/usr/bin:/bin"})
    return {name: value for name, value in known.items() if not name.startswith(("AWS_ACCESS", "AWS_SECRET"))}


def in_a_job(sandbox: Sandbox, job: dict[str, str], subject: str, **more: str) -> tuple[int, dict[str, str]]:
    """Run the command as a job of this subject; return its exit code, and what it says by check."""
    command = [sys.executable, "-m", "waybill", "doctor", "--json", "--oidc-role", layout.OIDC_ROLE_ARN]
    environment = {**job, **for_job(sandbox.url, subject), **more}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    document = json.loads(done.stdout)
    assert "sandbox" not in done.stderr.partition("eyJ")[1], "a token is never shown"
    return done.returncode, {
        one["check"]: f"{one['verdict']}: {one['says']} {one['mend'] or ''}" for one in document["findings"]
    }


def test_a_job_s_token_is_held_against_the_role_s_trust_policy(sandbox: Sandbox, job: dict[str, str]) -> None:
    code, told = in_a_job(sandbox, job, "repo:acme/site:environment:production")
    assert code == 0, told
    assert told["oidc-trust"].startswith("pass: this job is 'repo:acme/site:environment:production'")
    code, told = in_a_job(sandbox, job, "repo:evil/site:ref:refs/heads/main")
    assert code == ExitCode.IDENTITY
    assert told["identity"].startswith("fail: ")
    assert told["oidc-trust"].startswith("unknown: "), "nobody is at hand who could read it"
    assert '"token.actions.githubusercontent.com:sub": "repo:evil/site:ref:refs/heads/main"' in told["oidc-trust"]


def test_who_is_at_hand_beside_the_token_reads_the_trust_policy(sandbox: Sandbox, job: dict[str, str]) -> None:
    keys = {name: value for name, value in sandbox.environment().items() if name.startswith("AWS_")}
    code, told = in_a_job(sandbox, job, "repo:evil/site:ref:refs/heads/main", **keys)
    assert code == ExitCode.IDENTITY
    assert told["oidc-trust"].startswith("fail: ")
    assert "this repository is evil/site" in told["oidc-trust"]
