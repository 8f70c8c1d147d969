"""Everything at once: whatever fails while versions are deployed, nothing is started twice, and every end is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from commands.deployment.stand import PROJECT, Deploys, body_of
from fakes.aws import PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call, When
from fakes.codepipeline import Script
from fakes.site import OUTPUT, site_pipeline
from waybill.cancel import Cancellation
from waybill.domain.deploy.execution import ActionStatus, ExecutionStatus
from waybill.domain.result import Outcome, Result
from waybill.errors import AccessDenied, ExitCode, Unavailable, WaybillError, exit_code_of

VERSIONS = ("1.0.0", "1.1.0", "1.2.0")
CALLS = [
    *("definition", "executions", "execution", "actions", "stages", "start", "watchers", "succeeded-in", "roll-back"),
    *("head-source", "copy-source", "put-source", "versioned", "head", "read", "list", "put", "stop", "stream", "*"),
]
GOOD = {ExecutionStatus.SUCCEEDED, ExecutionStatus.SUPERSEDED}


@dataclass(frozen=True, slots=True)
class Fault:
    """Calls that fail: so many of a kind after the first `skip`; throttled, lost on their way back, or refused."""

    call: str
    skip: int
    times: int | None
    when: When
    denied: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One deploy, and what happens meanwhile, so many seconds after its start; 0: not at all."""

    run_id: str
    version: str
    on_failure: str
    on_cancel: str
    fails: int
    silent: int
    updated: int
    cancelled: int
    stopped: int
    event: int
    faults: Sequence[Fault]


seconds = st.sampled_from([0, 0, 0, 1, 3, 8, 14])
faults = st.builds(
    Fault,
    call=st.sampled_from(CALLS),
    skip=st.integers(0, 8),
    times=st.sampled_from([1, 2, 5, None]),
    when=st.sampled_from(["before", "after"]),
    denied=st.booleans(),
)
runs = st.builds(
    Asked,
    run_id=st.sampled_from(["1", "2"]),
    version=st.sampled_from(VERSIONS),
    on_failure=st.sampled_from(["leave", "rollback"]),
    on_cancel=st.sampled_from(["leave", "stop"]),
    fails=st.integers(0, 2),
    silent=seconds,
    updated=seconds,
    cancelled=seconds,
    stopped=seconds,
    event=seconds,
    faults=st.lists(faults, max_size=2),
)


def arrange(stand: Deploys, asked: Asked, cancellation: Cancellation) -> None:
    """Let happen what is to happen."""
    stand.world.calls.forgive()
    stand.pipe.plan.clear()
    left = [asked.fails]

    def push() -> Script:
        left[0] -= 1
        return Script(status=ActionStatus.FAILED, error="no such bucket") if left[0] >= 0 else Script()

    stand.pipe.scripts["Push"] = push()
    stand.pipe.at(12.5, lambda: stand.pipe.scripts.update({"Push": push()}))
    stand.pipe.at(30, lambda: stand.pipe.scripts.pop("Push", None))
    if asked.silent:
        stand.pipe.at(asked.silent, lambda: stand.world.down(120))
    if asked.updated:
        stand.pipe.at(asked.updated, stand.pipe.update)
    if asked.cancelled:
        stand.pipe.at(asked.cancelled, lambda: cancellation.cancel(15))
    if asked.stopped:
        stand.pipe.at(asked.stopped, lambda: stop_newest(stand))
    if asked.event:
        stand.pipe.at(asked.event, lambda: stand.pipe.begin("CloudWatchEvent"))
    for fault in asked.faults:
        error = AccessDenied("no", action="a", resource="r") if fault.denied else Unavailable("Rate exceeded")

        def strike(_: Call, error: WaybillError = error) -> None:
            raise error

        stand.world.on(fault.call, strike, skip=fault.skip, times=fault.times, when=fault.when)


def stop_newest(stand: Deploys) -> None:
    for run in stand.pipe.under_way()[-1:]:
        if run.status is ExecutionStatus.IN_PROGRESS:
            stand.pipe.stop(run, "freeze")


def events(stand: Deploys, version: str) -> list[dict[str, Any]]:
    """Return the deploys that any region tells of, each once."""
    found = {}
    for region in REGIONS:
        for key, body in stand.world.contents(bucket_name(PRODUCTION, region)).items():
            if key.startswith(f"{PROJECT}@{version}/events/"):
                found[key] = json.loads(body)
    return [one for one in found.values() if one["kind"] == "deployed"]


