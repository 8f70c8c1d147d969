"""Deploys as people run them: the command line against pipelines that really run, in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from real.deploying import OUTPUT, PIPELINE, VERSIONS, Site, approving, build, page, until
from real.here import waybill_here as waybill
from real.tools import new_project, run
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

PROMOTER = ("--role", layout.PROMOTE_ROLE_ARN, "--role-external-id", layout.PROMOTE_EXTERNAL_ID)


@pytest.fixture(scope="module")
def project(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project of three versions, staged in development."""
    name, folder = new_project(), tmp_path_factory.mktemp("built")
    for version in VERSIONS:
        words = ("--project", name, "--version", version, "--path", build(folder, version), "--json")
        assert waybill(sandbox.environment({}), "stage", *words).code == 0
    return name


@pytest.fixture
def site(sandbox: Sandbox, look: Callable[..., Any], project: str) -> Iterator[Site]:
    yield Site(sandbox, look, project)
    sandbox.release()
    made = Site(sandbox, look, project)
    until(lambda: all(one["status"] not in {"InProgress", "Stopping"} for one in made.executions()))


def test_stage_and_deploy_in_a_sandbox_of_one_command_line(tmp_path: Path) -> None:
    build(tmp_path, "site")
    named = "--project site --version 1.0.0"
    script = f"waybill stage {named} --path site --json && waybill deploy {named} --pipeline {PIPELINE} --json"
    ended = run({}, "sh", "-c", f"exec {json.dumps(waybill_path())} sandbox run -- sh -c '{script}'", cwd=tmp_path)
    assert ended.code == 0, ended.stderr
    decoder, text = json.JSONDecoder(), ended.stdout.strip()
    staged, end = decoder.raw_decode(text)
    deployed, _ = decoder.raw_decode(text[end:].strip())
    assert (staged["command"], staged["outcome"]) == ("stage", "created")
    assert (deployed["command"], deployed["outcome"], deployed["status"]) == ("deploy", "deployed", "Succeeded")
    assert deployed["execution_id"]
    assert deployed["source_version_id"]
    (files,) = deployed["deployed_files"]
    assert (files["bucket"], files["compared"], files["files"], files["missing"]) == (OUTPUT, True, 2, [])


def waybill_path() -> str:
    import sys

    return str(Path(sys.executable).parent / "waybill")


def test_a_version_is_promoted_and_deployed_and_goes_back(site: Site, look: Callable[..., Any]) -> None:
    named = ("--channel", "production", *PROMOTER)
    for version in VERSIONS[:2]:
        made = site(version, *named, verb="promote")
        assert (made.code, made.json["outcome"], made.json["status"]) == (0, "deployed", "Succeeded"), made.stderr
        assert [one["channel"] for one in made.json["regions"]] == ["moved"] * 3
        assert site.page() == page(version)
    words = ("--project", site.project, "--pipeline", PIPELINE, "--to", "previous", "--reason", "it leaks")
    back = waybill(site.environment, "rollback", *words, *named, "--json")
    assert (back.code, back.json["version"], back.json["status"]) == (0, VERSIONS[0], "Succeeded"), back.stderr
    assert site.page() == page(VERSIONS[0])
    for region in layout.REGIONS:
        parameter = look("ssm", region).get_parameter(Name=f"/artifacts/{site.project}/production")["Parameter"]
        assert parameter["Value"] == VERSIONS[0]
    told = waybill(site.environment, "status", "--project", site.project, *PROMOTER)
    assert PIPELINE in told.stdout
    kinds = [json.loads(raw)["kind"] for raw in stored(site, VERSIONS[0], layout.PRODUCTION, "production")]
    assert sorted(kinds) == ["deployed", "deployed", "promoted"]


def test_two_deploys_at_once_one_supersedes_the_other_and_both_say_so(site: Site, sandbox: Sandbox) -> None:
    sandbox.disturb(PIPELINE, "Deploy", hold=True)
    first = site("1.0.0", "--wait=false")
    assert (first.code, first.json["outcome"], first.json["status"]) == (0, "created", "InProgress")
    assert site.running("Deploy") == first.json["execution_id"]
    with site.started("1.1.0") as one:
        superseded = site.waiting("Deploy")
        with site.started("1.2.0") as other:
            newer = site.waiting("Deploy", superseded)
            sandbox.release()
            winner, loser = other.end(), one.end()
    assert (winner.code, winner.json["outcome"], winner.json["execution_id"]) == (0, "deployed", newer)
    assert (loser.code, loser.json["outcome"], loser.json["status"]) == (0, "superseded", "Superseded")
    assert loser.json["superseded_by"] == newer
    assert "1.2.0" in loser.json["warnings"][0]
    assert site.page() == page("1.2.0")


