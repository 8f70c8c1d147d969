"""The world: accounts, regions, buckets, parameters and keys in memory, with faults and hooks for tests.

    world = FakeAws.prepared()                      # the sandbox's layout
    account = world.account(PRODUCTION)             # a ports.Account
    world.fail(call="put", region="us-west-2", key="waybill.json$", error=Unavailable("down"), times=2)
    world.on("put-parameter", lambda call: rival.move(), when="before")
    assert not world.writes()

`test_the_fake.py` holds what is said here to the letter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from fakes.account import FakeAccount, FakeGateway
from fakes.calls import Call, Hook, When, raising
from fakes.refusals import denied
from fakes.state import MIN_PART
from fakes.world import World
from waybill.domain.arns import Caller
from waybill.errors import Unavailable, WaybillError

DEVELOPMENT = "111111111111"
PRODUCTION = "222222222222"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
BUCKET_PARAMETER = "/buckets/staging"
PARAMETER_PREFIX = "/artifacts"


def bucket_name(account: str, region: str) -> str:
    """Return the name of the prepared staging bucket."""
    return f"waybill-staging-{account}-{region}"


class FakeAws(World):
    """A world with faults, hooks and a log. `calls.log()` has every call; `writes()` those that change something."""

    def __init__(self, *, regions: Iterable[str] = REGIONS, page: int = 1000, min_part_bytes: int = MIN_PART) -> None:
        super().__init__(regions=regions, page=page, min_part_bytes=min_part_bytes)

    @classmethod
    def prepared(
        cls,
        *,
        accounts: Iterable[str] = (DEVELOPMENT, PRODUCTION),
        regions: Iterable[str] = REGIONS,
        key_prefix: str = "",
        parameter_prefix: str = PARAMETER_PREFIX,
        page: int = 1000,
        min_part_bytes: int = MIN_PART,
    ) -> FakeAws:
        """Return a world laid out as the sandbox is: in each account and region a bucket, its parameter, a key."""
        world = cls(regions=regions, page=page, min_part_bytes=min_part_bytes)
        configuration = {
            "regions": ",".join(world.regions),
            "bucket_name_param": BUCKET_PARAMETER,
            "bucket_key_prefix": key_prefix,
            "parameter_name_prefix": parameter_prefix,
            "save_ok": "yes",
        }
        for account in accounts:
            for region in world.regions:
                key = world.add_key(region, account, alias="waybill-staging")
                world.add_bucket(region, bucket_name(account, region), owner=account, key=key)
                world.set_parameter(region, account, BUCKET_PARAMETER, bucket_name(account, region))
                world.set_parameter(region, account, "/startifact", json.dumps(configuration))
        return world

    def account(self, account: str = PRODUCTION, *, arn: str | None = None) -> FakeAccount:
        """Return an account as the stage role's session sees it, or as `arn` does."""
        return FakeAccount(self, self._caller(account, arn))

    def gateway(self, account: str = PRODUCTION, *, arn: str | None = None) -> FakeGateway:
        """Return the way into an account."""
        return FakeGateway(self, self._caller(account, arn))

    def fail(
        self,
        *,
        call: str,
        region: str | None = None,
        key: str | None = None,
        error: WaybillError | Callable[[], WaybillError] | None = None,
        times: int | None = 1,
        skip: int = 0,
        when: When = "before",
    ) -> None:
        """Make matching calls raise. `after`: the call took effect and its answer was lost. `times` None: for ever."""
        hook = raising(error or (lambda: Unavailable("The network was pulled out.", "Put it back.")))
        self.calls.add(call, hook, region=region, key=key, when=when, times=times, skip=skip)

    def deny(self, call: str, *, region: str | None = None, key: str | None = None) -> None:
        """Refuse matching calls for ever."""

        def refuse(refused: Call) -> None:
            raise denied(call, refused.name or "*")

        self.calls.add(call, refuse, region=region, key=key, times=None)

    def down(self, seconds: float, *, call: str = "*", region: str | None = None) -> None:
        """Let nobody answer matching calls for so many seconds from now, by the world's clock."""
        end = self.seconds() + seconds

        def silent(_: Call) -> None:
            if self.seconds() < end:
                raise Unavailable("The network was pulled out.", "Put it back.")

        self.calls.add(call, silent, region=region, times=None)

    def on(
        self,
        call: str,
        hook: Hook,
        *,
        region: str | None = None,
        key: str | None = None,
        when: When = "before",
        times: int | None = 1,
        skip: int = 0,
    ) -> None:
        """Run `hook` with the call just before, in the middle of, or just after matching calls."""
        self.calls.add(call, hook, region=region, key=key, when=when, times=times, skip=skip)

    def writes(self, region: str | None = None) -> list[Call]:
        """Return the writes so far, tried ones included."""
        return [call for call in self.calls.log() if call.is_write and region in {None, call.region}]

    @staticmethod
    def _caller(account: str, arn: str | None) -> Caller:
        return Caller(arn or f"arn:aws:sts::{account}:assumed-role/waybill-stage/waybill", account)
