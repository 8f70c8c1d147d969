"""The action that deploys, under a runner's environment: its outputs and page; told to stop; killed; run again."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from real.deploying import PIPELINE, Site, build, page, until
from real.here import waybill_here as waybill
from real.runner import Runner, Running
from real.tools import new_project
from waybill.inputs.tables.deploy import DEPLOY
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

PROMISED = 5
SLACK = 3
"""Times: how much slower than promised a machine may be that runs other tests beside."""


@pytest.fixture(scope="module")
def project(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project whose 1.0.0 is staged in development."""
    name, folder = new_project(), tmp_path_factory.mktemp("built")
    words = ("--project", name, "--version", "1.0.0", "--path", build(folder, "1.0.0"), "--json")
    assert waybill(sandbox.environment({}), "stage", *words).code == 0
    return name


@pytest.fixture
def site(sandbox: Sandbox, look: Callable[..., Any], project: str, runner: Runner) -> Iterator[Site]:
    made = Site(sandbox, look, project)
    # Another run for each test: what a run has deployed it does not deploy again.
    runner.variables |= {"GITHUB_RUN_ID": str(time.time_ns())}
    yield made
    sandbox.release()
    until(lambda: all(one["status"] not in {"InProgress", "Stopping"} for one in made.executions()))


def inputs(site: Site, **more: str) -> dict[str, str]:
    given = {"project": site.project, "version": "1.0.0", "pipeline": PIPELINE}
    return given | {name.replace("_", "-"): value for name, value in more.items()}


def test_a_step_has_outputs_a_page_with_a_gantt_and_changes_nothing_when_it_is_run_again(
    runner: Runner, site: Site
) -> None:
    step = runner.run("deploy", inputs(site, environment="live", environment_url="https://www.example.com"))
    assert step.code == 0, step.log
    assert set(step.outputs) == {output.name for output in DEPLOY.outputs}
    told = {name: step.outputs[name] for name in ("version", "status", "changed", "outcome", "superseded-by")}
    assert told == {
        "version": "1.0.0",
        "status": "Succeeded",
        "changed": "true",
        "outcome": "deployed",
        "superseded-by": "",
    }
    execution = step.outputs["execution-id"]
    assert site.status(execution) == "Succeeded"
    taken = site.executions()[0]["sourceRevisions"][0]
    assert step.outputs["source-version-id"] == taken["revisionId"]
    assert taken["revisionSummary"].startswith(f"{site.project} 1.0.0 ")
    assert site.page() == page("1.0.0")
    assert "```mermaid\ngantt" in step.summary
    for word in ("Source", "Deploy", execution):
        assert word in step.summary
    again = runner.run("deploy", inputs(site))
    assert (again.code, again.outputs["outcome"], again.outputs["changed"]) == (0, "already", "false"), again.log
    assert again.outputs["execution-id"] == execution
    events = [key for key in site.events("1.0.0") if runner.variables["GITHUB_RUN_ID"] in key]
    assert len(events) == 1


def held(site: Site, before: str = "") -> str:
    """Wait until an execution is at work in the last stage; returns its id."""
    return site.running("Deploy", but=before)


def told_to_stop(running: Running, number: int) -> Any:
    """Send a signal, and wait as long as is promised."""
    running.process.send_signal(number)
    log, _ = running.process.communicate(timeout=PROMISED * SLACK)
    return running.step(log)


def test_told_to_stop_it_leaves_the_execution_and_the_next_attempt_goes_on_with_it(
    runner: Runner, site: Site, sandbox: Sandbox
) -> None:
    sandbox.disturb(PIPELINE, "Deploy", hold=True)
    with runner.started(inputs(site), "deploy") as running:
        execution = held(site)
        step = told_to_stop(running, signal.SIGTERM)
    assert step.code == 143, step.log
    assert step.outputs["execution-id"] == execution
    assert "on-cancel: leave" in step.result["error"]
    assert site.status(execution) == "InProgress"
    with runner.started(inputs(site), "deploy") as running:
        sandbox.release()
        log, _ = running.process.communicate(timeout=60)
        again = running.step(log)
    assert (again.code, again.outputs["execution-id"]) == (0, execution), again.log
    assert again.result["joined"] is True


def test_told_to_stop_it_stops_the_execution_where_that_was_asked_for(
    runner: Runner, site: Site, sandbox: Sandbox
) -> None:
    sandbox.disturb(PIPELINE, "Deploy", hold=True)
    with runner.started(inputs(site, on_cancel="stop"), "deploy") as running:
        execution = held(site)
        step = told_to_stop(running, signal.SIGINT)
    assert step.code == 130, step.log
    assert "on-cancel: stop" in step.result["error"]
    assert site.status(execution) == "Stopping"
    sandbox.release()
    until(lambda: site.status(execution) == "Stopped")


def test_a_step_that_was_killed_is_finished_by_the_next_attempt(runner: Runner, site: Site, sandbox: Sandbox) -> None:
    sandbox.disturb(PIPELINE, "Deploy", hold=True)
    with runner.started(inputs(site), "deploy") as running:
        execution = held(site)
        running.process.kill()
    sandbox.release()
    until(lambda: site.status(execution) == "Succeeded")
    before = len(site.executions())
    again = runner.run("deploy", inputs(site))
    assert (again.code, again.outputs["execution-id"]) == (0, execution), again.log
    assert len(site.executions()) == before
    events = [key for key in site.events("1.0.0") if runner.variables["GITHUB_RUN_ID"] in key]
    assert len(events) == 1, "and the end is recorded"


def test_p9_no_secret_is_told_anywhere(runner: Runner, site: Site) -> None:
    secrets = {
        "token": "ghs_1234567890abcdefghij",
        "external": "very-external-id",
        "user": "hunter2",
        "query": "t0psecret",
    }
    given = inputs(
        site,
        github_token=secrets["token"],
        pipeline_role=layout.STAGE_ROLE_ARN,
        pipeline_role_external_id=secrets["external"],
        verify_url=f"http://ada:{secrets['user']}@127.0.0.1:9/?sig={secrets['query']}",
        timeout="1s",
    )
    refused = runner.run("deploy", given, GITHUB_API_URL="http://127.0.0.1:9")
    assert refused.code == 3, refused.log
    given.pop("pipeline-role")
    given.pop("pipeline-role-external-id")
    failed = runner.run("deploy", given, GITHUB_API_URL="http://127.0.0.1:9")
    assert failed.code == 7, failed.log
    for step in (refused, failed):
        everything = step.shown() + step.summary + json.dumps(dict(step.outputs))
        assert not [name for name, secret in secrets.items() if secret in everything]
        masked = "\n".join(step.said("add-mask"))
        assert secrets["token"] in masked
        assert secrets["query"] in masked
