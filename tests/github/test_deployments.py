from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from aws.loopback import Answer, Heard, loopback
from fakes.github_api import REPOSITORY, TOKEN, GitHub, document, github, refusal
from waybill.github.context import RunnerContext
from waybill.github.deployments import github_deployments
from waybill.ports.deployments import Deployments, Record, State

HOME = f"/repos/{REPOSITORY}/deployments"
COMMIT = "ffac537e6cbbf934b08745a378932722df287a53"
RUN = "1658821493"
JOB_PAGE = f"https://github.test/{REPOSITORY}/actions/runs/{RUN}/job/4711"
RUN_PAGE = f"https://github.test/{REPOSITORY}/actions/runs/{RUN}/attempts/1"


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with github() as running:
        yield running


@pytest.fixture
def warned() -> list[str]:
    return []


def open_deployments(hub: GitHub, warned: list[str], token: str = TOKEN, **environ: str) -> Deployments:
    run = {"GITHUB_SHA": COMMIT, "GITHUB_RUN_ID": RUN, "GITHUB_RUN_ATTEMPT": "1"}
    context = RunnerContext.from_environ({**hub.environ(), **run, **environ})
    return github_deployments(context, token, warned.append)


def begin(deployments: Deployments, **more: Any) -> Record | None:
    return deployments.begin(**{"environment": "production", "what": "SugarWater 1.2.3 site", **more})


def jobs_own(hub: GitHub, *states: str, page: str = JOB_PAGE, environment: str = "production") -> dict[str, Any]:
    """What GitHub makes for a job with `environment:`, before its first step."""
    statuses = [{"state": state, "log_url": page, "target_url": page, "environment_url": ""} for state in states]
    return hub.deploy({"ref": COMMIT, "environment": environment, "description": None, "payload": {}}, *statuses)


def test_a_deployment_is_made_and_told_of_to_its_end(hub: GitHub, warned: list[str]) -> None:
    deployments = open_deployments(hub, warned)
    record = begin(deployments, ref="0123456789abcdef", description="SugarWater 1.2.3")
    assert record is not None
    assert record.ours
    deployments.status(record, State.IN_PROGRESS, log_url="https://console.test/run")
    deployments.status(record, State.SUCCESS, description="deployed", environment_url="https://site.test/")
    made = hub.deployments[0]
    told = {name: made[name] for name in ("ref", "environment", "description", "required_contexts", "auto_merge")}
    assert told == {
        "ref": "0123456789abcdef",
        "environment": "production",
        "description": "SugarWater 1.2.3",
        "required_contexts": [],
        "auto_merge": False,
    }
    assert hub.statuses[record.id] == [
        {"state": "in_progress", "log_url": "https://console.test/run", "auto_inactive": True},
        {
            "state": "success",
            "description": "deployed",
            "log_url": RUN_PAGE,
            "environment_url": "https://site.test/",
            "auto_inactive": True,
        },
    ]
    assert warned == []


def test_the_jobs_own_is_not_doubled_and_github_keeps_its_end(hub: GitHub, warned: list[str]) -> None:
    own = jobs_own(hub, "queued", "in_progress")
    deployments = open_deployments(hub, warned)
    record = begin(deployments)
    assert record == Record(id=own["id"], ours=False)
    before = len(hub.statuses[own["id"]])
    for state in State:
        deployments.status(record, state, environment_url="https://site.test/")
    deployments.status(record, State.IN_PROGRESS, description="again")
    assert [one["state"] for one in hub.statuses[own["id"]][before:]] == ["in_progress"]
    assert hub.statuses[own["id"]][-1]["environment_url"] == "https://site.test/"
    assert len(hub.deployments) == 1
    assert warned == []


@pytest.mark.parametrize(
    ("states", "page", "environment"),
    [
        (("queued", "in_progress"), f"https://github.test/{REPOSITORY}/actions/runs/{RUN}7/job/1", "production"),
        (("queued", "in_progress"), f"https://github.test/other/repo/actions/runs/{RUN}/job/1", "production"),
        (("queued", "in_progress", "failure"), JOB_PAGE, "production"),
        (("queued", "in_progress", "success", "inactive"), JOB_PAGE, "production"),
        (("in_progress",), JOB_PAGE, "staging"),
        ((), JOB_PAGE, "production"),
    ],
)
def test_another_runs_or_one_that_is_over_is_no_job_s_own(
    hub: GitHub, warned: list[str], states: tuple[str, ...], page: str, environment: str
) -> None:
    jobs_own(hub, *states, page=page, environment=environment)
    record = begin(open_deployments(hub, warned))
    assert record is not None
    assert record.ours
    assert len(hub.deployments) == 2


