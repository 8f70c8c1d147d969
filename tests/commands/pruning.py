"""Prunes a stand's production account, and what tests plant there and read off it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fakes.account import FakeGateway
from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.stand import CHANNEL, PROJECT, Stand
from waybill.cancel import Cancellation
from waybill.commands.prune import prune
from waybill.domain.events import Event, Kind
from waybill.domain.pruning.prune import Choice, Fate, PruneRequest, Pruning
from waybill.domain.pruning.tombstone import Tombstone
from waybill.domain.result import Result
from waybill.domain.versions import Version
from waybill.errors import WaybillError

A, B, C = REGIONS
LONG_AGO = "2025-11-01T00:00:00Z"
JUST_NOW = "2026-01-31T11:00:00Z"
NOW = "2026-01-31T12:00:00Z"
AGAIN = "waybill prune SugarWater --keep 1 --yes"


def run(stand: Stand, **changes: Any) -> Result:
    """Prune with `keep` 1 and `yes`; `changes` are those of the request, and `gateway`."""
    gateway: FakeGateway = changes.pop("gateway", None) or stand.world.gateway()
    asked = {"keep": 1, "yes": True, "reason": "old", "actor": "ada", "again": AGAIN, **changes}
    request = PruneRequest(project=PROJECT, config_regions=REGIONS, **asked)
    return prune(request, stand.tools(gateway, Cancellation()))


def end(stand: Stand, **changes: Any) -> Result | WaybillError:
    """Prune, and return how it ended, whichever way."""
    try:
        return run(stand, **changes)
    except WaybillError as error:
        return error


@contextmanager
def at(stand: Stand, moment: str) -> Iterator[None]:
    """Let what is written meanwhile be written at another time."""
    before, stand.world.now = stand.world.now, lambda: moment
    try:
        yield
    finally:
        stand.world.now = before


def fill(stand: Stand, *versions: str, moment: str = LONG_AGO) -> None:
    """Stage versions, each with bytes of its own and metadata, at one time."""
    with at(stand, moment):
        for version in versions:
            stand.stage(version.encode(), version=version, metadata={"lang": "dotnet"})


def plant_event(stand: Stand, kind: Kind, version: str, *, name: str = "e.json", **changes: Any) -> None:
    """Have somebody write an event in one region, long ago."""
    region = changes.pop("region", A)
    more = changes.pop("more", b"")
    given = {"channel": "latest", "by": "eve", "at": LONG_AGO, **changes}
    event = Event(name=name, kind=kind, version=Version(version), **given)
    key = f"{PROJECT}@{version}/events/{event.channel}/{name}"
    with at(stand, LONG_AGO):
        raw = event.to_bytes()
        stand.world.plant(bucket_name(PRODUCTION, region), key, raw[:-1] + more + b"}" if more else raw)


def forget(stand: Stand, region: str, key: str) -> None:
    """Delete an object behind everybody's back."""
    stand.world.delete(bucket_name(PRODUCTION, region), f"{PROJECT}@{key}")


def point(stand: Stand, value: str, *regions: str, name: str = CHANNEL) -> None:
    """Have a channel's parameter name something, with no history of anything else."""
    for region in regions or REGIONS:
        if stand.world.history(region, PRODUCTION, name):
            stand.world.delete_parameter(region, PRODUCTION, name)
        stand.world.set_parameter(region, PRODUCTION, name, value)


def keys(stand: Stand, version: str, region: str = A) -> list[str]:
    """Return what is left of a version in a region: the ends of its keys, `artifact` for the artifact's own."""
    head = f"{PROJECT}@{version}"
    found = stand.world.contents(bucket_name(PRODUCTION, region))
    return [key[len(head) + 1 :] or "artifact" for key in found if key == head or key.startswith(f"{head}/")]


def tombstones(stand: Stand, version: str) -> list[Tombstone | None]:
    """Return what each region's tombstone says."""
    bodies = [
        stand.world.body(bucket_name(PRODUCTION, region), f"{PROJECT}@{version}/tombstone.json") for region in REGIONS
    ]
    return [None if raw is None else Tombstone.from_bytes(raw) for raw in bodies]


def body(result: Result | WaybillError) -> Pruning:
    assert isinstance(result, Result), result
    assert isinstance(result.body, Pruning)
    return result.body


def fates(result: Result | WaybillError) -> dict[str, Fate]:
    """Return what became of each version."""
    return {choice.version.text: choice.fate for choice in body(result).choices}


def why(result: Result | WaybillError, version: str) -> str:
    """Return why a version was kept, or failed."""
    found: Choice = next(choice for choice in body(result).choices if choice.version.text == version)
    return found.why


def deletions(stand: Stand) -> list[str]:
    """Return what was deleted, or tried."""
    return [f"{call.region} {call.name}" for call in stand.world.calls.log() if call.call == "delete"]
