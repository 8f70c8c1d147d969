"""Carries a plan out: one read of the artifact feeds every region that needs it; its records follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from waybill.commands.account.observe import Site
from waybill.commands.release.material import Material
from waybill.commands.release.run import Run
from waybill.commands.release.write import put_whole, same_or_conflict, send_parts, verify, write_records
from waybill.commands.tools import Tools, everywhere
from waybill.domain.digests import Digests, part_size
from waybill.domain.plan import Action
from waybill.domain.waybill import Subject, Waybill
from waybill.errors import ArtifactError, WaybillError
from waybill.progress import Sent
from waybill.transfer.feed import Feed, Lane
from waybill.transfer.lanes import CONNECTIONS

MOST_CONNECTIONS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One region is whole: whether its artifact was created, its version id, seconds."""

    created: bool
    version_id: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Ready:
    """What is known when the one read has ended: the subject, and the waybill's bytes, the same for every region."""

    subject: Subject
    waybill: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """One end for each region, `written` or an error; and what the artifact was, where that is known.

    `waybill` has the bytes of the waybill, the same for every region that had none.
    """

    written: Mapping[str, Written]
    errors: Mapping[str, WaybillError]
    subject: Subject | None
    waybill: bytes | None = None


def execute(run: Run, material: Material, ended: Callable[[str, Executed], object]) -> Executed:
    """Make every planned region whole. `ended` hears of each when it ends, in its own thread: its name and its part."""
    names = [item.region for item in run.plan.of(Action.CREATE, Action.COMPLETE, Action.NOTHING)]
    work = _Execution(run, material)
    with ThreadPoolExecutor(1, thread_name_prefix="feed") as reader:
        reader.submit(work.read)
        # All at once: a region that had to wait for another's end would keep the artifact's blocks from it.
        written, errors = everywhere(lambda name: work.told(name, ended), names, limit=max(1, len(names)))
    ready = None if work.ready.exception() else work.ready.result()
    subject, waybill = (ready.subject, ready.waybill) if ready is not None else (None, None)
    return Executed(written=written, errors=errors, subject=subject, waybill=waybill)


class _Unwanted(ArtifactError):
    """The rest of the artifact need not be read."""


class _Execution:
    def __init__(self, run: Run, material: Material) -> None:
        self._request = run.request
        self._plan = run.plan
        self._sites = run.sites
        self._material = material
        self._tools = run.tools
        self._creating = frozenset(item.region for item in run.plan.of(Action.CREATE))
        self._lanes = {name: Lane() for name in self._creating} if material.body is None else {}
        self._connections = max(1, min(CONNECTIONS, MOST_CONNECTIONS // max(1, len(self._creating))))
        self._whole = frozenset(item.region for item in run.plan.of(Action.NOTHING))
        self._fed: Future[Digests] = Future()
        self.ready: Future[Ready] = Future()

    def read(self) -> None:
        """Read the artifact for all lanes, then say what it was; whatever fails is what every region hears.

        Where that is known before, only the regions that take it wait for the end of the read.
        """
        try:
            known = self._material.subject
            if known is not None:
                self.ready.set_result(Ready(known, self._waybill(known)))
            subject = self._feed() if self._lanes else known
            if subject is None:
                raise RuntimeError("neither a lane nor a digest: nothing was planned")
            if known is None:
                self.ready.set_result(Ready(subject, self._waybill(subject)))
            self._fed.set_result(subject.digests)
        except BaseException as error:  # noqa: BLE001 - handed on, whole, to every region that waits for it
            for lane in self._lanes.values():
                lane.close()
            for future in (self.ready, self._fed):
                if not future.done():
                    future.set_exception(error)

    def _feed(self) -> Subject:
        feed = Feed(
            self._material.source,
            part_bytes=part_size(self._material.size),
            lanes=list(self._lanes.values()),
            check=self._check,
        )
        return self._material.as_subject(self._request, feed.run())

    def _check(self) -> None:
        """Raise when the run is cancelled, or when no region takes any more of the artifact."""
        self._tools.cancellation.check()
        if all(lane.closed for lane in self._lanes.values()):
            raise _Unwanted("No region takes the artifact any more.", "See what each of them said.")

    def told(self, name: str, ended: Callable[[str, Executed], object]) -> Written:
        """Make one region whole, and tell how it ended, while the others go on."""
        try:
            written = self.region(name)
        except WaybillError as error:
            ended(name, Executed(written={}, errors={name: error}, subject=None))
            raise
        ended(name, Executed(written={name: written}, errors={}, subject=None))
        return written

    def region(self, name: str) -> Written:
        """Make one region whole."""
        started = self._tools.clock.monotonic()
        site, created = self._sites[name], False
        if name in self._creating:
            created = self._create(name, site)
            ready = self.ready.result()
            site = (
                verify(site, ready.subject, self._tools)
                if created
                else same_or_conflict(site, ready.subject, self._tools)
            )
        if name == self._material.region and self._lanes:
            self._hear_the_end()
        if name not in self._whole:
            ready = self.ready.result()
            self._tools.cancellation.check()
            write_records(site, ready.subject, ready.waybill, self._tools)
        return Written(
            created=created,
            version_id=site.found.artifact.version_id if site.found.artifact else None,
            seconds=self._tools.clock.monotonic() - started,
        )

    def _hear_the_end(self) -> None:
        """The region that the bytes come from is only as whole as they turn out to be."""
        with suppress(_Unwanted):
            self._fed.result()

    def _create(self, name: str, site: Site) -> bool:
        size = self._material.size
        if self._material.body is not None:
            created = put_whole(site, self._material.body, self.ready.result().subject, self._tools)
            self._tools.reporter.tell(Sent(name, size, size))
            return created
        sent = _Counter(name, size, self._tools)
        return send_parts(
            site,
            self._lanes[name],
            self._material.source,
            self._material.media_type,
            self._tools,
            digests=self._fed.result,
            sent=sent.add,
            connections=self._connections,
        )

    def _waybill(self, subject: Subject) -> bytes:
        if self._plan.waybill is not None:
            return self._plan.waybill
        fresh = Waybill(subject=subject, built_from=self._request.origin, staged_at=self._tools.clock.now())
        return fresh.to_bytes()


class _Counter:
    """Adds up what a region has taken, and tells it."""

    def __init__(self, region: str, total: int, tools: Tools) -> None:
        self._region = region
        self._total = total
        self._tools = tools
        self._sent = 0
        self._lock = Lock()

    def add(self, count: int) -> None:
        with self._lock:
            self._sent += count
            self._tools.reporter.tell(Sent(self._region, self._sent, self._total))