def test_what_an_earlier_version_supersedes_fails(site: Site, sandbox: Sandbox) -> None:
    sandbox.disturb(PIPELINE, "Deploy", hold=True)
    assert site("1.0.0", "--wait=false").code == 0
    site.running("Deploy")
    with site.started("1.2.0") as one:
        superseded = site.waiting("Deploy")
        earlier = site("1.1.0", "--wait=false")
        assert site.waiting("Deploy", superseded) == earlier.json["execution_id"]
        loser = one.end()
    assert (loser.code, loser.json["outcome"]) == (7, "superseded")
    assert loser.json["superseded_by"] == earlier.json["execution_id"]
    assert "1.1.0" in loser.json["error"]
    assert loser.json["resume"].startswith("waybill deploy")


def test_an_approval_is_announced_and_waited_for(site: Site) -> None:
    pipeline = site.own_pipeline(approving)
    with site.started("1.0.0", pipeline=pipeline) as running:
        site.running("Approve", pipeline=pipeline)
        (action,) = site.pipelines.get_pipeline_state(name=pipeline)["stageStates"][1]["actionStates"]
        answer = {"summary": "looks good", "status": "Approved"}
        token = action["latestExecution"]["token"]
        site.pipelines.put_approval_result(
            pipelineName=pipeline, stageName="Approve", actionName="Manual", result=answer, token=token
        )
        ended = running.end()
    assert (ended.code, ended.json["outcome"]) == (0, "deployed"), ended.stderr
    for told in ("Look at the preview.", "https://preview.example.com/", f"/{pipeline}/"):
        assert told in ended.stderr
    refused = site("1.1.0", "--approval-timeout", "1s", pipeline=pipeline)
    assert (refused.code, "approval-timeout" in refused.json["error"]) == (8, True)


def test_a_failing_action_is_told_in_its_own_words_and_what_was_there_comes_back(site: Site, sandbox: Sandbox) -> None:
    named = ("--on-failure", "rollback")
    assert site("1.0.0").code == 0
    log = "arn:aws:logs:us-east-1:222222222222:log-group:x:log-stream:y"
    sandbox.disturb(PIPELINE, "Deploy", fail="The bucket is on fire.", url="https://job.example.com/7", log=log)
    ended = site("1.2.0", *named)
    assert (ended.code, ended.json["outcome"], ended.json["status"]) == (7, "rolled-back", "Failed"), ended.stderr
    for told in ("The bucket is on fire.", "https://job.example.com/7", "#logsV2:log-groups/log-group/x/log-events/y"):
        assert told in ended.json["error"]
    assert ended.json["rolled_back"]["version"] == "1.0.0"
    assert site.page() == page("1.0.0")
    parameter = site.look("ssm", account=layout.DEVELOPMENT).get_parameter(Name=f"/artifacts/{site.project}/latest")
    assert parameter["Parameter"]["Value"] == "1.0.0"
    events = [json.loads(raw) for raw in stored(site, "1.2.0")]
    assert {"withdrawn", "deployed"} <= {event["kind"] for event in events}


def stored(site: Site, version: str, account: str = layout.DEVELOPMENT, channel: str = "latest") -> list[bytes]:
    s3, bucket = site.look("s3", account=account), layout.bucket(account, layout.HOME_REGION)
    keys = site.events(version, account, channel)
    return [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]


def test_an_object_that_went_meanwhile_fails_with_what_the_source_action_says(site: Site, sandbox: Sandbox) -> None:
    pipeline = site.own_pipeline(lambda declared: None)
    sandbox.disturb(pipeline, "Source", hold=True)
    with site.started("1.1.0", pipeline=pipeline) as running:
        site.running("Source", pipeline=pipeline)
        s3 = site.look("s3", account=layout.DEVELOPMENT)
        lies = {"Bucket": layout.INPUT_BUCKET, "Key": f"{pipeline}.zip"}
        s3.delete_object(**lies, VersionId=s3.head_object(**lies)["VersionId"])
        sandbox.release()
        ended = running.end()
    assert (ended.code, ended.json["status"]) == (7, "Failed")
    assert "Source / Source: " in ended.json["error"]
    assert "says nothing" not in ended.json["error"]


