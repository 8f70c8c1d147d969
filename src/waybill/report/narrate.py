"""Events as lines of text, and progress as one line now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeGuard

from waybill.progress import Event, Identified, Packed, Planned, RegionEnded, Sent, Started, Stepped, Waiting, Warned
from waybill.report import plan_words, text, words
from waybill.report.ink import Ink, one_line
from waybill.report.units import count, duration, percent, rate, size

if TYPE_CHECKING:
    from waybill.domain.deploy.telling import Deploying
    from waybill.domain.setup.telling import Preparing

EVERY = 5.0
"""Seconds between two progress lines, at least."""

MANY = 6
"""With more regions than this a progress line says how the slowest is doing instead of naming all."""


class Clock(Protocol):
    """The one thing a reporter needs of a clock."""

    def monotonic(self) -> float:
        """Return seconds from some moment on."""


def narrate(event: Event, ink: Ink) -> str | None:
    """Return the line that tells an event, or None for those that are told otherwise (`Sent`, `Finished`)."""
    match event:
        case Started(what):
            return one_line(what)
        case Identified(caller, account):
            return one_line(f"As {caller} in account {account}")
        case Packed(name, length, entries, seconds):
            files = f"{count(entries, 'file')} in a zip, " if entries > 1 else ""
            return one_line(f"Artifact {name}: {files}{size(length)}, ready in {duration(seconds)}")
        case Planned(plan):
            return one_line(plan_words.sentence(plan))
        case Stepped(region, step):
            return f"{region}: {step.value}"
        case Waiting(region, why, seconds, left):
            told = one_line(why).rstrip(".")
            place = f"{region}: " if region not in told else ""
            return f"{place}{told}. Trying again in {duration(seconds)}; {duration(left)} are left for retries."
        case Warned(said):
            return text.warning(said, ink)
        case RegionEnded():
            return _ended(event, ink)
        case _:
            return _told_by_its_own(event, ink)


def _told_by_its_own(event: Event, ink: Ink) -> str | None:
    if of_deploy(event):
        from waybill.report import deploy_lines  # noqa: PLC0415 - only a run that deploys needs it

        return deploy_lines.tell(event, ink)
    if of_setup(event):
        from waybill.report import setup_lines  # noqa: PLC0415 - only a run that sets up needs it

        return setup_lines.tell(event, ink) or None
    return None


def of_setup(event: Event) -> TypeGuard[Preparing]:
    """Whether only setup tells such an event."""
    return type(event).__module__ == "waybill.domain.setup.telling"


def of_deploy(event: Event) -> TypeGuard[Deploying]:
    """Whether only a deploy tells such an event: known by its module's name, so that no other run reads that."""
    return type(event).__module__ == "waybill.domain.deploy.telling"


def _ended(event: RegionEnded, ink: Ink) -> str:
    region = event.result
    told = f"{words.region_mark(region, ink)} {region.region}: {region.outcome.value}"
    if region.seconds:
        told = f"{told} in {duration(region.seconds)}"
    if region.error:
        return f"{told}: {one_line(region.error, 400)}"
    if region.channel_before or region.channel_after:
        return f"{told}, channel {words.channel_words(region, ink.arrow)}"
    return told


class Pace:
    """Keeps count of bytes sent, and says all of it in one line, at most every five seconds. Not thread-safe."""

    def __init__(self, clock: Clock, ink: Ink, every: float = EVERY) -> None:
        self._clock = clock
        self._ink = ink
        self._every = every
        self._sent: dict[str, tuple[int, int]] = {}
        self._ended: set[str] = set()
        self._since: float | None = None
        self._moved = 0

    def sent(self, event: Sent) -> str | None:
        """Take one event; return the line when it is time for one. The rate is of the time since the last line."""
        before = self._sent.get(event.region, (0, 0))[0]
        self._sent[event.region] = (event.sent, event.total)
        self._moved += max(event.sent - before, 0)
        now = self._clock.monotonic()
        if self._since is None:
            self._since = now
        elapsed = now - self._since
        if elapsed < self._every:
            return None
        line = f"{self._shares()} {self._ink.dot} {rate(self._moved / elapsed)}"
        self._since, self._moved = now, 0
        return line

    def ended(self, region: str) -> None:
        """Leave a region out from now on."""
        self._ended.add(region)

    def _shares(self) -> str:
        dot = f" {self._ink.dot} "
        running = {name: share for name, share in self._sent.items() if name not in self._ended}
        if len(running) <= MANY:
            return dot.join(f"{name} {percent(*share)}" for name, share in running.items())
        slowest = min(running, key=lambda name: running[name][0] / max(running[name][1], 1))
        done, total = sum(share[0] for share in running.values()), sum(share[1] for share in running.values())
        whole = f"{count(len(running), 'region')} {percent(done, total)}"
        return f"{whole}{dot}slowest {slowest} {percent(*running[slowest])}"
