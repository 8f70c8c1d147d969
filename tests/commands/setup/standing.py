"""What the tests of setup's verbs stand on: the fake world, its two accounts in a `waybill.yaml`, and ways in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from commands.worlds import tools_in
from fakes.account import FakeGateway
from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PARAMETER_PREFIX, PRODUCTION, REGIONS, FakeAws
from fakes.clock import FakeClock
from fakes.reporter import RecordingReporter
from inputs.given import around
from waybill.cancel import Cancellation
from waybill.commands.tools import Tools
from waybill.domain.arns import RoleArn
from waybill.domain.identity import Identity
from waybill.domain.setup.estate import Estate, Member, Prefixes
from waybill.inputs.surroundings import Surroundings
from waybill.ports.account import Gateway

PARAMETER = "/startifact"
OTHER_REGION = "ap-south-1"


def role(account: str) -> RoleArn:
    return RoleArn.parse(f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole")


PREPARED = Estate(
    accounts=(
        Member(name="development", id=DEVELOPMENT, role=role(DEVELOPMENT)),
        Member(name="production", id=PRODUCTION, role=role(PRODUCTION), external_id="acme", source="development"),
    ),
    regions=REGIONS,
    bucket_parameter=BUCKET_PARAMETER,
    prefixes=Prefixes(parameter=PARAMETER_PREFIX),
)
ACCOUNTS = {"development": DEVELOPMENT, "production": PRODUCTION}


@dataclass(slots=True)
class Standing:
    """A world with more regions than the file has. `entered` are the identities that were asked for, in order."""

    estate: Estate = PREPARED
    world: FakeAws = field(default_factory=lambda: FakeAws.prepared(regions=(*REGIONS, OTHER_REGION)))
    reporter: RecordingReporter = field(default_factory=RecordingReporter)
    clock: FakeClock = field(default_factory=FakeClock)
    entered: list[Identity] = field(default_factory=list)
    gateways: dict[str, FakeGateway] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for account in ACCOUNTS.values():
            self.world.delete_parameter(OTHER_REGION, account, PARAMETER)
            for region in REGIONS:
                self.store(region, account, {"regions": ",".join(REGIONS)})

    def store(self, region: str, account: str, changes: dict[str, Any] | None) -> None:
        """Have somebody write the configuration there, with `changes`; None: delete it."""
        if changes is None:
            self.world.delete_parameter(region, account, PARAMETER)
            return
        text = {
            "regions": ",".join(REGIONS),
            "bucket_name_param": BUCKET_PARAMETER,
            "bucket_key_prefix": "",
            "parameter_name_prefix": PARAMETER_PREFIX,
            "save_ok": "y",
            **changes,
        }
        kept = {key: value for key, value in text.items() if value is not None}
        self.world.set_parameter(region, account, PARAMETER, json.dumps(kept))

    def stored(self, region: str, account: str) -> Any:
        """Return the configuration that is stored; None where there is none."""
        history = self.world.history(region, account, PARAMETER)
        return json.loads(history[-1]) if history else None

    def file(self, path: Path, regions: frozenset[str]) -> Estate:
        """Read the file, whichever."""
        return self.estate

    def around(self) -> Surroundings:
        return around(regions=frozenset(self.world.regions))

    def enter(self, identity: Identity) -> Gateway:
        self.entered.append(identity)
        assert identity.account is not None
        gateway = self.gateways.get(identity.account)
        return gateway or self.world.gateway(identity.account)

    def tools(self, cancellation: Cancellation | None = None) -> Tools:
        return tools_in(self.world, self.enter, self.clock, self.reporter, cancellation or Cancellation())

    def with_regions(self, *regions: str) -> Standing:
        """Have the file name these regions."""
        self.estate = replace(self.estate, regions=regions)
        return self
