"""Plays a stage to a reporter, event by event, as the command tells it."""

from __future__ import annotations

from fakes.clock import FakeClock
from report import examples
from waybill.domain.result import Result
from waybill.progress import (
    Finished,
    Identified,
    Packed,
    Planned,
    RegionEnded,
    Reporter,
    Sent,
    Started,
    Step,
    Stepped,
    Waiting,
    Warned,
)

SIZE = 16 * 1024 * 1024
WARNING = "The role does not allow session tags: add `sts:TagSession` to its trust policy."


def play(reporter: Reporter, clock: FakeClock, end: Result, *, seconds: float = 20.0, steps: int = 40) -> None:
    """Tell a whole run; `seconds` is how long the bytes take, `steps` how often each region speaks of them."""
    reporter.tell(Started("Staging SugarWater 1.2.3"))
    reporter.tell(Identified(examples.CALLER, examples.ACCOUNT))
    reporter.tell(Packed("site.zip", SIZE, 12, 0.31))
    for name in examples.REGIONS:
        reporter.tell(Stepped(name, Step.OBSERVE))
    reporter.tell(Planned(examples.plan()))
    for name in examples.REGIONS:
        reporter.tell(Stepped(name, Step.SEND))
    for step in range(1, steps + 1):
        clock.advance(seconds / steps)
        for name in examples.REGIONS:
            reporter.tell(Sent(name, SIZE * step // steps, SIZE))
    reporter.tell(Waiting("eu-west-1", "SlowDown: please reduce your request rate.", 1.2, 48.0))
    reporter.tell(Warned(WARNING))
    for region in end.regions:
        reporter.tell(RegionEnded(region))
    reporter.tell(Finished(end))
