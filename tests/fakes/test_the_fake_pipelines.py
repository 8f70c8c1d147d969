from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from awscrt.checksums import crc64nvme

from fakes.aws import DEVELOPMENT, FakeAws
from fakes.clock import FakeClock
from fakes.codepipeline import FakePipeline, Script
from fakes.site import INPUT, KEY, OUTPUT, SITE, SITE_REGION, add_site
from waybill.domain.deploy.execution import ActionStatus, ExecutionStatus
from waybill.domain.deploy.pipeline import Mode, PipelineType, Variable
from waybill.domain.digests import Digests, crc_text
from waybill.errors import InputError, Unavailable
from waybill.ports.pipeline import NewSource, Pin, Pipelines, SourceBucket, SourceObject, Start

FIRST = "00000001-0000-4000-8000-000000000000"
SECOND = "00000002-0000-4000-8000-000000000000"


def zipped(text: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("index.html", text)
        archive.writestr("css/site.css", "p {}")
    return body.getvalue()


class Stand:
    """The site's pipeline in a world with a clock."""

    def __init__(self, **changes: object) -> None:
        self.world, self.clock = FakeAws.prepared(), FakeClock()
        self.world.now = self.clock.now
        self.pipe: FakePipeline = add_site(self.world, **changes)  # type: ignore[arg-type]
        account = self.world.account(DEVELOPMENT)
        self.pipelines: Pipelines = account.pipelines(SITE_REGION)
        self.bucket: SourceBucket = account.source_bucket(SITE_REGION, INPUT, owner=DEVELOPMENT)

    def upload(self, text: str, summary: str = "site 1.0.0") -> SourceObject:
        body = zipped(text)
        digests = Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))
        return self.bucket.put(NewSource(key=KEY, media_type="x/y", summary=summary, digests=digests), iter([body]))

    def start(self, token: str = "1", source: SourceObject | None = None) -> str:
        pins = (Pin(action="Source", version_id=source.version_id or ""),) if source else ()
        return self.pipelines.start(Start(pipeline=SITE, token=token, pins=pins))

    def status(self, execution: str) -> ExecutionStatus:
        found = self.pipelines.execution(SITE, execution)
        assert found is not None
        return found.status


def test_an_execution_runs_by_the_clock_and_puts_the_pinned_versions_pages_where_they_belong() -> None:
    stand = Stand()
    old = stand.upload("old")
    stand.upload("new", "site 2.0.0")
    execution = stand.start(source=old)
    assert stand.status(execution) is ExecutionStatus.IN_PROGRESS
    stand.clock.advance(5)
    runs = stand.pipelines.actions(SITE, execution)
    assert [(run.action, run.status.value) for run in runs] == [("Source", "Succeeded"), ("Push", "InProgress")]
    assert stand.world.contents(OUTPUT) == {}
    stand.clock.advance(10)
    assert stand.status(execution) is ExecutionStatus.SUCCEEDED
    (found,) = stand.pipelines.executions(SITE)
    assert (found.started, found.updated) == ("2026-01-31T12:00:00.000Z", "2026-01-31T12:00:12.000Z")
    revision = found.revision("Source")
    assert revision is not None
    assert (revision.id, revision.summary) == (old.version_id, "site 1.0.0")
    assert stand.world.body(OUTPUT, "index.html") == b"old"
    assert stand.world.body(OUTPUT, "css/site.css") == b"p {}"
    assert [one.id for one in stand.pipelines.succeeded_in(SITE, "Deploy")] == [execution]


def test_one_token_starts_one_execution_also_where_the_answer_was_lost() -> None:
    stand = Stand()
    stand.upload("x")
    stand.world.fail(call="start", when="after")
    with pytest.raises(Unavailable):
        stand.start()
    assert stand.start() == stand.start() == FIRST
    assert stand.start("2") == SECOND


def test_what_waits_is_superseded_by_what_comes_after_it() -> None:
    stand = Stand()
    stand.upload("x")
    for token in "123":
        stand.start(token)
        stand.clock.advance(3)
    assert [one.status.value for one in stand.pipelines.executions(SITE)] == ["InProgress", "Superseded", "InProgress"]
    stand.clock.advance(30)
    assert [one.status.value for one in stand.pipelines.executions(SITE)] == ["Succeeded", "Superseded", "Succeeded"]


@pytest.mark.parametrize("mode", [Mode.QUEUED, Mode.PARALLEL])
def test_in_other_modes_nothing_is_superseded(mode: Mode) -> None:
    stand = Stand(mode=mode)
    stand.upload("x")
    for token in "123":
        stand.start(token)
    stand.clock.advance(13)
    many = 3 if mode is Mode.PARALLEL else 1
    statuses = [one.status.value for one in stand.pipelines.executions(SITE)]
    assert statuses.count("Succeeded") == many
    stand.clock.advance(30)
    assert {one.status.value for one in stand.pipelines.executions(SITE)} == {"Succeeded"}


