"""Makes resources of one type, without a stack: what there then is, is asked for by the resource's own service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from waybill.sandbox import layout
from waybill.sandbox.engine.cloudformation.kinds import Kind, Made, Place
from waybill.sandbox.engine.cloudformation.types import KINDS
from waybill.sandbox.engine.refusals import Refusal
from waybill.sandbox.server import Sandbox


@dataclass(frozen=True, slots=True)
class Thing:
    """A resource that was made; `kind` changes and deletes it."""

    kind: Kind
    made: Made
    properties: Mapping[str, Any]
    place: Place

    @property
    def id(self) -> str:
        return self.made.physical_id

    def changed(self, properties: Mapping[str, Any]) -> Thing:
        return Thing(
            self.kind, self.kind.update(self.made, self.properties, properties, self.place), properties, self.place
        )

    def delete(self) -> None:
        self.kind.delete(self.made, self.properties, self.place)


@dataclass(frozen=True, slots=True)
class Workbench:
    """Clients of one account, and what makes resources there."""

    sandbox: Sandbox
    account: str = layout.DEVELOPMENT
    region: str = layout.HOME_REGION
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: str, region: str | None = None) -> Any:
        where = (service, region or self.region)
        if where not in self._clients:
            keys = self.sandbox.accounts[self.account]["user"]
            self._clients[where] = boto3.client(
                service,
                endpoint_url=self.sandbox.url,
                region_name=where[1],
                aws_access_key_id=keys["access_key_id"],
                aws_secret_access_key=keys["secret_access_key"],
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[where]

    def place(self, region: str | None = None, tags: Mapping[str, str] | None = None) -> Place:
        at = region or self.region
        return Place(
            account=self.account,
            region=at,
            stack="a-stack",
            logical_id="Thing",
            stack_id=f"arn:aws:cloudformation:{at}:{self.account}:stack/a-stack/{uuid4()}",
            tags=tags or {},
            client=lambda service, region=None: self.client(service, region or at),
        )

    def make(
        self, type: str, properties: Mapping[str, Any], region: str | None = None, tags: Mapping[str, str] | None = None
    ) -> Thing:
        place = self.place(region, tags)
        return Thing(KINDS[type], KINDS[type].create(properties, place), properties, place)


REFUSED = (ClientError, Refusal)
"""Why a resource is not made: its service's answer, or what is wrong with its properties."""


def name(prefix: str = "made") -> str:
    """A name that nothing has yet."""
    return f"{prefix}-{uuid4().hex[:12]}"


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


READ = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"})
WRITE = policy({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::a/*"})
