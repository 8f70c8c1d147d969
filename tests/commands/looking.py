"""Looks at a stand's accounts with `status`, and what tests read off it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fakes.account import FakeGateway
from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.stand import PROJECT, Stand
from waybill.cancel import Cancellation
from waybill.commands.status import status
from waybill.domain.arns import RoleArn
from waybill.domain.identity import Identity
from waybill.domain.request import Place
from waybill.domain.result import Result
from waybill.domain.survey.standing import ChannelStatus, ProjectStatus, VersionStatus
from waybill.domain.survey.status import Status, StatusRequest

A, B, C = REGIONS
AGAIN = "waybill status --repair"


def place(account: str = PRODUCTION) -> Place:
    """Return an account by its role."""
    role = RoleArn.parse(f"arn:aws:iam::{account}:role/waybill-stage")
    return Place(identity=Identity(role=role), config_regions=REGIONS)


def look(stand: Stand, *projects: str, accounts: tuple[str, ...] = (PRODUCTION,), **changes: Any) -> Result:
    """Run `status`; `changes` are those of the request, `gateway` and `cancellation`."""
    gateway: FakeGateway | None = changes.pop("gateway", None)
    cancellation = changes.pop("cancellation", None) or Cancellation()
    tools = stand.tools(stand.world.gateway(), cancellation)

    def enter(identity: Identity) -> FakeGateway:
        return gateway or stand.world.gateway(identity.account or PRODUCTION)

    request = StatusRequest(places=tuple(map(place, accounts)), projects=projects, again=AGAIN, **changes)
    return status(request, replace(tools, gateways=enter))


def body(result: Result) -> Status:
    assert isinstance(result.body, Status)
    return result.body


def project(result: Result, account: int = 0) -> ProjectStatus:
    return body(result).accounts[account].projects[0]


def channel(result: Result, name: str = "latest") -> ChannelStatus:
    return next(item for item in project(result).channels if item.channel == name)


def half(result: Result, version: str) -> VersionStatus:
    return next(item for item in project(result).halves if item.version.text == version)


def names(result: Result, name: str = "latest") -> list[str | None]:
    return [item.names for item in channel(result, name).regions]


def replaced_unseen(stand: Stand, region: str, body: bytes, version: str = "1.2.3") -> None:
    """Have somebody upload other bytes in place of an artifact, with a CRC32 alone: S3 reports no checksum we know."""
    stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@{version}", body, checksum=False)


def events(stand: Stand, region: str) -> list[str]:
    """Return the keys of the events that a region holds."""
    return [key for key in stand.world.contents(bucket_name(PRODUCTION, region)) if "/events/" in key]
