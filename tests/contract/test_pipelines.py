"""What the port of pipelines promises, of the fake and of the adapter in the sandbox."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from contract.pipeline_places import (
    INPUT,
    REGION,
    FakePipelinePlace,
    PipelinePlace,
    Wanted,
    pipelines,
    until,
    zipped,
)
from fakes.aws import DEVELOPMENT
from waybill.domain.deploy.execution import ActionStatus, Execution, ExecutionStatus, StageState
from waybill.domain.deploy.pipeline import Mode, PipelineType, Variable
from waybill.errors import InputError
from waybill.ports.pipeline import Pin, Start

NOBODY = "0000ffff-0000-4000-8000-00000000ffff"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def place(pipeline_place: PipelinePlace) -> PipelinePlace:
    return pipeline_place


def begin(place: PipelinePlace, wanted: Wanted, text: str = "x", token: str = "t") -> str:
    """Make a pipeline and start it, pinned to what was put under its key."""
    name = place.make(wanted)
    return again(place, name, place.plant(wanted.key, zipped(text)), token)


def again(place: PipelinePlace, name: str, version: str, token: str) -> str:
    return pipelines(place).start(Start(pipeline=name, token=token, pins=(Pin(action="Source", version_id=version),)))


def ended(place: PipelinePlace, name: str, execution: str) -> Execution:
    def look() -> Execution | None:
        found = pipelines(place).execution(name, execution)
        return found if found is not None and found.status.ended else None

    return until(place, look)


def stage(place: PipelinePlace, name: str, which: str) -> StageState:
    return next(one for one in pipelines(place).stages(name) if one.name == which)


def test_a_definition_is_read_as_it_was_made(place: PipelinePlace) -> None:
    wanted = Wanted(mode=Mode.QUEUED, override=True, approval=True, variables=(Variable(name="WHERE", default="a"),))
    name = place.make(wanted)
    found = pipelines(place).definition(name)
    assert found is not None
    assert (found.name, found.region, found.account, found.version) == (name, REGION, DEVELOPMENT, 1)
    assert found.arn == f"arn:aws:codepipeline:{REGION}:{DEVELOPMENT}:{name}"
    assert (found.mode, found.type, found.stages) == (Mode.QUEUED, PipelineType.V2, ("Source", "Approve", "Deploy"))
    assert found.variables == wanted.variables
    (source,) = found.s3_sources
    assert (source.name, source.bucket, source.key) == ("Source", INPUT, wanted.key)
    assert source.lets_key_be_overridden
    assert not source.polls
    push = found.action("Deploy", "Push")
    assert push is not None
    assert (push.is_s3_deploy, push.extracts, push.bucket) == (True, True, "codepipeline-output-bucket")
    assert push.role == "arn:aws:iam::222222222222:role/prods3role"
    place.again(wanted)
    later = pipelines(place).definition(name)
    assert later is not None
    assert later.version == 2


def test_a_pipeline_that_is_not_there_is_none_and_then_bad_input_that_names_it(place: PipelinePlace) -> None:
    port = pipelines(place)
    assert port.definition("no-such-pipeline") is None
    for ask in (
        lambda: port.start(Start(pipeline="no-such-pipeline", token="t")),
        lambda: port.executions("no-such-pipeline"),
        lambda: port.execution("no-such-pipeline", "0" * 8 + "-0000-4000-8000-000000000000"),
        lambda: port.stages("no-such-pipeline"),
    ):
        with pytest.raises(InputError) as caught:
            ask()
        assert [(fault.name, fault.value) for fault in caught.value.faults] == [("pipeline", "no-such-pipeline")]


def test_an_execution_takes_the_version_that_it_is_pinned_to(place: PipelinePlace) -> None:
    wanted = Wanted()
    name = place.make(wanted)
    old = place.plant(wanted.key, zipped(f"old {name}"))
    place.plant(wanted.key, zipped("new"))
    execution = again(place, name, old, "t")
    found = ended(place, name, execution)
    assert (found.id, found.status, found.pipeline_version) == (execution, ExecutionStatus.SUCCEEDED, 1)
    revision = found.revision("Source")
    assert revision is not None
    assert revision.id == old
    assert place.deployed("index.html") == f"old {name}".encode()
    runs = pipelines(place).actions(name, execution)
    assert [(run.stage, run.action, run.status) for run in runs] == [
        ("Source", "Source", ActionStatus.SUCCEEDED),
        ("Deploy", "Push", ActionStatus.SUCCEEDED),
    ]
    assert all(MOMENT.fullmatch(run.started) and MOMENT.fullmatch(run.updated) for run in runs)
    assert len({run.id for run in runs}) == 2


def test_executions_are_listed_newest_first_with_what_they_take(place: PipelinePlace) -> None:
    wanted = Wanted()
    first = begin(place, wanted, token="1")
    ended(place, wanted.name, first)
    version = place.plant(wanted.key, zipped("y"))
    second = again(place, wanted.name, version, "2")
    ended(place, wanted.name, second)
    listed = pipelines(place).executions(wanted.name)
    assert [one.id for one in listed] == [second, first]
    assert [one.id for one in pipelines(place).executions(wanted.name, most=1)] == [second]
    assert listed[0].revision("Source") is not None
    assert listed[0].revisions[0].id == version
    assert listed[0].trigger == "StartPipelineExecution"
    assert MOMENT.fullmatch(listed[0].started)
    assert [one.id for one in pipelines(place).succeeded_in(wanted.name, "Deploy")] == [second, first]


def test_one_token_starts_one_execution(place: PipelinePlace) -> None:
    wanted = Wanted()
    first = begin(place, wanted)
    version = place.plant(wanted.key, zipped("y"))
    assert again(place, wanted.name, version, "t") == first
    assert again(place, wanted.name, version, "other") != first


def test_with_an_override_another_key_is_taken(place: PipelinePlace) -> None:
    wanted = Wanted(override=True)
    name = place.make(wanted)
    version = place.plant(f"{name}-other.zip", zipped(f"other {name}"))
    pin = Pin(action="Source", version_id=version, key=f"{name}-other.zip")
    execution = pipelines(place).start(Start(pipeline=name, token="t", pins=(pin,)))
    assert ended(place, name, execution).status is ExecutionStatus.SUCCEEDED
    assert place.deployed("index.html") == f"other {name}".encode()


@pytest.mark.parametrize(
    ("wanted", "variables", "pins", "named"),
    [
        (Wanted(), {"WHAT": "x"}, (), "variables"),
        (Wanted(type=PipelineType.V1), {"WHAT": "x"}, (), "variables"),
        (Wanted(variables=(Variable(name="WHERE"),)), {}, (), "variables"),
        (Wanted(variables=(Variable(name="WHERE"),)), {"WHERE": ""}, (), "variables"),
        (Wanted(variables=(Variable(name="WHERE"),)), {"WHERE": "x" * 1001}, (), "variables"),
        (Wanted(variables=(Variable(name="WHERE"),)), {"WHERE": "x", "what is this": "x"}, (), "variables"),
        (Wanted(), {}, (Pin(action="Source", version_id="1", key="other"),), "source"),
        (Wanted(), {}, (Pin(action="Nobody", version_id="1"),), "source"),
    ],
)
def test_what_codepipeline_refuses_of_a_start_is_bad_input_by_its_name(
    place: PipelinePlace, wanted: Wanted, variables: dict[str, str], pins: tuple[Pin, ...], named: str
) -> None:
    fresh = replace(wanted, name=f"{wanted.name}-{'f' if isinstance(place, FakePipelinePlace) else 's'}")
    name = place.make(fresh)
    with pytest.raises(InputError) as caught:
        pipelines(place).start(Start(pipeline=name, token="t", pins=pins, variables=variables))
    assert {fault.name for fault in caught.value.faults} == {named}
    assert pipelines(place).executions(name) == []


def test_a_failure_has_its_own_words(place: PipelinePlace) -> None:
    wanted = Wanted()
    place.make(wanted)
    place.fail(wanted.name, "The bucket is full.")
    execution = again(place, wanted.name, place.plant(wanted.key, zipped("x")), "t")
    assert ended(place, wanted.name, execution).status is ExecutionStatus.FAILED
    last = pipelines(place).actions(wanted.name, execution)[-1]
    assert (last.action, last.status, last.error) == ("Push", ActionStatus.FAILED, "The bucket is full.")
    assert last.error_code
    assert pipelines(place).succeeded_in(wanted.name, "Deploy") == []


@pytest.mark.parametrize("approve", [True, False])
def test_an_approval_waits_for_a_person_and_shows_what_its_author_wrote(place: PipelinePlace, approve: bool) -> None:
    wanted = Wanted(approval=True)
    execution = begin(place, wanted)
    waiting = until(place, lambda: stage(place, wanted.name, "Approve").waiting)
    assert [(one.stage, one.action, one.note, one.link) for one in waiting] == [
        ("Approve", "Manual", "Look at it.", "https://example.com/preview")
    ]
    assert stage(place, wanted.name, "Approve").execution == execution
    assert not stage(place, wanted.name, "Deploy").waiting
    place.decide(wanted.name, approve=approve, says="I looked.")
    end = ExecutionStatus.SUCCEEDED if approve else ExecutionStatus.FAILED
    assert ended(place, wanted.name, execution).status is end
    assert not stage(place, wanted.name, "Approve").waiting


def test_a_closed_transition_holds_what_comes_and_says_why(place: PipelinePlace) -> None:
    wanted = Wanted()
    name = place.make(wanted)
    place.transition(name, closed=True)
    execution = again(place, name, place.plant(wanted.key, zipped("x")), "t")
    until(place, lambda: stage(place, name, "Deploy").inbound == execution)
    state = stage(place, name, "Deploy")
    assert (state.open, state.reason, bool(state.by)) == (False, "freeze", True)
    source = stage(place, name, "Source")
    assert (source.open, source.reason, source.by) == (True, "", "")
    place.transition(name, closed=False)
    assert ended(place, name, execution).status is ExecutionStatus.SUCCEEDED
    assert (stage(place, name, "Deploy").open, stage(place, name, "Deploy").by) == (True, "")


def test_what_waits_is_superseded_by_what_comes_after_it(place: PipelinePlace) -> None:
    wanted = Wanted()
    name = place.make(wanted)
    version = place.plant(wanted.key, zipped("x"))
    place.hold(name)
    first = again(place, name, version, "1")
    until(place, lambda: stage(place, name, "Deploy").execution == first)
    second = again(place, name, version, "2")
    until(place, lambda: stage(place, name, "Deploy").inbound == second)
    third = again(place, name, version, "3")
    assert ended(place, name, second).status is ExecutionStatus.SUPERSEDED
    place.release(name)
    assert {ended(place, name, one).status for one in (first, third)} == {ExecutionStatus.SUCCEEDED}


def test_a_stop_waits_for_what_runs_and_may_be_asked_for_again(place: PipelinePlace) -> None:
    wanted = Wanted()
    name = place.make(wanted)
    place.hold(name)
    execution = again(place, name, place.plant(wanted.key, zipped("x")), "t")
    until(place, lambda: stage(place, name, "Deploy").execution == execution)
    port = pipelines(place)
    port.stop(name, execution, reason="enough" * 50)
    found = port.execution(name, execution)
    assert found is not None
    assert found.status is ExecutionStatus.STOPPING
    port.stop(name, execution, reason="enough")
    place.release(name)
    assert ended(place, name, execution).status is ExecutionStatus.STOPPED
    port.stop(name, execution, reason="enough")


def test_a_new_definition_cancels_what_runs(place: PipelinePlace) -> None:
    wanted = Wanted()
    name = place.make(wanted)
    place.hold(name)
    execution = again(place, name, place.plant(wanted.key, zipped("x")), "t")
    until(place, lambda: stage(place, name, "Deploy").execution == execution)
    place.again(wanted)
    assert ended(place, name, execution).status is ExecutionStatus.CANCELLED
    place.release(name)


def test_a_stage_goes_back_to_what_succeeded_in_it_under_the_same_definition(place: PipelinePlace) -> None:
    wanted = Wanted()
    good = begin(place, wanted, "good", token="1")
    ended(place, wanted.name, good)
    later = again(place, wanted.name, place.plant(wanted.key, zipped("bad")), "2")
    ended(place, wanted.name, later)
    port = pipelines(place)
    back = port.roll_back(wanted.name, "Deploy", to=good)
    assert back is not None
    found = ended(place, wanted.name, back)
    assert (found.status, found.rolls_back) == (ExecutionStatus.SUCCEEDED, good)
    assert [run.action for run in port.actions(wanted.name, back)] == ["Push"]
    assert place.deployed("index.html") == b"good"
    for stage_name, target in (("Source", good), ("Deploy", back), ("Nowhere", good), ("Deploy", NOBODY)):
        assert port.roll_back(wanted.name, stage_name, to=target) is None
    place.again(wanted)
    assert port.roll_back(wanted.name, "Deploy", to=good) is None
    assert port.succeeded_in(wanted.name, "Deploy") == []
    assert len(port.executions(wanted.name)) == 3


def test_an_execution_that_is_not_there_has_nothing(place: PipelinePlace) -> None:
    name = place.make(Wanted())
    assert pipelines(place).execution(name, NOBODY) is None
    assert pipelines(place).actions(name, NOBODY) == []


def test_the_rules_that_start_a_pipeline_are_seen(place: PipelinePlace) -> None:
    name = place.make(Wanted())
    definition = pipelines(place).definition(name)
    assert definition is not None
    assert pipelines(place).watchers(definition).rules == ()
    rule = place.rule(name)
    found = pipelines(place).watchers(definition)
    assert (found.rules, found.known) == ((rule,), True)
