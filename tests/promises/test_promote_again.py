"""Promote: cut off anywhere and run again, partly done and finished, and two promotions at once (P1, P3 to P6)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from domain.floor import withdrawal
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, FakeAws, bucket_name
from fakes.calls import Call, When
from promises.crossing import CHANNEL, PARTS, Crossing, plant, small_parts, withdraw
from promises.faults import Killed, Step, kill_at, steps_of
from promises.stand import LARGE, METADATA, SMALL, broken_channels
from waybill.cancel import Cancellation
from waybill.domain.events import Kind
from waybill.domain.result import Outcome, Result
from waybill.domain.versions import Version
from waybill.errors import AccessDenied, ExitCode, Unavailable
from waybill.inputs.options import read_words
from waybill.inputs.tables.promote import PROMOTE

TWO = REGIONS[:2]
SCENARIOS: dict[str, tuple[bytes, dict[str, str]]] = {
    "copied whole": (SMALL, {"transfer": "copy"}),
    "copied in parts": (LARGE, {"transfer": "copy", "verify": "full"}),
    "relayed": (SMALL, {"transfer": "relay"}),
    "relayed in parts": (LARGE, {"transfer": "relay"}),
}
scenarios = pytest.mark.parametrize("name", SCENARIOS)
either_side = pytest.mark.parametrize("when", ["before", "after"])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


def ready(folder: Path, body: bytes = SMALL) -> Crossing:
    crossing = Crossing(folder, world=FakeAws.prepared(regions=TWO, min_part_bytes=1))
    crossing.world.copy_limits = PARTS
    for region in TWO:
        plant(crossing, region, body, metadata=METADATA)
    plant(crossing, TWO[0], version="1.0.0", account=PRODUCTION)
    crossing.world.set_parameter(TWO[0], PRODUCTION, CHANNEL, "1.0.0")
    crossing.world.calls.forget()
    return crossing


def steps_of_a_promotion(name: str, folder: Path) -> list[Step]:
    """Return the calls of a promotion that meets no fault, in no region and in the first, as the target's."""
    body, values = SCENARIOS[name]
    crossing = ready(folder, body)
    crossing.finish(**values)
    log = [call for call in crossing.world.calls.log() if call.region in {"", TWO[0]}]
    steps = [step for step in steps_of(log) if step.call not in {"enter", "caller"}]
    # One part more or less is the same.
    return [step for step in steps if step.call not in {"copy-part", "send"} or step.occurrence < 2]


def unfinished(crossing: Crossing, values: dict[str, str]) -> list[str]:
    """Run again, and once more; return what is not as it should be then."""
    found = broken_channels(crossing.world)
    again = crossing.finish(**values)
    if not isinstance(again, Result) or again.exit_code != ExitCode.OK or again.outcome is Outcome.PARTIAL:
        found.append(f"running again ended with {again}")
    if crossing.named() != ["1.2.3"] * 2 or not all(map(crossing.produced, TWO)):
        found.append(f"running again left {crossing.named()}")
    found += [
        f"{region} has {len(crossing.events(region))} events" for region in TWO if len(crossing.events(region)) != 1
    ]
    crossing.world.calls.forget()
    crossing.clock.advance(60)
    third = crossing.finish(**values)
    if not isinstance(third, Result) or third.changed or crossing.world.writes():
        found.append(f"there was something left to do: {crossing.world.writes()}")
    return found + broken_channels(crossing.world)


@scenarios
@either_side
def test_a_promotion_killed_at_any_call_is_finished_by_the_next(name: str, when: When, tmp_path: Path) -> None:
    body, values = SCENARIOS[name]
    found: list[str] = []
    for step in steps_of_a_promotion(name, tmp_path):
        crossing = ready(tmp_path, body)
        process = kill_at(crossing.world, step, when)
        with pytest.raises(Killed):
            crossing.finish(**values)
        process.revive()
        found += [f"{step}: {what}" for what in unfinished(crossing, values)]
    assert not found, "\n".join(found)


