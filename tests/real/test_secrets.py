"""No secret is in the log, the outputs or the summary; what the runner is to hide, it is told before (P9)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from aws.loopback import Answer, Heard, Loopback, loopback
from real.runner import PRODUCTION, Runner, Step
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

REQUEST_TOKEN = "request-token-that-nobody-may-see"
JWT = ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"RS256"}', b'{"sub":"x"}', b"signed"))


@contextmanager
def tokens(status: int = 200) -> Iterator[Loopback]:
    """GitHub's token service: it gives a token to whoever shows the job's request token."""

    def answer(heard: Heard) -> Answer:
        if heard.headers.get("authorization") != f"Bearer {REQUEST_TOKEN}":
            return Answer(401, "no")
        return Answer(status, f'{{"value": "{JWT}"}}', {"Content-Type": "application/json"})

    with loopback(answer) as server:
        yield server


def variables(server: Loopback) -> dict[str, str]:
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{server.url}/token?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
    }


def without_credentials(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(("AWS_ACCESS", "AWS_SECRET"))}


@pytest.fixture
def inputs(runner: Runner, project: str) -> dict[str, str]:
    (runner.workspace / "app.bin").write_bytes(b"hello")
    return {"project": project, "version": "1.2.3", "path": "app.bin"}


def assert_secret(step: Step, *known: str) -> None:
    """Nothing that was masked, and none of `known`, is anywhere else."""
    masked = step.said("add-mask")
    places = {"log": step.shown(), "summary": step.summary, "outputs": "\n".join(step.outputs.values())}
    for name, text in places.items():
        found = [secret for secret in (*masked, *known) if secret in text]
        assert not found, f"{len(found)} secrets are in the {name}"


def test_p9_long_lived_keys_and_the_roles_session_are_nowhere(
    runner: Runner, inputs: dict[str, str], sandbox: Sandbox
) -> None:
    step = runner.stage({**inputs, **PRODUCTION}, SOME_API_TOKEN="a-token-of-the-job")
    assert step.code == 0, step.log
    assert len(step.said("add-mask")) >= 2, "the session's secret key and its token"
    assert_secret(step, sandbox.accounts[layout.DEVELOPMENT]["user"]["secret_access_key"], "a-token-of-the-job")


def test_p9_a_secret_given_as_an_input_is_not_repeated_in_its_fault(runner: Runner, inputs: dict[str, str]) -> None:
    step = runner.stage(
        {**inputs, "project": "has/a-token-of-the-job", "metadata": "a-token-of-the-job"}, X_TOKEN="a-token-of-the-job"
    )
    assert step.code == 2
    assert_secret(step, "a-token-of-the-job")
    assert "***" in step.said("error")[0]


def test_oidc_alone_stages_into_the_account_of_its_role(
    runner: Runner, inputs: dict[str, str], look: Callable[..., Any]
) -> None:
    runner.environment = without_credentials(dict(runner.environment))
    with tokens() as server:
        step = runner.stage(
            {**inputs, "oidc-role": layout.OIDC_ROLE_ARN, "audience": "sts.amazonaws.com"}, **variables(server)
        )
    assert step.code == 0, step.log
    assert {region["account"] for region in step.result["regions"]} == {layout.DEVELOPMENT}
    assert all(heard.target.endswith("&audience=sts.amazonaws.com") for heard in server.heard)
    s3 = look("s3", account=layout.DEVELOPMENT)
    bucket = layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION)
    assert s3.head_object(Bucket=bucket, Key=f"{inputs['project']}@1.2.3")["ContentLength"] == 5
    assert JWT in step.said("add-mask")
    assert_secret(step, REQUEST_TOKEN, JWT)


def test_oidc_and_then_a_role_stages_into_the_other_account(runner: Runner, inputs: dict[str, str]) -> None:
    runner.environment = without_credentials(dict(runner.environment))
    with tokens() as server:
        step = runner.stage({**inputs, **PRODUCTION, "oidc-role": layout.OIDC_ROLE_ARN}, **variables(server))
    assert step.code == 0, step.log
    assert {region["account"] for region in step.result["regions"]} == {layout.PRODUCTION}
    assert ":assumed-role/waybill-stage/waybill-1658821493" in step.result["caller"]
    assert_secret(step, REQUEST_TOKEN, JWT)


def test_a_job_without_the_permission_is_told_which_one_it_needs(runner: Runner, inputs: dict[str, str]) -> None:
    runner.environment = without_credentials(dict(runner.environment))
    step = runner.stage({**inputs, "oidc-role": layout.OIDC_ROLE_ARN})
    assert step.code == 3
    assert "id-token: write" in step.said("error")[0]


@pytest.mark.parametrize(("status", "code"), [(403, 3), (401, 3)])
def test_a_token_service_that_refuses_exits_3_without_the_token(
    runner: Runner, inputs: dict[str, str], status: int, code: int
) -> None:
    runner.environment = without_credentials(dict(runner.environment))
    with tokens(status) as server:
        step = runner.stage({**inputs, "oidc-role": layout.OIDC_ROLE_ARN}, **variables(server))
    assert step.code == code
    assert_secret(step, REQUEST_TOKEN, JWT)


def test_a_role_that_trusts_no_token_exits_3_and_names_the_subjects_forms(
    runner: Runner, inputs: dict[str, str]
) -> None:
    runner.environment = without_credentials(dict(runner.environment))
    with tokens() as server:
        step = runner.stage({**inputs, "oidc-role": layout.STAGE_ROLE_ARN}, **variables(server))
    assert step.code == 3
    assert "environment:ENV" in step.said("error")[0]
    assert_secret(step, REQUEST_TOKEN, JWT)
