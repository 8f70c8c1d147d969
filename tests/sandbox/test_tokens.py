"""`--subject`: whoever is in the sandbox may be any job of GitHub, and gets the roles that such a job gets."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import waybill
from waybill.github.oidc import fetch_id_token
from waybill.sandbox import cli, environment, layout
from waybill.sandbox.cli import Words
from waybill.sandbox.engine import tokens
from waybill.sandbox.engine.refusals import Refusal

NOW = 1_800_000_000.0


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said


def minted(query: str) -> dict[str, Any]:
    return claims(json.loads(tokens.answer(query, NOW))["value"])


def test_a_token_says_what_github_says_of_such_a_job() -> None:
    said = minted("subject=repo:acme/site:environment:production&audience=me")
    assert (said["iss"], said["aud"]) == ("https://token.actions.githubusercontent.com", "me")
    assert said["sub"] == "repo:acme/site:environment:production"
    assert (said["repository"], said["repository_owner"]) == ("acme/site", "acme")
    assert said["environment"] == "production"
    assert said["iat"] == NOW < said["exp"]
    assert "repository_id" not in said


def test_the_immutable_form_of_a_subject_has_the_ids_and_the_ref() -> None:
    said = minted("subject=repo:acme@12/site@34:ref:refs/tags/v1")
    assert (said["repository_owner_id"], said["repository_id"]) == ("12", "34")
    assert (said["repository"], said["ref"], said["aud"]) == ("acme/site", "refs/tags/v1", "sts.amazonaws.com")


@pytest.mark.parametrize("query", ["", "subject=", "subject=acme/site", "subject=repo:acme:ref:refs/heads/main"])
def test_a_subject_that_no_job_has_is_refused(query: str) -> None:
    with pytest.raises(Refusal, match="is no subject"):
        tokens.answer(query, NOW)


def test_a_subject_is_an_option_of_both_verbs() -> None:
    subject = "repo:acme/site:ref:refs/tags/v1"
    assert cli.parse(["run", "--subject", subject, "--empty", "--", "true"]) == Words(
        "run", command=["true"], empty=True, subject=subject
    )
    assert cli.parse(["start", f"--subject={subject}"]).subject == subject


@pytest.mark.engine
def test_waybill_gets_a_token_there_as_it_does_on_a_runner(sandbox: Any, clients: Any) -> None:
    subject = "repo:acme/site:environment:the one & only"
    token = fetch_id_token(environment.for_job(sandbox.url, subject), "sts.amazonaws.com", sleep=lambda _: None)
    assert claims(token)["sub"] == subject
    answer = clients.strangers("sts").assume_role_with_web_identity(
        RoleArn=layout.OIDC_ROLE_ARN, RoleSessionName="run-42", WebIdentityToken=token
    )
    assert answer["Credentials"]


@pytest.mark.engine
def test_a_wrong_subject_is_no_fault_of_the_server(sandbox: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(sandbox.url + layout.token_path("me"))
    assert caught.value.code == 400
    caught.value.close()


@pytest.mark.engine
def test_a_command_stages_as_a_job_of_github(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    source = str(Path(waybill.__file__).parent.parent)
    stage = ["waybill", "stage", "--project", "Demo", "--version", "1.0.0", "--path", "a.txt"]
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "waybill", "sandbox", "run", "--subject", "repo:acme/site:environment:production"),
            *("--", *stage, "--oidc-role", layout.OIDC_ROLE_ARN),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "assumed-role/waybill-oidc/" in ended.stdout + ended.stderr
