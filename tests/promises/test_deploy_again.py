"""P4 of deploy: running again finishes what failed or was cut off, and repeats nothing that stands."""

from __future__ import annotations

from typing import Any

import pytest

from commands.deployment.stand import PROJECT, Deploys, body_of, nobody
from fakes.asker import FakeAsker
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call
from fakes.codepipeline import Script
from fakes.site import INPUT, KEY, OUTPUT, site_pipeline
from promises.stand import digests_of
from waybill.cancel import Cancellation
from waybill.commands.deploy import Outside
from waybill.commands.deployment.proof import Prover
from waybill.domain.deploy.delivery import revision_summary
from waybill.domain.deploy.execution import ActionStatus, ExecutionStatus
from waybill.domain.deploy.pipeline import Variable
from waybill.domain.events import Event, Kind, event_name
from waybill.domain.result import Outcome
from waybill.domain.versions import Version
from waybill.errors import ExitCode, Unavailable
from waybill.ports.http import Answer
from waybill.ports.pipeline import NewSource
from waybill.progress import Warned

FAILING = Script(status=ActionStatus.FAILED, error="no such bucket")
URL = "https://www.example.com/version.txt"


@pytest.fixture
def stand() -> Deploys:
    stand = Deploys()
    stand.stage("1.0.0", {"index.html": b"one"})
    return stand


def another(stand: Deploys, version: str) -> None:
    """Have somebody else deploy a version, staged meanwhile."""
    body = stand.stage(version, {"index.html": version.encode()})
    digests = digests_of(body)
    summary = revision_summary(PROJECT, Version(version), digests.sha256, "c0ffee")
    new = NewSource(key=KEY, media_type="application/zip", summary=summary, digests=digests)
    bucket = stand.world.account(DEVELOPMENT).source_bucket("us-east-1", INPUT, owner=DEVELOPMENT)
    bucket.put(new, iter([body]))
    stand.pipe.begin("StartPipelineExecution")


def busy(stand: Deploys, seconds: float) -> None:
    """Have an execution of 1.0.0 be at work in the last stage."""
    stand.pipe.scripts["Push"] = Script(seconds=seconds)
    stand.deploy(version="1.0.0", wait="false", run_id="1")
    stand.clock.advance(5)


def test_what_a_later_version_superseded_is_not_deployed_over_it_when_the_run_is_run_again(stand: Deploys) -> None:
    busy(stand, 100)
    stand.stage("1.1.0")
    stand.pipe.at(10, lambda: another(stand, "1.2.0"))
    first = stand.deploy(version="1.1.0")
    again = stand.deploy(version="1.1.0")
    assert [one.outcome for one in (first, again)] == [Outcome.SUPERSEDED] * 2
    assert (again.exit_code, again.changed) == (ExitCode.OK, False)
    assert body_of(again).superseded_by == body_of(first).superseded_by
    assert len(stand.pipe.runs) == 3
    assert stand.world.body(OUTPUT, "index.html") == b"1.2.0"


def test_what_failed_on_its_way_is_not_what_superseded(stand: Deploys) -> None:
    busy(stand, 100)
    stand.stage("1.1.0")
    stand.pipe.at(10, lambda: another(stand, "1.2.0"))
    stand.pipe.at(11, lambda: stand.pipe.stop(stand.pipe.runs[-1], "a mistake"))
    stand.pipe.at(20, lambda: another(stand, "1.3.0"))
    result = stand.deploy(version="1.1.0")
    assert (result.outcome, result.exit_code) == (Outcome.SUPERSEDED, ExitCode.OK)
    assert body_of(result).superseded_by == stand.pipe.runs[-1].id


def test_what_an_earlier_version_superseded_is_deployed_when_the_run_is_run_again(stand: Deploys) -> None:
    busy(stand, 100)
    stand.stage("1.1.0", {"index.html": b"1.1.0"})
    stand.pipe.at(10, lambda: another(stand, "0.9.0"))
    assert stand.deploy(version="1.1.0").exit_code is ExitCode.PIPELINE
    again = stand.deploy(version="1.1.0")
    assert (again.outcome, again.exit_code) == (Outcome.DEPLOYED, ExitCode.OK)
    assert stand.world.body(OUTPUT, "index.html") == b"1.1.0"


def asking(*answers: Answer) -> Outside:
    return Outside(proof=Prover(asker=lambda: FakeAsker.saying(answers)), announcers=nobody)


