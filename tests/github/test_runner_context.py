from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from waybill.domain.waybill import Origin
from waybill.github.context import RunnerContext

# As GitHub's runner sets them for a container action.
ENVIRON = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "dependabot[bot]",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_JOB": "release",
    "GITHUB_REF": "refs/tags/SugarWater/v1.2.3",
    "GITHUB_REF_NAME": "SugarWater/v1.2.3",
    "GITHUB_REF_TYPE": "tag",
    "GITHUB_REPOSITORY": "example/sugar-water",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_RUN_ID": "9876543210",
    "GITHUB_SERVER_URL": "https://github.com/",
    "GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567",
    "GITHUB_WORKFLOW": "Release",
    "GITHUB_WORKSPACE": "/github/workspace",
    "RUNNER_DEBUG": "1",
    "RUNNER_NAME": "GitHub Actions 7",
    "RUNNER_OS": "Linux",
    "GITHUB_TOKEN": "ghs_secret",
    "ACTIONS_RUNTIME_TOKEN": "runtime-secret",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-secret",
}


def test_everything_the_runner_says_is_read(tmp_path: Path) -> None:
    context = RunnerContext.from_environ({**ENVIRON, "RUNNER_TEMP": str(tmp_path)})
    assert dataclasses.asdict(context) == {
        "repository": "example/sugar-water",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "ref": "refs/tags/SugarWater/v1.2.3",
        "ref_type": "tag",
        "ref_name": "SugarWater/v1.2.3",
        "workflow": "Release",
        "job": "release",
        "run_id": "9876543210",
        "attempt": "2",
        "actor": "dependabot[bot]",
        "event": "push",
        "runner_name": "GitHub Actions 7",
        "runner_os": "Linux",
        "workspace": "/github/workspace",
        "temp": str(tmp_path),
        "server_url": "https://github.com",
        "api_url": "https://api.github.com",
        "on_runner": True,
        "debug": True,
    }
    assert context.runner == "GitHub Actions 7 (Linux)"
    assert context.run_url == "https://github.com/example/sugar-water/actions/runs/9876543210/attempts/2"


def test_what_the_runner_does_not_say_is_an_empty_string() -> None:
    context = RunnerContext.from_environ({})
    assert {getattr(context, f.name) for f in dataclasses.fields(context)} == {"", False}
    assert (context.run_url, context.runner, context.tag) == ("", "", None)
    assert context.origin == Origin()


@pytest.mark.parametrize(
    ("environ", "tag"),
    [
        ({"GITHUB_REF": "refs/tags/v1.2.3", "GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1.2.3"}, "v1.2.3"),
        ({"GITHUB_REF": "refs/tags/a/v1.2.3"}, "a/v1.2.3"),
        ({"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1.2.3"}, "v1.2.3"),
        ({"GITHUB_REF": "refs/heads/v1.2.3", "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "v1.2.3"}, None),
        ({"GITHUB_REF": "refs/heads/refs/tags/v1.2.3", "GITHUB_REF_TYPE": "branch"}, None),
        ({"GITHUB_REF": "refs/heads/v1.2.3", "GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1.2.3"}, None),
        ({"GITHUB_REF": "refs/pull/7/merge", "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "7/merge"}, None),
        ({"GITHUB_REF": "refs/tags/", "GITHUB_REF_TYPE": "tag"}, None),
        ({"GITHUB_REF_TYPE": "tag"}, None),
    ],
)
def test_only_a_tag_is_taken_for_the_tag_that_is_built(environ: dict[str, str], tag: str | None) -> None:
    assert RunnerContext.from_environ(environ).tag == tag


def test_no_token_is_in_the_context() -> None:
    assert "secret" not in repr(RunnerContext.from_environ(ENVIRON))


def test_a_waybill_s_origin_is_what_the_runner_said() -> None:
    assert RunnerContext.from_environ(ENVIRON).origin == Origin(
        repository="example/sugar-water",
        commit="0123456789abcdef0123456789abcdef01234567",
        ref="refs/tags/SugarWater/v1.2.3",
        workflow="Release",
        run_id="9876543210",
        attempt="2",
        actor="dependabot[bot]",
        runner="GitHub Actions 7 (Linux)",
    )


@pytest.mark.parametrize("missing", ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"])
def test_half_a_run_url_is_none(missing: str) -> None:
    assert RunnerContext.from_environ({**ENVIRON, missing: ""}).run_url == ""


def test_a_run_id_that_is_no_number_stops_nothing() -> None:
    assert RunnerContext.from_environ({"GITHUB_RUN_ID": "local"}).run_id == "local"


def test_a_temporary_folder_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    assert RunnerContext.from_environ({"RUNNER_TEMP": str(tmp_path / "host" / "_temp")}).temp == ""