def test_an_approval_waits_for_somebody() -> None:
    stand = Stand(approval=True)
    stand.upload("x")
    execution = stand.start()
    stand.clock.advance(100)
    stages = {stage.name: stage for stage in stand.pipelines.stages(SITE)}
    assert [(one.action, one.note) for one in stages["Approve"].waiting] == [("Manual", "Look at it.")]
    stand.pipe.at(10, lambda: stand.pipe.decide("Manual", approve=False, says="No."))
    assert stand.status(execution) is ExecutionStatus.IN_PROGRESS
    stand.clock.advance(10)
    assert stand.status(execution) is ExecutionStatus.FAILED
    assert stand.pipelines.actions(SITE, execution)[-1].error == "No."


def test_a_closed_transition_holds_what_comes() -> None:
    stand = Stand()
    stand.upload("x")
    stand.pipe.close("Deploy", reason="freeze", by="ada")
    execution = stand.start()
    stand.clock.advance(100)
    deploy = stand.pipelines.stages(SITE)[-1]
    assert (deploy.inbound, deploy.open, deploy.reason, deploy.by) == (execution, False, "freeze", "ada")
    stand.pipe.open("Deploy")
    stand.clock.advance(10)
    assert stand.status(execution) is ExecutionStatus.SUCCEEDED


def test_a_failure_has_its_message_and_a_stop_waits_for_what_runs() -> None:
    stand = Stand()
    stand.upload("x")
    stand.pipe.scripts["Push"] = Script(status=ActionStatus.FAILED, code="Denied", error="no", seconds=1)
    failed = stand.start("1")
    stand.clock.advance(3)
    assert stand.status(failed) is ExecutionStatus.FAILED
    assert stand.pipelines.actions(SITE, failed)[-1].error_code == "Denied"
    stopped = stand.start("2")
    stand.pipelines.stop(SITE, stopped, reason="enough")
    assert stand.status(stopped) is ExecutionStatus.STOPPING
    stand.clock.advance(2)
    assert stand.status(stopped) is ExecutionStatus.STOPPED
    stand.pipelines.stop(SITE, stopped, reason="enough")


def test_a_new_definition_cancels_what_runs_and_ends_what_could_be_rolled_back_to() -> None:
    stand = Stand()
    stand.upload("x")
    good = stand.start("1")
    stand.clock.advance(20)
    back = stand.pipelines.roll_back(SITE, "Deploy", to=good)
    assert back is not None
    stand.clock.advance(20)
    found = stand.pipelines.execution(SITE, back)
    assert found is not None
    assert (found.status.value, found.rolls_back, found.trigger) == ("Succeeded", good, "ManualRollback")
    assert [run.action for run in stand.pipelines.actions(SITE, back)] == ["Push"]
    running = stand.start("2")
    stand.pipe.update()
    assert stand.status(running) is ExecutionStatus.CANCELLED
    assert stand.pipelines.roll_back(SITE, "Deploy", to=good) is None


def test_a_watched_source_key_starts_a_twin() -> None:
    stand = Stand()
    stand.pipe.watched_by, stand.pipe.watch_delay = "CloudWatchEvent", 3
    source = stand.upload("x")
    assert stand.pipelines.executions(SITE) == []
    stand.clock.advance(6)
    (twin,) = stand.pipelines.executions(SITE)
    assert (twin.trigger, twin.revisions[0].id) == ("CloudWatchEvent", source.version_id)


def test_what_codepipeline_refuses_is_refused() -> None:
    stand = Stand(variables=(Variable(name="WHERE"),))
    with pytest.raises(InputError, match="WHERE") as caught:
        stand.pipelines.start(Start(pipeline=SITE, token="1", variables={"WHAT": "x"}))
    assert [fault.value for fault in caught.value.faults] == ["WHAT", "WHERE"]
    old = Stand(type=PipelineType.V1)
    with pytest.raises(InputError, match="V2"):
        old.pipelines.start(Start(pipeline=SITE, token="1", variables={"WHAT": "x"}))
    with pytest.raises(InputError, match="override"):
        old.pipelines.start(Start(pipeline=SITE, token="1", pins=(Pin(action="Source", version_id="1", key="x"),)))


def test_a_new_execution_may_not_be_read_at_once() -> None:
    stand = Stand()
    stand.pipe.appears_after = 5
    execution = stand.start()
    assert stand.pipelines.execution(SITE, execution) is None
    assert stand.pipelines.executions(SITE) == []
    stand.clock.advance(5)
    assert stand.pipelines.execution(SITE, execution) is not None


def test_nobody_answers_for_as_long_as_the_network_is_gone() -> None:
    stand = Stand()
    stand.world.down(120)
    for _ in range(2):
        with pytest.raises(Unavailable):
            stand.pipelines.definition(SITE)
        stand.clock.advance(60)
    assert stand.pipelines.definition(SITE) == stand.pipe.definition
    assert stand.pipelines.definition("other") is None


def test_a_source_key_is_overwritten_and_every_version_can_be_read() -> None:
    stand = Stand()
    old, new = stand.upload("old"), stand.upload("new", "site 2.0.0")
    assert stand.bucket.versioned()
    assert stand.bucket.head(KEY) == new
    assert stand.bucket.head(KEY, old.version_id) == old
    assert stand.bucket.head("other") is None
    assert not Stand(versioned=False).bucket.versioned()