@scenarios
@either_side
def test_one_call_that_fails_breaks_nothing_and_leaves_no_upload(name: str, when: When, tmp_path: Path) -> None:
    body, values = SCENARIOS[name]
    found: list[str] = []
    for number, step in enumerate(steps_of_a_promotion(name, tmp_path)):
        crossing = ready(tmp_path, body)
        errors = (Unavailable("The network was pulled out."), AccessDenied("No.", action="s3:Do", resource="arn"))
        crossing.world.fail(
            call=step.call,
            region=step.region,
            key=step.pattern,
            skip=step.occurrence,
            error=errors[number % 2],
            when=when,
        )
        crossing.finish(**values)
        if crossing.world.unfinished() and not (step.call == "begin" and when == "after"):
            found.append(f"{step}: {crossing.world.unfinished()} uploads left")
        found += [f"{step}: {what}" for what in unfinished(crossing, values)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("call", ["copy", "copy-part", "put", "send", "put-parameter"])
def test_a_cancelled_promotion_leaves_no_upload_and_is_finished_by_the_next(call: str, tmp_path: Path) -> None:
    body = LARGE if call in {"copy-part", "send"} else SMALL
    values = {"transfer": "relay" if call == "send" else "copy"}
    crossing = ready(tmp_path, body)
    cancellation = Cancellation()
    crossing.world.on(call, lambda _: cancellation.cancel(15))
    result = crossing.finish(cancellation=cancellation, **values)
    assert result.exit_code == ExitCode.TERMINATED
    assert not crossing.world.unfinished()
    assert not unfinished(crossing, values)


def test_the_command_that_is_printed_finishes_what_was_cut_off(tmp_path: Path) -> None:
    crossing = ready(tmp_path)
    crossing.staged(version="1.3.0")
    crossing.world.fail(call="put", region=TWO[1], key="waybill", times=1)
    cut = crossing.promote(version="^1.2", require="1", transfer="relay", regions=",".join(TWO))
    assert (cut.outcome, cut.exit_code) == (Outcome.PARTIAL, ExitCode.OK)
    assert cut.warnings
    assert crossing.named() == ["1.3.0", None]
    crossing.staged(version="1.4.0")  # what the range would find now

    words = read_words(PROMOTE, shlex.split(cut.resume or "")[2:])
    assert not words.faults
    named: dict[str, Any] = {name.replace("-", "_"): value for name, value in words.values.items()}
    finished = crossing.promote(**named)

    assert (finished.version, finished.exit_code) == ("1.3.0", ExitCode.OK)
    assert crossing.named() == ["1.3.0"] * 2
    assert all(crossing.produced(region, "1.3.0") for region in TWO)


@pytest.mark.parametrize(("require", "code"), [("all", ExitCode.PARTIAL), ("1", ExitCode.OK)])
def test_require_is_met_before_any_event_or_channel(require: str, code: ExitCode, tmp_path: Path) -> None:
    crossing = ready(tmp_path)
    crossing.world.fail(call="copy", region=TWO[1], times=None)
    result = crossing.promote(require=require)
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, code)
    assert TWO[1] in (result.error or "")
    moved = code is ExitCode.OK
    assert crossing.named() == (["1.2.3", None] if moved else ["1.0.0", None])
    assert len(crossing.events(TWO[0])) == moved
    assert not crossing.events(TWO[1])
    assert result.resume


def test_where_the_event_cannot_be_written_the_channel_stays(tmp_path: Path) -> None:
    crossing = ready(tmp_path)
    crossing.world.fail(call="put", region=TWO[0], key="/events/", times=None)
    assert crossing.promote(require="1").outcome is Outcome.PARTIAL
    assert crossing.named() == ["1.0.0", "1.2.3"]
    assert crossing.promote().exit_code == ExitCode.PARTIAL
    assert crossing.named() == ["1.0.0", "1.2.3"]


def test_where_another_event_has_its_name_the_channel_stays(tmp_path: Path) -> None:
    crossing = ready(tmp_path)
    other = withdrawal(Version("1.2.3"), Version("1.0.0"), "any.json").to_bytes()
    bucket = bucket_name(PRODUCTION, TWO[1])
    crossing.world.on("put", lambda call: crossing.world.plant(bucket, call.name, other), region=TWO[1], key="/events/")
    result = crossing.promote()
    assert (result.exit_code, "is another event" in (result.error or "")) == (ExitCode.CONFLICT, True)
    assert crossing.named() == ["1.0.0", None]


def test_a_dry_run_writes_nothing_and_says_what_would_be_done(tmp_path: Path) -> None:
    crossing = ready(tmp_path)
    result = crossing.promote(dry_run="true")
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.PLANNED, False, ExitCode.OK)
    assert not crossing.world.writes()
    assert [region.channel_after for region in result.regions] == ["1.2.3"] * 2
    assert all(DEVELOPMENT in (region.note or "") for region in result.regions)


