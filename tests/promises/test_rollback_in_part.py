"""A rollback that cannot be carried out everywhere: what it says, what it leaves, and what finishes it."""

from __future__ import annotations

import shlex
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call
from fakes.reporter import RecordingReporter
from promises.faults import Step, steps_of
from promises.floors import events_of, named, off_the_floor
from promises.harms import Harm, denied_channel, denied_writes, silent_writes
from promises.stand import CHANNEL, Stand, broken_channels
from waybill.cancel import Cancellation
from waybill.commands.release.unfinished import unfinished
from waybill.domain.result import ChannelOutcome, Outcome, Result
from waybill.errors import ExitCode, InputError, WaybillError, exit_code_of
from waybill.inputs.options import read_words
from waybill.inputs.tables.rollback import ROLLBACK
from waybill.progress import Journal

HISTORY = "1.0.0 2.0.0 3.0.0"
EAST, WEST, EUROPE = REGIONS


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    found = Stand(tmp_path)
    named(found, HISTORY, HISTORY, HISTORY)
    return found


def carried(stand: Stand, **values: Any) -> Result:
    """Roll back, and return the result: it was planned, so it has one."""
    end = stand.back_end(**values)
    assert isinstance(end, Result), end
    return end


def code_of(end: Result | WaybillError) -> ExitCode:
    """Return the code that the process exits with."""
    return end.exit_code if isinstance(end, Result) else exit_code_of(end)


def typed(stand: Stand, line: str | None) -> Result:
    """Type the command that was printed, as another run on a laptop."""
    assert line is not None
    program, verb, *words = shlex.split(line)
    assert (program, verb) == ("waybill", "rollback")
    read = read_words(ROLLBACK, words)
    assert not read.faults
    values: Mapping[str, Any] = {name.replace("-", "_"): value for name, value in read.values.items() if value}
    return stand.roll_back(**{**values, "run_id": "laptop"})


@pytest.mark.parametrize("harm", [silent_writes, denied_writes, denied_channel])
def test_a_region_that_takes_no_write_is_told_and_the_printed_line_finishes(harm: Harm, stand: Stand) -> None:
    harm(stand, WEST)
    result = carried(stand, reason="it's broken; $(really)")
    assert result.outcome is Outcome.PARTIAL
    assert result.exit_code == ExitCode.PARTIAL
    assert WEST in (result.error or "")
    assert "path" not in (result.advice or "")
    assert "finishes it" in (result.advice or "")
    assert "'it'\"'\"'s broken; $(really)'" in (result.resume or "")
    assert "--to 2.0.0" in (result.resume or "")
    assert stand.channels()[1] == "3.0.0"
    # What was wrong is put right.
    healed = Stand(stand.folder)
    healed.world.buckets, healed.world.parameters, healed.world.kms = (
        stand.world.buckets,
        stand.world.parameters,
        stand.world.kms,
    )
    done = typed(healed, result.resume)
    assert (done.outcome, done.exit_code) == (Outcome.ROLLED_BACK, ExitCode.OK)
    assert healed.channels() == ["2.0.0"] * 3
    assert len(events_of(healed)) == 1, "the same event, not another one"
    assert all(any("/events/" in key for key in healed.world.contents(bucket_name(PRODUCTION, it))) for it in REGIONS)


@pytest.mark.parametrize("harm", [silent_writes, denied_writes])
def test_no_channel_moves_where_too_few_regions_took_the_events(harm: Harm, stand: Stand) -> None:
    harm(stand, WEST)
    assert carried(stand).exit_code == ExitCode.PARTIAL
    assert stand.channels() == ["3.0.0"] * 3


@pytest.mark.parametrize("harm", [silent_writes, denied_writes, denied_channel])
def test_with_a_majority_the_others_go_back_and_say_so(harm: Harm, stand: Stand) -> None:
    harm(stand, WEST)
    result = carried(stand, require="majority")
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.OK)
    assert stand.channels() == ["2.0.0", "3.0.0", "2.0.0"]
    assert result.warnings
    assert result.resume
    assert [region.channel for region in result.regions] == [
        ChannelOutcome.MOVED,
        ChannelOutcome.NOT_REACHED,
        ChannelOutcome.MOVED,
    ]


def test_a_region_that_took_no_event_keeps_its_channel(stand: Stand) -> None:
    """Asked alone one day, it would take the version for one that stands."""
    stand.world.deny("put", region=WEST, key="/events/")
    result = carried(stand, require="majority")
    assert stand.channels() == ["2.0.0", "3.0.0", "2.0.0"]
    assert [region.outcome for region in result.regions] == [Outcome.ROLLED_BACK, Outcome.ALREADY, Outcome.ROLLED_BACK]
    assert (result.outcome, result.regions[1].whole) == (Outcome.PARTIAL, True), "it holds the version all the same"


def test_no_event_anywhere_is_a_failure_with_its_own_code(stand: Stand) -> None:
    stand.world.deny("put")
    result = carried(stand, require="1")
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.FAILED, ExitCode.IDENTITY, False)


