"""What can be wrong with one region."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fakes.aws import REGIONS
from promises.stand import Stand

BUT_THE_CONFIGURATION = "^(?!/startifact)"
Harm = Callable[[Stand, str], None]


def down(stand: Stand, region: str) -> None:
    stand.world.fail(call="*", region=region, times=None)


def denied(stand: Stand, region: str) -> None:
    stand.world.deny("*", region=region, key=BUT_THE_CONFIGURATION)


def silent_writes(stand: Stand, region: str) -> None:
    stand.world.fail(call="write", region=region, times=None)


def denied_writes(stand: Stand, region: str) -> None:
    stand.world.deny("write", region=region)


def denied_waybill(stand: Stand, region: str) -> None:
    stand.world.deny("put", region=region, key="waybill")


def denied_channel(stand: Stand, region: str) -> None:
    stand.world.deny("put-parameter", region=region)


WHILE_OBSERVING = [down, denied]
WHILE_WRITING = [silent_writes, denied_writes, denied_waybill]
harms = pytest.mark.parametrize("harm", [*WHILE_OBSERVING, *WHILE_WRITING, denied_channel])
LAST = REGIONS[2]
