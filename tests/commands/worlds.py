"""A command's tools in a fake world whose accounts are entered by their numbers."""

from __future__ import annotations

from collections.abc import Callable

from fakes.aws import FakeAws
from fakes.clock import FakeClock
from fakes.reporter import RecordingReporter
from waybill.cancel import Cancellation
from waybill.commands.tools import Tools
from waybill.domain.identity import Identity
from waybill.ports.account import Gateway
from waybill.retry import Retry


def tools_in(
    world: FakeAws,
    enter: Callable[[Identity], Gateway],
    clock: FakeClock,
    reporter: RecordingReporter,
    cancellation: Cancellation,
) -> Tools:
    """Return the tools of a run that retries for two seconds, and knows the world's regions."""
    return Tools(
        gateways=enter,
        clock=clock,
        reporter=reporter,
        cancellation=cancellation,
        retry=Retry(clock=clock, random=lambda: 0.5, budget=2.0),
        known_regions=frozenset(world.regions),
        run_id="42",
    )
