"""What the tests of `promote` stand on: a version in the development account, and one promotion after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

from fakes.account import FakeGateway
from fakes.aws import DEVELOPMENT, PARAMETER_PREFIX, PRODUCTION, REGIONS, bucket_name
from fakes.state import CopyLimits, Item
from inputs.given import around
from promises import stand as standing
from promises.stand import KEY, PROJECT, SLICE, SMALL, VERSION, Stand, waybill_of, whole
from waybill.cancel import Cancellation
from waybill.commands.promote import promote
from waybill.commands.tools import Tools
from waybill.domain.events import Event, Kind
from waybill.domain.identity import Identity
from waybill.domain.metadata import document
from waybill.domain.orders import PromoteOrder
from waybill.domain.result import Result
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin, Waybill
from waybill.errors import WaybillError
from waybill.inputs.promote import read

CHANNEL = f"{PARAMETER_PREFIX}/{PROJECT}/production"
ROLE = f"arn:aws:iam::{PRODUCTION}:role/waybill-promote"
READER = f"arn:aws:iam::{DEVELOPMENT}:role/waybill-read"
ORIGIN = Origin(repository="acme/SugarWater", commit="fedcba9876543210", run_id="43", actor="grace")
PARTS = CopyLimits(whole=SLICE // 8, part=SLICE)
"""Limits above which the tests' large artifact is copied in parts, and the small one is not."""


@contextmanager
def small_parts() -> Iterator[None]:
    """Cut artifacts into parts of `SLICE` bytes, so that one of several parts need not be large."""
    with standing.small_parts(), patch("waybill.commands.promotion.goods.PART", SLICE // 4):
        yield


@dataclass(slots=True)
class Crossing(Stand):
    """A world where development shares with production. `run_id` and `origin` are those of the promotions."""

    run_id: str = "43"
    origin: Origin = ORIGIN
    gateways: dict[str, FakeGateway] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.share(DEVELOPMENT, with_account=PRODUCTION)

    def staged(self, body: bytes = SMALL, **changes: Any) -> Result:
        """Stage in the development account."""
        return self.stage(body, gateway=self.world.gateway(DEVELOPMENT), **changes)

    def promote(self, **values: Any) -> Result:
        """Promote; `values` are inputs, `_` for `-`, beside `facts` of a plan to apply, and `cancellation`."""
        facts: Mapping[str, Any] | None = values.pop("facts", None)
        cancellation: Cancellation = values.pop("cancellation", None) or Cancellation()
        return promote(self.order(values, facts=facts), self.promoters_tools(cancellation))

    def finish(self, **values: Any) -> Result | WaybillError:
        """Promote, and return how it ended, whichever way."""
        try:
            return self.promote(**values)
        except WaybillError as error:
            return error

    def order(self, values: Mapping[str, str], *, facts: Mapping[str, Any] | None = None) -> PromoteOrder:
        """Return what the inputs ask for: development's 1.2.3 to production, unless they say otherwise."""
        given = {"project": PROJECT, "role": ROLE} | {name.replace("_", "-"): text for name, text in values.items()}
        if "from-channel" not in given:
            given.setdefault("version", VERSION)
        here = around(origin=self.origin, places=REGIONS[:1], regions=frozenset(self.world.regions))
        return read(given, here, approved=facts)

    def promoters_tools(self, cancellation: Cancellation) -> Tools:
        """Return what a promotion works with: the credentials at hand are those of the development account."""
        tools = self.tools(self.world.gateway(), cancellation)
        return replace(tools, gateways=self.gateway, run_id=self.run_id)

    def gateway(self, identity: Identity) -> FakeGateway:
        """Return the way into an identity's account; each account has one, with every session's policy."""
        account = identity.account or DEVELOPMENT
        return self.gateways.setdefault(account, self.world.gateway(account))

    def produced(self, region: str, version: str = VERSION, account: str = PRODUCTION) -> bool:
        """Whether a region of an account holds the version whole."""
        return whole(self.world.contents(bucket_name(account, region)), f"{PROJECT}@{version}")

    def named(self, channel: str = CHANNEL, account: str = PRODUCTION) -> list[str | None]:
        """Return what the channel names, region by region."""
        histories = [self.world.history(region, account, channel) for region in self.world.regions]
        return [history[-1] if history else None for history in histories]

    def waybill(self, region: str = REGIONS[0], account: str = PRODUCTION, version: str = VERSION) -> Waybill:
        """Return a stored waybill."""
        return Waybill.from_bytes(self.raw(region, account, version))

    def raw(self, region: str = REGIONS[0], account: str = PRODUCTION, version: str = VERSION) -> bytes:
        """Return a waybill's stored bytes."""
        found = self.world.body(bucket_name(account, region), f"{PROJECT}@{version}/waybill.json")
        assert found is not None
        return found

    def events(self, region: str = REGIONS[0], channel: str = "production", account: str = PRODUCTION) -> list[Event]:
        """Return the events that a region holds of a channel."""
        contents = self.world.contents(bucket_name(account, region))
        return [
            Event.from_bytes(key.rsplit("/", 1)[1], body)
            for key, body in contents.items()
            if f"/events/{channel}/" in key
        ]

    def calls(self, *names: str) -> list[str]:
        """Return `call region` of every call with one of these names."""
        return [f"{call.call} {call.region}" for call in self.world.calls.log() if call.call in names]


def plant(
    crossing: Crossing,
    region: str,
    body: bytes = SMALL,
    *,
    version: str = VERSION,
    account: str = DEVELOPMENT,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Have a version lie whole in one region of an account."""
    bucket, key = bucket_name(account, region), f"{PROJECT}@{version}"
    crossing.world.plant(bucket, key, body)
    crossing.world.plant(bucket, f"{key}/waybill.json", waybill_of(body, version, metadata=metadata or {}))
    if metadata:
        crossing.world.plant(bucket, f"{key}/metadata", document(metadata, None) or b"")


def swap(crossing: Crossing, region: str, body: bytes, *, account: str = DEVELOPMENT, key: str = KEY) -> None:
    """Replace an object's bytes while S3 goes on to report its old checksum and version, as a broken disk would."""
    with crossing.world.lock:
        item = crossing.world.buckets[bucket_name(account, region)].objects[key][-1]
        assert isinstance(item, Item)
        crossing.world.buckets[bucket_name(account, region)].objects[key][-1] = replace(item, body=body)


def withdraw(crossing: Crossing, version: str, target: str, *, at: str = "2026-01-31T12:00:01Z") -> None:
    """Have somebody roll production's channel back, in every region."""
    event = Event(
        name=f"{at.replace('-', '').replace(':', '')}-9.json",
        kind=Kind.WITHDRAWN,
        version=Version(version),
        channel="production",
        by="eve",
        at=at,
        reason="it leaks",
        target=Version(target),
    )
    for region in crossing.world.regions:
        key = f"SugarWater@{version}/events/production/{event.name}"
        crossing.world.plant(bucket_name(PRODUCTION, region), key, event.to_bytes())
        crossing.world.set_parameter(region, PRODUCTION, CHANNEL, target)