def complaints(stand: Deploys, asked: Asked, end: Result | WaybillError, before: int) -> list[str]:
    code = end.exit_code if isinstance(end, Result) else exit_code_of(end)
    found = []
    if code not in {*ExitCode} - {ExitCode.BUG}:
        found.append(f"ended {code}")
    if not isinstance(end, Result):
        return found
    json.dumps(end.to_json())
    shown = body_of(end)
    run = next((one for one in stand.pipe.runs if one.id == shown.execution), None)
    if shown.execution and run is None:
        return [*found, "follows nobody"]
    if code == ExitCode.OK:
        if end.outcome not in {Outcome.DEPLOYED, Outcome.ALREADY, Outcome.SUPERSEDED}:
            found.append(f"a success that is {end.outcome}")
        if end.outcome is not Outcome.SUPERSEDED and (run is None or run.status is not ExecutionStatus.SUCCEEDED):
            found.append("a success of an execution that did not succeed")
        if end.outcome is Outcome.SUPERSEDED and not shown.superseded_by:
            found.append("superseded by nobody")
        if run and asked.version not in run.revisions[0].summary.split():
            found.append(f"deployed {run.revisions[0].summary}")
    elif not end.error or not (end.resume or (shown.went_back and shown.went_back.channel)):
        found.append("failed in silence")
    if end.outcome is Outcome.ROLLED_BACK and (shown.went_back is None or code != ExitCode.PIPELINE):
        found.append("went back nowhere")
    if shown.status and shown.status.ended and run and run.status is not shown.status:
        found.append(f"told {shown.status}, is {run.status}")
    ours = [one for one in stand.pipe.runs[before:] if one.trigger == "StartPipelineExecution"]
    goes_back = 1 if shown.went_back and shown.went_back.execution and not shown.went_back.by_stage else 0
    if code in {ExitCode.TERMINATED, ExitCode.TIMED_OUT} and asked.on_failure == "rollback":
        goes_back = 1  # it was on its way
    if len(ours) > 1 + goes_back:
        found.append(f"started {len(ours)}")
    return found


def standing(stand: Deploys) -> list[str]:
    """Return the tokens under which more than one execution was started, and executions whose event has no end."""
    tokens = [run.token for run in stand.pipe.runs if run.token]
    found = [f"two of {token}" for token in set(tokens) if tokens.count(token) > 1]
    by_id = {run.id: run for run in stand.pipe.runs}
    for version in VERSIONS:
        for one in events(stand, version):
            run = by_id.get(one["execution"])
            if run is None or not one["end"] or not run.status.ended:
                found.append(f"an event without an end: {one}")
            elif one["end"] not in {run.status.value, "Failed"}:
                found.append(f"an event that ends {one['end']}, of an execution that is {run.status.value}")
    return found


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(runs, min_size=1, max_size=4), st.booleans())
def test_whatever_happens(asked: list[Asked], watched: bool) -> None:
    stand = Deploys()
    if watched:
        stand.pipe.rules, stand.pipe.watched_by, stand.pipe.watch_delay = ("on-upload",), "CloudWatchEvent", 2.0
    for version in VERSIONS:
        stand.stage(version)
    for one in asked:
        cancellation, before = Cancellation(), len(stand.pipe.runs)
        arrange(stand, one, cancellation)
        end = stand.end(
            run_id=one.run_id,
            version=one.version,
            on_failure=one.on_failure,
            on_cancel=one.on_cancel,
            timeout="10m",
            cancellation=cancellation,
        )
        event(str(getattr(end, "outcome", type(end).__name__)))
        found = complaints(stand, one, end, before) + standing(stand)
        assert not found, (found, end)
    stand.world.calls.forgive()
    stand.pipe.plan.clear()
    stand.pipe.scripts.clear()
    stand.clock.advance(1000)
    stand.pipe.settle()
    last = asked[-1]
    calm = stand.end(run_id=last.run_id, version=last.version)
    assert isinstance(calm, Result), calm
    assert calm.exit_code is ExitCode.OK, calm
    assert not standing(stand)
    shown = body_of(calm)
    told = [one["end"] for one in events(stand, last.version) if one["execution"] == shown.execution]
    assert told, "every end is told"
    if calm.outcome is not Outcome.SUPERSEDED:
        assert stand.world.body(OUTPUT, "version.txt") == last.version.encode()
    count = len(stand.pipe.runs)
    again = stand.end(run_id=last.run_id, version=last.version)
    assert isinstance(again, Result), again
    assert (again.exit_code, again.changed, len(stand.pipe.runs)) == (ExitCode.OK, False, count), again


@pytest.mark.parametrize("override", [False, True])
def test_all_of_it_in_one_run(override: bool) -> None:
    """Throttled, silent for two minutes, the answer of the start lost; and the pipeline updated before the second."""
    stand = Deploys()
    stand.pipe.definition = site_pipeline(override=override, approval=True)
    stand.stage("1.0.0")
    stand.pipe.at(50, lambda: stand.world.down(120))
    stand.pipe.at(200, lambda: stand.pipe.decide("Manual", approve=True))
    stand.world.fail(call="start", when="after")
    for call in ("execution", "actions", "stages"):
        stand.world.fail(call=call, error=Unavailable("Rate exceeded"), times=2, skip=3)
    lost = stand.end(version="1.0.0")
    assert exit_code_of(lost) == ExitCode.UNAVAILABLE if isinstance(lost, WaybillError) else lost.exit_code == 0
    result = stand.deploy(version="1.0.0")
    assert result.exit_code is ExitCode.OK, result
    assert len(stand.pipe.runs) == 1
    assert len(events(stand, "1.0.0")) == 1