def test_a_withdrawn_version_comes_back_with_reinstate_alone(tmp_path: Path) -> None:
    crossing = ready(tmp_path)
    plant(crossing, TWO[1], version="1.0.0", account=PRODUCTION)
    crossing.promote()
    withdraw(crossing, "1.2.3", "1.0.0")
    crossing.world.calls.forget()
    crossing.clock.advance(60)
    refused = crossing.promote()
    assert refused.exit_code == ExitCode.CONFLICT
    assert "it leaks" in (refused.error or "")
    assert "reinstate" in (refused.advice or "")
    assert not crossing.world.writes()
    back = crossing.promote(reinstate="true")
    assert (back.outcome, back.exit_code) == (Outcome.MOVED, ExitCode.OK)
    assert crossing.named() == ["1.2.3"] * 2
    kinds = [event.kind for event in crossing.events()]
    assert sorted(kinds) == [Kind.PROMOTED, Kind.PROMOTED, Kind.REINSTATED, Kind.WITHDRAWN]
    assert crossing.promote(reinstate="true").changed is False


def moments(folder: Path) -> list[Step]:
    """Return the moments at which a rival may act in the second region: just before or after each call there."""
    crossing = ready(folder)
    crossing.promote(transfer="copy")
    return [step for step in steps_of(crossing.world.calls.log()) if step.region == TWO[1]]


@either_side
def test_who_is_outrun_at_any_moment_ends_with_5(when: When, tmp_path: Path) -> None:
    found = []
    for step in moments(tmp_path):
        crossing = ready(tmp_path)
        plant(crossing, TWO[0], version="2.0.0")
        rival = Crossing(tmp_path, world=crossing.world, run_id="99")
        run: Any = lambda _, rival=rival: rival.promote(version="2.0.0")  # noqa: E731
        crossing.world.on(step.call, run, region=TWO[1], key=step.pattern, skip=step.occurrence, when=when)
        result = crossing.finish(transfer="copy")
        if crossing.named() != ["2.0.0"] * 2 or broken_channels(crossing.world):
            found.append(f"{step}: the channels name {crossing.named()}")
        # What was over before the rival came is not its business.
        over = isinstance(result, Result) and {region.channel_after for region in result.regions} == {"1.2.3"}
        if not over and (result.exit_code, "2.0.0" in str(result)) != (ExitCode.CONFLICT, True):
            found.append(f"{step}: ended with {result}")
        if isinstance(result, Result) and result.exit_code is ExitCode.CONFLICT and result.resume:
            found.append(f"{step}: {result.resume} would meet the same")
    assert not found, "\n".join(found)


@either_side
def test_the_same_version_promoted_twice_at_once_is_whole_for_both(when: When, tmp_path: Path) -> None:
    found = []
    for step in moments(tmp_path):
        crossing = ready(tmp_path)
        rival = Crossing(tmp_path, world=crossing.world, run_id="99")
        run: Any = lambda _, rival=rival: rival.promote(transfer="relay")  # noqa: E731
        crossing.world.on(step.call, run, region=TWO[1], key=step.pattern, skip=step.occurrence, when=when)
        result = crossing.finish(transfer="copy")
        if result.exit_code is not ExitCode.OK or not all(map(crossing.produced, TWO)):
            found.append(f"{step}: ended with {result}")
        if crossing.named() != ["1.2.3"] * 2 or broken_channels(crossing.world):
            found.append(f"{step}: the channels name {crossing.named()}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("call", ["copy", "put", "put-parameter"])
def test_what_is_withdrawn_at_the_same_moment_ends_with_5(call: str, tmp_path: Path) -> None:
    crossing = ready(tmp_path)
    plant(crossing, TWO[1], version="1.0.0", account=PRODUCTION)
    crossing.world.on(call, lambda _: withdraw(crossing, "1.2.3", "1.0.0"), region=TWO[0])
    result = crossing.promote()
    if crossing.named() == ["1.0.0"] * 2:
        assert result.exit_code == ExitCode.CONFLICT
        assert "withdrawn" in (result.error or "")
    assert not broken_channels(crossing.world)


@pytest.mark.parametrize("turn", range(8))
def test_two_promotions_of_different_versions_at_once_leave_the_higher(turn: int, tmp_path: Path) -> None:
    world = FakeAws.prepared(regions=TWO, min_part_bytes=1)
    crossing = Crossing(tmp_path, world=world)
    for version in ("1.2.3", "2.0.0"):
        crossing.staged(version=version)
    rivals = {version: Crossing(tmp_path, world=world, run_id=version[0]) for version in ("1.2.3", "2.0.0")}
    # Hold each back a little at another call of its own, so that they meet in other places.
    pause = iter(range(turn * 3))

    def yielding(call: Call) -> None:
        next(pause, None)

    world.on("write", yielding, times=None)
    with ThreadPoolExecutor(2) as pool:
        ends = {version: pool.submit(one.finish, version=version) for version, one in rivals.items()}
    assert crossing.named() == ["2.0.0"] * 2
    assert ends["2.0.0"].result().exit_code == ExitCode.OK
    assert ends["1.2.3"].result().exit_code in {ExitCode.OK, ExitCode.CONFLICT}
    assert not broken_channels(world)