def test_stopped_and_cancelled_and_out_of_time_have_their_own_ends(site: Site, sandbox: Sandbox) -> None:
    sandbox.disturb(PIPELINE, "Deploy", hold=True, times=2)
    late = site("1.0.0", "--timeout", "1s")
    assert (late.code, "`timeout`" in late.json["error"], late.json["status"]) == (8, True, "InProgress")
    with site.started("1.0.0") as running:
        execution = running.follows()
        site.pipelines.stop_pipeline_execution(pipelineName=PIPELINE, pipelineExecutionId=execution, reason="freeze")
        sandbox.release(PIPELINE, "Deploy")
        stopped = running.end()
    assert (stopped.code, stopped.json["status"], stopped.json["execution_id"]) == (7, "Stopped", execution)
    assert stopped.json["joined"] is True
    assert "freeze" in stopped.json["error"]
    pipeline = site.own_pipeline(approving)
    with site.started("1.0.0", pipeline=pipeline) as running:
        site.running("Approve", pipeline=pipeline)
        declared = site.pipelines.get_pipeline(name=pipeline)["pipeline"]
        site.pipelines.update_pipeline(pipeline=declared)
        cancelled = running.end()
    assert (cancelled.code, cancelled.json["status"]) == (7, "Cancelled")
    assert "changed while it ran" in cancelled.json["error"]


def test_throttled_looks_are_waited_out(site: Site, sandbox: Sandbox) -> None:
    sandbox.disturb(PIPELINE, "Deploy", seconds=1.0)
    for operation in ("GetPipelineExecution", "ListActionExecutions", "StartPipelineExecution"):
        sandbox.refuse(operation, "ThrottlingException", message="Rate exceeded", times=2)
    ended = site("1.0.0")
    assert ended.code == 0, ended.stderr


def test_the_page_is_asked_and_what_the_address_has_of_secrets_is_told_nowhere(site: Site, sandbox: Sandbox) -> None:
    address = sandbox.site_url(OUTPUT, "index.html")
    secret = address.replace("http://", "http://ada:hunter2@") + "?sig=topsecret"
    good = site("1.1.0", "--verify-url", secret, "--verify-text", "version {version}")
    assert (good.code, good.json["outcome"]) == (0, "deployed"), good.stderr
    bad = site("1.1.0", "--verify-url", secret, "--verify-text", "version 9", "--timeout", "1s")
    assert bad.code == 7, bad.stderr
    assert "verify-url" in bad.json["error"]
    for ended in (good, bad):
        for word in ("hunter2", "topsecret"):
            assert word not in ended.stdout + ended.stderr
    for raw in stored(site, "1.1.0"):
        assert b"hunter2" not in raw
        assert b"topsecret" not in raw


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--pipeline", "us-west-2:crossaccountdeploy"), 2, ["crossaccountdeploy", "us-west-2", "us-east-1"]),
        (("--pipeline", "no-such"), 2, ["no-such", "us-east-1", layout.DEVELOPMENT]),
        (("--pipeline", "us-nowhere-9:x"), 2, ["us-nowhere-9"]),
        (("--version", "7.7.7"), 2, ["7.7.7"]),
        (("--variables", "colour=red"), 2, ["colour"]),
    ],
)
def test_what_cannot_be_deployed_is_refused_and_nothing_is_started(
    site: Site, words: tuple[str, ...], code: int, told: list[str]
) -> None:
    given = {"--project": site.project, "--version": "1.0.0", "--pipeline": PIPELINE}
    given |= dict(zip(words[::2], words[1::2], strict=True))
    before = len(site.executions())
    ended = waybill(site.environment, "deploy", *(word for pair in given.items() for word in pair), "--json")
    assert (ended.code, ended.json["changed"]) == (code, False), ended.stderr
    for word in told:
        assert word in ended.json["error"]
    assert len(site.executions()) == before


def test_a_dry_run_tells_its_steps_and_starts_nothing(site: Site) -> None:
    planned = site("1.0.0", "--dry-run")
    assert (planned.code, planned.json["outcome"], planned.json["changed"]) == (0, "planned", False)
    assert planned.json["plan"]["steps"][0].startswith(f"put {site.project} 1.0.0 ")
    assert planned.json["plan"]["pinned"] is True