def test_a_region_that_did_not_take_the_highest_event_gets_none_below_it(stand: Stand) -> None:
    stand.world.fail(call="put", region=WEST, key="@3.0.0/events/")
    assert carried(stand, to="1.0.0").outcome is Outcome.PARTIAL
    assert not [key for key in stand.world.contents(bucket_name(PRODUCTION, WEST)) if "/events/" in key]


def test_cancelled_between_two_events_it_writes_no_other(stand: Stand) -> None:
    cancellation = Cancellation()
    stand.world.on("put", lambda _: cancellation.cancel(signal.SIGTERM), when="after")
    result = carried(stand, to="1.0.0", cancellation=cancellation)
    assert (result.exit_code, result.changed) == (ExitCode.TERMINATED, True)
    assert {event.version.text for event in events_of(stand)} == {"3.0.0"}


def test_a_bug_in_the_middle_of_the_events_is_told_as_one_that_may_have_written(stand: Stand) -> None:
    def bug(_: Call) -> None:
        raise KeyError("a bug of ours")

    stand.world.on("put", bug, when="after", times=None)
    with pytest.raises(KeyError):
        stand.roll_back()
    journal = Journal(RecordingReporter())
    for event in stand.reporter.events:
        journal.tell(event)
    result = unfinished("rollback", {}, WaybillError("a bug"), journal.close())
    assert (result.changed, result.version) == (True, "2.0.0")
    assert "--to 2.0.0" in (result.resume or "")


@pytest.mark.parametrize("call", ["history", "list", "*"])
def test_with_too_few_regions_that_answer_nothing_is_begun(call: str, stand: Stand) -> None:
    """Events alone would have whoever moves the channel next roll it back."""
    stand.world.fail(call=call, region=WEST, key="^(?!/startifact)", times=None)
    result = carried(stand)
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.UNAVAILABLE)
    assert not stand.world.writes()
    assert result.resume
    assert "network" in (result.error or "")


def test_all_regions_down_is_unavailable_and_nothing_else(stand: Stand) -> None:
    stand.world.fail(call="*", key="^(?!/startifact)", times=None)
    end = stand.back_end()
    assert isinstance(end, WaybillError)
    assert end.exit_code == ExitCode.UNAVAILABLE


@pytest.mark.parametrize("call", ["put", "put-parameter", "read", "list", "history", "head"])
def test_what_is_denied_is_told_and_nothing_is_called_absent(call: str, stand: Stand) -> None:
    stand.world.deny(call)
    end = stand.back_end()
    assert end.exit_code in {ExitCode.IDENTITY, ExitCode.PARTIAL}
    if call not in {"put", "put-parameter"}:
        assert not stand.world.writes()
    assert stand.channels() == ["3.0.0"] * 3


@pytest.mark.parametrize("to", ["previous", "1.0.0"])
def test_a_dry_run_writes_nothing_and_shows_what_it_would_withdraw(to: str, stand: Stand) -> None:
    result = stand.roll_back(to, dry_run="true")
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.PLANNED, False, ExitCode.OK)
    assert not stand.world.writes()
    target = {"previous": "2.0.0"}.get(to, to)
    assert [(region.channel_before, region.channel_after) for region in result.regions] == [("3.0.0", target)] * 3
    withdrawn = "3.0.0" if to == "previous" else "3.0.0, 2.0.0"
    assert {region.note for region in result.regions} == {f"whole there; would withdraw {withdrawn}"}


def test_a_dry_run_of_what_is_withdrawn_foresees_that_it_is_brought_back(stand: Stand) -> None:
    stand.roll_back(run_id="1")
    result = stand.roll_back("3.0.0", dry_run="true", reinstate="true")
    assert [region.channel_after for region in result.regions] == ["3.0.0"] * 3


def test_changed_is_said_of_events_alone_and_of_lost_answers(stand: Stand) -> None:
    stand.world.fail(call="put", when="after", times=None)
    result = carried(stand)
    assert result.exit_code != ExitCode.OK
    assert result.changed
    assert events_of(stand)


def steps() -> list[Step]:
    """Return the calls of a rollback in its first region."""
    found = Stand(Path(tempfile.mkdtemp()))
    named(found, HISTORY, HISTORY, HISTORY)
    found.roll_back("1.0.0")
    return [step for step in steps_of(found.world.calls.log()) if step.region == EAST]