@pytest.mark.parametrize("as_text", [False, True])
def test_a_second_attempt_goes_on_with_what_the_first_left(hub: GitHub, warned: list[str], as_text: bool) -> None:
    earlier = open_deployments(hub, warned)
    first = begin(earlier)
    earlier.status(first, State.IN_PROGRESS)
    hub.deployments[0]["sha"] = COMMIT
    if as_text:
        import json

        hub.deployments[0]["payload"] = json.dumps(hub.deployments[0]["payload"])
    again = open_deployments(hub, warned, GITHUB_RUN_ATTEMPT="2")
    assert begin(again) == first
    other = begin(again, what="Other 1.2.3 site")
    assert first is not None
    assert other is not None
    assert other.id != first.id
    again.status(first, State.FAILURE)
    anew = begin(again)
    assert anew is not None
    assert anew.id not in {first.id, other.id}, "what is over is not gone on with"


@pytest.mark.parametrize("text", ["x" * 141, "line\nbreak " * 50, "é" * 500])
def test_a_description_is_one_line_of_at_most_140_characters(hub: GitHub, warned: list[str], text: str) -> None:
    deployments = open_deployments(hub, warned)
    record = begin(deployments, description=text)
    assert record is not None
    deployments.status(record, State.ERROR, description=text)
    for told in (hub.deployments[0]["description"], hub.statuses[record.id][0]["description"]):
        assert len(told) <= 140
        assert told.endswith("…")
        assert "\n" not in told


@pytest.mark.parametrize("missing", [{"token": ""}, {"GITHUB_REPOSITORY": ""}])
def test_without_a_token_or_a_repository_nothing_is_done_nor_said(
    hub: GitHub, warned: list[str], missing: dict[str, str]
) -> None:
    deployments = open_deployments(hub, warned, **missing)
    record = begin(deployments)
    deployments.status(record, State.SUCCESS)
    assert (record, warned, hub.asked()) == (None, [], [])


def test_beside_a_runner_the_commit_that_is_deployed_is_enough(hub: GitHub, warned: list[str]) -> None:
    deployments = open_deployments(hub, warned, GITHUB_SHA="", GITHUB_RUN_ID="")
    assert begin(deployments, ref=COMMIT) is not None
    assert hub.asked() == [f"POST {HOME}"]


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (refusal(403, "Resource not accessible by integration"), "deployments: write"),
        (refusal(404, "Not Found"), "deployments: write"),
        (refusal(401, "Bad credentials"), "401"),
        (refusal(422, f"No ref found for {TOKEN}"), "No ref found"),
        (refusal(429, "Too many requests", x_ratelimit_remaining="0"), "limits"),
        (Answer(500, "{}"), "500"),
        (Answer(200, "<html>"), "GITHUB_API_URL"),
        (document({}, 201), "GITHUB_API_URL"),
        (None, "could not be reached"),
    ],
)
def test_whatever_github_does_is_one_warning_and_no_token(
    hub: GitHub, warned: list[str], said: Answer | None, word: str
) -> None:
    hub.says[HOME] = [document([]), *[said] * 3]
    deployments = open_deployments(hub, warned)
    record = begin(deployments)
    deployments.status(record, State.SUCCESS)
    assert record is None
    assert len(warned) == 1
    assert word in warned[0]
    assert TOKEN not in warned[0]


def test_an_address_that_is_none_is_one_warning(hub: GitHub, warned: list[str]) -> None:
    assert begin(open_deployments(hub, warned, GITHUB_API_URL="ftp://host")) is None
    assert len(warned) == 1


def test_a_status_that_fails_does_not_keep_the_next_from_being_told(hub: GitHub, warned: list[str]) -> None:
    deployments = open_deployments(hub, warned)
    record = begin(deployments)
    assert record is not None
    hub.says[f"{HOME}/{record.id}/statuses"] = [Answer(502, "")]
    deployments.status(record, State.IN_PROGRESS)
    deployments.status(record, State.SUCCESS)
    assert [one["state"] for one in hub.statuses[record.id]] == ["success"]
    assert len(warned) == 1


def test_a_github_that_hangs_is_given_up_for_good_after_one_warning(hub: GitHub, warned: list[str]) -> None:
    released = threading.Event()

    def hang(heard: Heard) -> Answer | None:
        released.wait(30)
        return None

    with loopback(hang) as server:
        context = RunnerContext.from_environ({**hub.environ(), "GITHUB_API_URL": server.url, "GITHUB_SHA": COMMIT})
        deployments = github_deployments(context, TOKEN, warned.append, seconds=0.3)
        assert begin(deployments) is None
        assert begin(deployments) is None
        deployments.status(Record(id=1, ours=True), State.SUCCESS)
        released.set()
    assert len(warned) == 1
    assert "in time" in warned[0]
    assert len(server.heard) <= 1


def test_the_time_for_all_of_it_is_one_and_its_end_is_told_once(hub: GitHub, warned: list[str]) -> None:
    context = RunnerContext.from_environ({**hub.environ(), "GITHUB_SHA": COMMIT})
    clock = iter(range(0, 600, 6))
    deployments = github_deployments(context, TOKEN, warned.append, seconds=10, monotonic=lambda: float(next(clock)))
    record = begin(deployments)
    assert record is not None
    for state in (State.QUEUED, State.IN_PROGRESS, State.SUCCESS):
        deployments.status(record, state)
    assert [one["state"] for one in hub.statuses[record.id]] == ["queued"]
    assert len(warned) == 1
