"""A prune and whoever moves a channel meanwhile: one of both sees the other, and every event is seen."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from commands.pruning import (
    LONG_AGO,
    A,
    B,
    C,
    at,
    deletions,
    end,
    fates,
    fill,
    forget,
    keys,
    plant_event,
    point,
    run,
    tombstones,
    why,
)
from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.stand import CHANNEL, PROJECT, Stand
from waybill.cancel import Cancellation
from waybill.commands.prune import prune
from waybill.domain.events import Kind
from waybill.domain.pruning.prune import Fate, PruneRequest
from waybill.domain.result import Outcome, Result
from waybill.domain.versions import Version
from waybill.errors import ConflictError, ExitCode, WaybillError


def test_an_event_that_nobody_can_read_stops_everything(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    with at(stand, LONG_AGO):
        stand.world.plant(bucket_name(PRODUCTION, B), f"{PROJECT}@1.0.0/events/latest/e.json", b'{"schema": 9}')
    found = end(stand)
    assert isinstance(found, ConflictError)
    assert "newer release" in str(found)
    assert deletions(stand) == []


def test_an_event_that_one_region_shows_no_longer_is_read_from_another(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    for region in (A, B):
        plant_event(stand, Kind.WITHDRAWN, "2.0.0", channel="production", target=Version("1.0.0"), region=region)
    stand.world.on("read", lambda _: forget(stand, A, "2.0.0/events/production/e.json"), region=A, key="e.json$")
    assert fates(run(stand)) == {"1.0.0": Fate.KEPT}


def test_an_event_that_was_listed_and_is_nowhere_stops_everything(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    plant_event(stand, Kind.WITHDRAWN, "2.0.0", channel="production", target=Version("1.0.0"))
    stand.world.on("read", lambda _: forget(stand, A, "2.0.0/events/production/e.json"), region=A, key="e.json$")
    found = end(stand)
    assert isinstance(found, WaybillError)
    assert found.exit_code is ExitCode.UNAVAILABLE
    assert deletions(stand) == []


def test_an_event_of_a_longer_name_counts_too(stand: Stand) -> None:
    """A move of the channel goes by it."""
    fill(stand, "1.0.0", "2.0.0")
    plant_event(stand, Kind.WITHDRAWN, "2.0.0", channel="production", target=Version("1.0.0"), name="more/e.json")
    assert fates(run(stand)) == {"1.0.0": Fate.KEPT}


def test_what_lies_among_the_events_and_is_none_stops_everything(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    with at(stand, LONG_AGO):
        stand.world.plant(bucket_name(PRODUCTION, B), f"{PROJECT}@1.0.0/events/e.json", b"{}")
    assert isinstance(end(stand), ConflictError)
    assert deletions(stand) == []


def test_a_folder_that_a_console_made_is_no_event(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    with at(stand, LONG_AGO):
        for folder in ("events/", "events/latest/"):
            stand.world.plant(bucket_name(PRODUCTION, B), f"{PROJECT}@1.0.0/{folder}", b"")
    assert fates(run(stand)) == {"1.0.0": Fate.PRUNED}


def test_the_channel_is_read_once_more_before_anything_is_deleted(stand: Stand) -> None:
    """Somebody rolls back to the version while its tombstones are written: it stays, and may be staged again."""
    fill(stand, "1.0.0", "2.0.0")
    stand.world.on("put", lambda _: point(stand, "1.0.0", B), key="tombstone", region=C)
    result = run(stand)
    assert fates(result) == {"1.0.0": Fate.KEPT}
    assert "now `latest` names it in us-west-2, so its tombstone was taken away again" in why(result, "1.0.0")
    for region in REGIONS:
        assert keys(stand, "1.0.0", region) == ["artifact", "metadata", "waybill.json"]
    assert result.exit_code is ExitCode.OK
    assert stand.stage(b"1.0.0", version="1.0.0", metadata={"lang": "dotnet"}).outcome is Outcome.ALREADY


def test_the_events_are_read_once_more_before_anything_is_deleted(stand: Stand) -> None:
    """Somebody begins a rollback to the version after the first look: its events stand, its channel waits for SSM."""
    fill(stand, "1.0.0", "2.0.0")

    def rollback(_: object) -> None:
        plant_event(stand, Kind.WITHDRAWN, "2.0.0", channel="production", target=Version("1.0.0"), region=B)

    stand.world.on("put", rollback, key="tombstone", region=C)
    result = run(stand)
    assert fates(result) == {"1.0.0": Fate.KEPT}
    assert "a rollback of `production` from 2.0.0 points at it" in why(result, "1.0.0")
    assert tombstones(stand, "1.0.0") == [None] * 3
    assert keys(stand, "1.0.0") == ["artifact", "metadata", "waybill.json"]


def test_the_histories_are_read_once_more_before_anything_is_deleted(stand: Stand) -> None:
    """The channel was at the version since the first look, and another tool set it back: it belongs at it still."""
    fill(stand, "1.0.0", "2.0.0")
    point(stand, "0.9.0")

    def others(_: object) -> None:
        stand.world.set_parameter(B, PRODUCTION, CHANNEL, "1.0.0", "0.9.0")

    stand.world.on("put", others, key="tombstone", region=C)
    result = run(stand)
    assert fates(result) == {"1.0.0": Fate.KEPT}
    assert "`latest` belongs at it" in why(result, "1.0.0")


def test_it_waits_for_movers_as_long_as_their_put_may_be_tried_again(stand: Stand) -> None:
    fill(stand, "1.0.0", "2.0.0")
    tools = stand.tools(stand.world.gateway(), Cancellation())
    tools = replace(tools, retry=replace(tools.retry, budget=30.5))
    late = []

    def mover(_: object) -> None:
        late.append(sum(stand.clock.sleeps))

    stand.world.on("delete", mover, times=None)
    request = PruneRequest(project=PROJECT, config_regions=REGIONS, keep=1, yes=True)
    assert fates(prune(request, tools)) == {"1.0.0": Fate.PRUNED}
    assert late
    assert min(late) >= 30.5


def test_a_mover_whose_put_comes_after_the_deletion_does_not_end_well(stand: Stand) -> None:
    """It looked before the tombstones stood, and its put hung for longer than anybody waits."""
    fill(stand, "1.0.0", "2.0.0")
    point(stand, "0.9.0")
    once, pruned = Lock(), list[Result]()

    def hang(_: object) -> None:
        with once:
            if not pruned:
                pruned.append(run(stand))

    stand.world.on("put-parameter", hang, times=None)
    ended = stand.end(b"1.0.0", version="1.0.0", metadata={"lang": "dotnet"})
    assert [fates(one) for one in pruned] == [{"1.0.0": Fate.PRUNED}]
    assert ended.exit_code is ExitCode.CONFLICT
    assert isinstance(ended, Result)
    assert "names 1.0.0, which was pruned" in str(ended.error)


def test_whoever_moves_a_channel_sees_the_tombstone_in_time(stand: Stand) -> None:
    """A stage that found the version whole goes on to its channel when the tombstone is already there."""
    fill(stand, "1.0.0")
    point(stand, "0.9.0")
    found = []

    def sexton(_: object) -> None:
        stand.world.plant(bucket_name(PRODUCTION, C), f"{PROJECT}@1.0.0/tombstone.json", b"{}")
        found.append(True)

    stand.world.on("history", sexton, region=A, skip=1)
    result = stand.end(b"1.0.0", version="1.0.0", metadata={"lang": "dotnet"})
    assert found
    assert result.exit_code is ExitCode.CONFLICT
    assert stand.channels() == ["0.9.0"] * 3