@pytest.mark.parametrize("step", steps(), ids=str)
def test_cancelled_at_any_call_it_says_what_it_did_and_is_finished_by_running_again(step: Step, stand: Stand) -> None:
    cancellation = Cancellation()
    stand.world.on(
        step.call,
        lambda _: cancellation.cancel(signal.SIGTERM),
        region=step.region,
        key=step.pattern,
        skip=step.occurrence,
    )
    end = stand.back_end("1.0.0", cancellation=cancellation)
    wrote = [call for call in stand.world.writes() if call.failed is None]
    moved = {call.region for call in wrote if call.call == "put-parameter"}
    if code_of(end) == ExitCode.OK:
        assert stand.channels() == ["1.0.0"] * 3, "it was over by then"
    else:
        assert code_of(end) == ExitCode.TERMINATED
        assert isinstance(end, Result) or not wrote, "what was written is told"
    if isinstance(end, Result):
        assert end.changed is bool(wrote)
        assert end.resume or end.exit_code == ExitCode.OK
        told = {region.region for region in end.regions if region.channel is ChannelOutcome.MOVED}
        assert told == moved
    assert stand.roll_back("1.0.0").exit_code == ExitCode.OK
    assert stand.channels() == ["1.0.0"] * 3
    assert not off_the_floor(stand)


@pytest.mark.parametrize("step", steps(), ids=str)
@pytest.mark.parametrize("lost", [False, True], ids=["refused", "lost"])
def test_a_fault_at_any_one_call_leaves_a_true_result_and_running_again_finishes(
    step: Step, lost: bool, stand: Stand
) -> None:
    before = stand.channels()
    stand.world.fail(
        call=step.call,
        region=step.region,
        key=step.pattern,
        skip=step.occurrence,
        when="after" if lost else "before",
    )
    end = stand.back_end("1.0.0")
    after = stand.channels()
    if end.exit_code == ExitCode.OK:
        assert after == ["1.0.0"] * 3
    else:
        assert isinstance(end, Result) or not stand.world.writes()
    if isinstance(end, Result):
        assert end.changed or before == after
        told = [region.channel_after for region in end.regions]
        assert all(
            one in {now, None} or region.error for one, now, region in zip(told, after, end.regions, strict=True)
        )
    assert stand.roll_back("1.0.0").exit_code == ExitCode.OK
    assert stand.channels() == ["1.0.0"] * 3
    assert not broken_channels(stand.world)


@pytest.mark.parametrize(
    ("gateway", "values"),
    [
        ({"account": DEVELOPMENT}, {"expected_account": PRODUCTION}),
        ({"account": DEVELOPMENT}, {"role": f"arn:aws:iam::{PRODUCTION}:role/waybill-promote"}),
        ({"arn": f"arn:aws:iam::{PRODUCTION}:root"}, {}),
    ],
    ids=["expected", "role", "root"],
)
def test_the_wrong_account_and_root_are_refused_before_anything_is_looked_at(
    gateway: dict[str, str], values: dict[str, str], stand: Stand
) -> None:
    end = stand.back_end(gateway=stand.world.gateway(**gateway), **values)
    assert isinstance(end, WaybillError)
    assert end.exit_code == ExitCode.IDENTITY
    assert {call.call for call in stand.world.calls.log()} <= {"enter", "caller"}


def test_a_bucket_of_another_account_takes_no_event(stand: Stand) -> None:
    theirs = stand.world.add_bucket(EUROPE, "theirs", owner=DEVELOPMENT, shared_with=[PRODUCTION])
    stand.world.set_parameter(EUROPE, PRODUCTION, BUCKET_PARAMETER, "theirs")
    assert carried(stand).exit_code == ExitCode.IDENTITY
    assert not theirs.objects
    assert not stand.world.writes()


def test_all_wrong_inputs_are_told_at_once_by_their_names(stand: Stand) -> None:
    end = stand.back_end(
        to="v1",
        reason="",
        project="a/b",
        channel="Latest",
        require="most",
        dry_run="perhaps",
        role="admin",
        kms_key="mine",
        regions="mars-1",
    )
    assert isinstance(end, InputError)
    assert [fault.name for fault in end.faults] == [
        "project",
        "to",
        "reason",
        "channel",
        "regions",
        "role",
        "kms-key",
        "require",
        "dry-run",
    ]
    assert "previous" in end.what
    assert not stand.world.calls.log()


@pytest.mark.parametrize("missing", ["to", "reason", "project"])
def test_what_must_be_given_is_asked_for(missing: str, stand: Stand) -> None:
    end = stand.back_end(**{"to": "previous", "reason": "it leaks", missing: ""})
    assert isinstance(end, InputError)
    assert [(fault.name, fault.rule) for fault in end.faults] == [(missing, "is missing.")]


def test_a_channel_that_would_be_the_configuration_is_refused(stand: Stand) -> None:
    end = stand.back_end(
        project="buckets", channel="staging", parameter_prefix="none", bucket_parameter="/buckets/staging"
    )
    assert isinstance(end, InputError)
    assert "channel" in {fault.name for fault in end.faults}
    assert CHANNEL not in {call.name for call in stand.world.calls.log()}


def test_a_signal_before_anything_was_written_says_that_nothing_was(stand: Stand) -> None:
    cancellation = Cancellation()

    def stop(_: Call) -> None:
        cancellation.cancel(signal.SIGINT)

    stand.world.on("history", stop, region=EAST)
    end = stand.back_end(cancellation=cancellation)
    assert code_of(end) == ExitCode.INTERRUPTED
    assert not stand.world.writes()