def test_after_a_page_that_did_not_answer_and_a_way_back_the_same_run_deploys_anew(stand: Deploys) -> None:
    stand.deploy(version="1.0.0", run_id="1")
    stand.stage("1.1.0", {"index.html": b"two"})
    given: dict[str, Any] = {"version": "1.1.0", "verify_url": URL, "verify_text": "{version}", "timeout": "2m"}
    bad = stand.deploy(**given, on_failure="rollback", outside=asking(Answer(200, "1.0.0")))
    assert (bad.outcome, bad.exit_code) == (Outcome.ROLLED_BACK, ExitCode.PIPELINE)
    assert stand.world.body(OUTPUT, "index.html") == b"one"
    again = stand.deploy(**given, outside=asking(Answer(200, "1.1.0")))
    assert (again.outcome, again.exit_code) == (Outcome.DEPLOYED, ExitCode.OK)
    assert stand.world.body(OUTPUT, "index.html") == b"two"
    assert [event.end for event in stand.events("1.1.0") if event.end] == ["Failed", "Succeeded"]


def test_what_was_deployed_over_with_something_else_is_deployed_again(stand: Deploys) -> None:
    stand.stage("1.1.0", {"index.html": b"1.1.0"})
    assert stand.deploy(version="1.1.0").outcome is Outcome.DEPLOYED
    another(stand, "0.9.0")
    stand.clock.advance(60)
    again = stand.deploy(version="1.1.0")
    assert (again.outcome, again.exit_code) == (Outcome.DEPLOYED, ExitCode.OK)
    assert stand.world.body(OUTPUT, "index.html") == b"1.1.0"


def test_what_a_later_version_was_deployed_over_is_left(stand: Deploys) -> None:
    assert stand.deploy(version="1.0.0").outcome is Outcome.DEPLOYED
    another(stand, "1.2.0")
    stand.clock.advance(60)
    again = stand.deploy(version="1.0.0")
    assert (again.exit_code, again.changed) == (ExitCode.OK, False)
    assert len(stand.pipe.runs) == 2
    assert stand.world.body(OUTPUT, "index.html") == b"1.2.0"


@pytest.mark.parametrize(("later", "again"), [(None, Outcome.DEPLOYED), ("1.2.0", Outcome.SUPERSEDED)])
def test_what_a_bad_end_may_have_left_half_is_put_right_but_a_later_version_is_not_undone(
    stand: Deploys, later: str | None, again: Outcome
) -> None:
    assert stand.deploy(version="1.0.0").outcome is Outcome.DEPLOYED
    if later:
        another(stand, later)
        stand.clock.advance(60)
        stand.pipe.settle()
    another(stand, "1.3.0")
    stand.clock.advance(5)
    stand.pipe.settle()
    stand.pipe.stop(stand.pipe.runs[-1], "freeze")
    stand.clock.advance(60)
    stand.pipe.settle()
    assert stand.world.body(OUTPUT, "index.html") == b"1.3.0"
    result = stand.deploy(version="1.0.0")
    assert result.outcome is again
    assert (stand.world.body(OUTPUT, "index.html") == b"one") is (later is None)


def test_a_second_way_back_is_gone_though_the_first_one_failed(stand: Deploys) -> None:
    stand.deploy(version="1.0.0", run_id="1")
    stand.pipe.update()  # no stage can be rolled back
    stand.stage("1.1.0", {"index.html": b"two"})
    stand.pipe.scripts["Push"] = FAILING
    first = stand.deploy(version="1.1.0", on_failure="rollback")
    assert body_of(first).went_back is not None
    assert first.outcome is Outcome.FAILED
    stand.pipe.at(12.5, lambda: stand.pipe.scripts.pop("Push", None))
    again = stand.deploy(version="1.1.0", on_failure="rollback")
    assert again.outcome is Outcome.ROLLED_BACK
    assert stand.world.body(OUTPUT, "index.html") == b"one"


def test_the_way_back_leads_to_what_was_live_and_not_to_what_was_rolled_back(stand: Deploys) -> None:
    stand.deploy(version="1.0.0", run_id="1")
    stand.stage("1.1.0", {"index.html": b"broken"})
    stand.deploy(version="1.1.0", run_id="2")
    first = stand.pipe.runs[0]
    stand.pipe.begin("ManualRollback", rolls_back=first, stage=1)
    stand.clock.advance(60)
    stand.pipe.settle()
    stand.stage("1.2.0", {"index.html": b"three"})
    stand.pipe.scripts["Push"] = FAILING
    stand.pipe.at(12.5, lambda: stand.pipe.scripts.pop("Push", None))
    back = body_of(stand.deploy(version="1.2.0", on_failure="rollback")).went_back
    assert back is not None
    assert (back.version, back.status) == ("1.0.0", ExecutionStatus.SUCCEEDED)
    assert stand.world.body(OUTPUT, "index.html") == b"one"


