"""What the tests of promises stand on: a world, and one run of `stage` or `rollback` in it after the other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from awscrt.checksums import crc64nvme

from fakes.aws import PARAMETER_PREFIX, PRODUCTION, REGIONS, FakeAws, bucket_name
from fakes.clock import FakeClock
from fakes.reporter import RecordingReporter
from inputs.given import around
from waybill.cancel import Cancellation
from waybill.commands.rollback import rollback
from waybill.commands.stage import stage
from waybill.commands.tools import Tools
from waybill.domain.digests import Digests, crc_text
from waybill.domain.events import Event, Kind
from waybill.domain.metadata import parse_document
from waybill.domain.request import StageRequest
from waybill.domain.result import Result
from waybill.domain.versions import Version, parse_or_none
from waybill.domain.waybill import Origin, Subject, Waybill
from waybill.errors import WaybillError
from waybill.inputs import rollback as rollback_inputs
from waybill.packing import Packed
from waybill.ports.account import Gateway
from waybill.retry import Retry

PROJECT = "SugarWater"
VERSION = "1.2.3"
KEY = f"{PROJECT}@{VERSION}"
CHANNEL = f"{PARAMETER_PREFIX}/{PROJECT}/latest"
METADATA = {"lang": "dotnet"}
SMALL = b"one part"
SLICE = 4096
"""Bytes that stand for a MiB where parts are small: what is done does not depend on how large one is."""

LARGE = bytes(range(256)) * (SLICE // 256) * 2 + b"three parts, where a part is small"

REQUEST = StageRequest(
    project=PROJECT,
    version=Version(VERSION),
    config_regions=REGIONS,
    origin=Origin(repository="acme/SugarWater", commit="0123456789abcdef", run_id="42", actor="ada"),
    again="waybill stage --path FILE",
    restart="waybill stage --resume",
)


BACK = Origin(repository="acme/SugarWater", commit="0123456789abcdef", run_id="50", actor="grace")
"""Where rollbacks come from."""


@contextmanager
def small_parts() -> Iterator[None]:
    """Cut artifacts into parts of `SLICE` bytes, so that one of several parts need not be large."""
    digests = "waybill.domain.digests"
    with (
        patch(f"{digests}.MIB", SLICE),
        patch(f"{digests}.PART", SLICE // 4),
        patch("waybill.commands.release.material.PART", SLICE // 4),
    ):
        yield


@dataclass(slots=True)
class Stand:
    """A world and where artifacts lie. `reporter` heard every run."""

    folder: Path
    world: FakeAws = field(default_factory=lambda: FakeAws.prepared(min_part_bytes=1))
    reporter: RecordingReporter = field(default_factory=RecordingReporter)
    clock: FakeClock = field(default_factory=FakeClock)

    def stage(self, body: bytes | None = SMALL, **changes: Any) -> Result:
        """Stage `body` (None: resume); `changes` are those of the request, `gateway` and `cancellation`."""
        gateway: Gateway = changes.pop("gateway", None) or self.world.gateway()
        cancellation = changes.pop("cancellation", None) or Cancellation()
        version = changes.pop("version", VERSION)
        request = replace(REQUEST, version=Version(version), resume=body is None, **changes)
        pack = None if body is None else (lambda: self.packed(body))
        return stage(request, pack, self.tools(gateway, cancellation))

    def end(self, body: bytes | None = SMALL, **changes: Any) -> Result | WaybillError:
        """Stage, and return how it ended, whichever way."""
        try:
            return self.stage(body, **changes)
        except WaybillError as error:
            return error

    def roll_back(
        self,
        to: str = "previous",
        *,
        run_id: str = "50",
        actor: str = "grace",
        gateway: Gateway | None = None,
        cancellation: Cancellation | None = None,
        **values: str,
    ) -> Result:
        """Roll `latest` back; `values` are inputs, `_` for `-`."""
        given = {"project": PROJECT, "channel": "latest", "to": to, "reason": "it leaks"}
        given |= {name.replace("_", "-"): text for name, text in values.items()}
        here = around(
            origin=replace(BACK, run_id=run_id, actor=actor),
            places=REGIONS[:1],
            regions=frozenset(self.world.regions),
        )
        tools = self.tools(gateway or self.world.gateway(), cancellation or Cancellation())
        return rollback(rollback_inputs.read(given, here), replace(tools, run_id=run_id))

    def back_end(self, to: str = "previous", **values: Any) -> Result | WaybillError:
        """Roll back, and return how it ended, whichever way."""
        try:
            return self.roll_back(to, **values)
        except WaybillError as error:
            return error

    def tools(self, gateway: Gateway, cancellation: Cancellation) -> Tools:
        """Return what a run works with."""
        return Tools(
            gateways=lambda _: gateway,
            clock=self.clock,
            reporter=self.reporter,
            cancellation=cancellation,
            retry=Retry(clock=self.clock, random=lambda: 0.5, budget=2.0),
            known_regions=frozenset(self.world.regions),
            run_id="42",
        )

    def packed(self, body: bytes) -> Packed:
        """Put an artifact on disk."""
        path = self.folder / hashlib.sha256(body).hexdigest()[:16]
        with self.world.lock:
            if not path.exists():
                path.write_bytes(body)
        return Packed(path, len(body), "app.bin", is_archive=False, entries=1)

    def channels(self, name: str = CHANNEL) -> list[str | None]:
        """Return what the channel names, region by region."""
        histories = [self.world.history(region, PRODUCTION, name) for region in self.world.regions]
        return [history[-1] if history else None for history in histories]

    def holds(self, region: str, version: str = VERSION) -> bool:
        """Whether artifact, metadata and waybill are there, whole, and agree."""
        return whole(self.world.contents(bucket_name(PRODUCTION, region)), f"{PROJECT}@{version}")


def whole(contents: dict[str, bytes], key: str) -> bool:
    """Whether a bucket holds this version whole: judged by its bytes alone, with no help of the code under test."""
    raw, body, metadata = contents.get(f"{key}/waybill.json"), contents.get(key), contents.get(f"{key}/metadata")
    if raw is None or body is None:
        return False
    says = json.loads(raw)
    document = dict(says["metadata"]) | ({"startifact:filename": says["file_name"]} if says["file_name"] else {})
    return (
        f"{says['project']}@{says['version']}" == key
        and digests_of(body) == Digests(says["sha256"], says["crc64nvme"], says["size"])
        and (parse_document(metadata) if metadata is not None else {}) == document
    )


def broken_channels(world: FakeAws) -> list[str]:
    """Return every value that a channel ever named without its version being whole there (P1)."""
    found = []
    for (account, region, name), state in world.parameters.items():
        if not name.startswith(f"{PARAMETER_PREFIX}/"):
            continue
        contents = world.contents(bucket_name(account, region))
        project = name.split("/")[2]
        found += [
            f"{region}: {name} named {value}"
            for value in state.values
            if parse_or_none(value) and not whole(contents, f"{project}@{value}")
        ]
    return found


def digests_of(body: bytes) -> Digests:
    """Return what bytes are."""
    return Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))


def waybill_of(body: bytes, version: str = VERSION, **changes: Any) -> bytes:
    """Return the waybill that somebody else wrote for these bytes."""
    subject = Subject(
        project=PROJECT,
        version=Version(version),
        digests=digests_of(body),
        media_type="application/octet-stream",
        file_name=None,
    )
    origin = Origin(repository="acme/rival", commit="fedcba9876543210", run_id="7", actor="eve")
    return Waybill(subject=replace(subject, **changes), built_from=origin, staged_at="2026-01-30T00:00:00Z").to_bytes()


def plant_whole(world: FakeAws, region: str, body: bytes = SMALL, version: str = VERSION, **changes: Any) -> None:
    """Have somebody else stage a version in one region."""
    bucket, key = bucket_name(PRODUCTION, region), f"{PROJECT}@{version}"
    raw = waybill_of(body, version, **changes)
    world.plant(bucket, key, body, sha256=hashlib.sha256(body).hexdigest())
    document = Waybill.from_bytes(raw).subject.document()
    if document is not None:
        world.plant(bucket, f"{key}/metadata", document)
    world.plant(bucket, f"{key}/waybill.json", raw)


def plant_withdrawal(
    world: FakeAws, region: str, version: str, target: str, name: str = "w.json", *, withdraws: str = ""
) -> None:
    """Have a rollback write its event in one region; it lists what it withdraws, as older releases did not."""
    event = Event(
        name=name,
        kind=Kind.WITHDRAWN,
        version=Version(version),
        channel="latest",
        by="eve",
        at="2026-01-30T00:00:00Z",
        reason="it leaks",
        target=Version(target),
        withdraws=tuple(map(Version, withdraws.split())),
    )
    world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@{version}/events/latest/{name}", event.to_bytes())