def test_a_way_back_that_the_pipeline_goes_by_itself_is_followed_and_not_doubled(stand: Deploys) -> None:
    stand.deploy(version="1.0.0", run_id="1")
    stand.stage("1.1.0", {"index.html": b"two"})
    stand.pipe.scripts["Push"] = FAILING
    first = stand.pipe.runs[0]
    stand.pipe.at(12.005, lambda: stand.pipe.scripts.pop("Push", None))
    stand.pipe.at(12.006, lambda: stand.pipe.begin("AutomatedRollback", rolls_back=first, stage=1))
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    back = body_of(result).went_back
    assert back is not None
    assert (result.outcome, back.version, back.execution) == (Outcome.ROLLED_BACK, "1.0.0", stand.pipe.runs[-1].id)
    assert len(stand.pipe.runs) == 3
    assert back.channel


def test_the_way_back_does_not_lead_to_what_was_told_to_be_broken(stand: Deploys) -> None:
    stand.deploy(version="1.0.0", run_id="1")
    stand.stage("1.1.0", {"index.html": b"broken"})
    given: dict[str, Any] = {"verify_url": URL, "verify_text": "{version}", "timeout": "1m"}
    bad = stand.deploy(version="1.1.0", run_id="2", outside=asking(Answer(200, "oops")), **given)
    assert bad.exit_code is ExitCode.PIPELINE
    stand.stage("1.2.0", {"index.html": b"three"})
    stand.pipe.scripts["Push"] = FAILING
    stand.pipe.at(12.5, lambda: stand.pipe.scripts.pop("Push", None))
    back = body_of(stand.deploy(version="1.2.0", run_id="3", on_failure="rollback")).went_back
    assert back is not None
    assert (back.version, back.status) == ("1.0.0", ExecutionStatus.SUCCEEDED)


def test_one_run_deploys_a_version_once_for_each_set_of_variables(stand: Deploys) -> None:
    stand.pipe.definition = site_pipeline(variables=(Variable(name="WHERE", default="test"),))
    for where in ("test", "live", "test"):
        assert stand.deploy(version="1.0.0", variables=f"WHERE={where}").exit_code is ExitCode.OK
    assert [run.variables for run in stand.pipe.runs] == [{"WHERE": "test"}, {"WHERE": "live"}]


def test_an_answer_that_is_lost_after_the_end_loses_nothing(stand: Deploys) -> None:
    def lost(_: Call) -> None:
        if stand.pipe.runs[0].status.ended and not any(lost_already):
            lost_already.append(True)
            raise Unavailable("The network was pulled out.")

    lost_already: list[bool] = []
    stand.world.on("execution", lost, times=None)
    stand.pipe.at(0.1, lambda: None)
    result = stand.deploy(version="1.0.0")
    assert result.exit_code is ExitCode.OK
    assert len(stand.events("1.0.0")) == 1


def test_a_run_that_wrote_another_event_in_the_same_second_writes_this_one_too(stand: Deploys) -> None:
    for second in range(60):
        at = f"2026-01-31T12:00:{second:02}Z"
        name, version = event_name(at, "42"), Version("1.0.0")
        event = Event(name=name, kind=Kind.PROMOTED, version=version, channel="latest", by="ada", at=at)
        for region in REGIONS:
            key = f"{PROJECT}@1.0.0/events/latest/{name}"
            stand.world.plant(bucket_name(PRODUCTION, region), key, event.to_bytes())
    result = stand.deploy(version="1.0.0")
    assert not stand.reporter.of(Warned)
    assert body_of(result).recorded == REGIONS
    for region in REGIONS:
        assert [event.end for event in stand.events("1.0.0", region) if event.end] == ["Succeeded"]


def test_whether_there_are_twins_is_no_matter_of_life_and_death(stand: Deploys) -> None:
    def lost(_: Call) -> None:
        if stand.pipe.runs and stand.pipe.runs[0].status.ended:
            raise Unavailable("The network was pulled out.")

    stand.world.on("executions", lost, times=None)
    assert stand.deploy(version="1.0.0").outcome is Outcome.DEPLOYED


def test_whoever_stopped_it_is_told_with_the_reason(stand: Deploys) -> None:
    stand.pipe.at(5, lambda: stand.pipe.stop(stand.pipe.runs[0], "freeze"))
    assert "was stopped (freeze)" in str(stand.deploy(version="1.0.0").error)


def test_a_run_that_is_cancelled_after_the_end_does_not_say_that_it_goes_on(stand: Deploys) -> None:
    cancellation = Cancellation()
    stand.world.on("list", lambda call: cancellation.cancel(15), key="^$")
    result = stand.deploy(version="1.0.0", on_cancel="stop", cancellation=cancellation)
    assert result.exit_code is ExitCode.TERMINATED
    assert "had ended (Succeeded)" in str(result.error)
    assert "goes on" not in str(result.error)
    assert body_of(result).status is ExecutionStatus.SUCCEEDED
    again = stand.deploy(version="1.0.0")
    assert again.exit_code is ExitCode.OK
    assert len(stand.pipe.runs) == 1
    assert len(stand.events("1.0.0")) == 1
