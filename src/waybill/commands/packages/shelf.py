"""One version's place in CodeArtifact: looked at, judged, and filled; the channel waits for it (P1, P2, P4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from waybill.commands.account.target import Target
from waybill.commands.packages.assets import Chunks, assets_of, refuse_other, watched
from waybill.commands.packages.seen import Seen, look
from waybill.commands.packages.source import ALREADY, PackageSource, in_words
from waybill.commands.together import together
from waybill.commands.tools import Tools
from waybill.domain.orders import Transfer
from waybill.domain.packages.plan import PackageAction, PackagePlan
from waybill.domain.packages.result import PackageResult, beside
from waybill.domain.packages.version import PackagePlace
from waybill.domain.request import Request
from waybill.domain.result import Outcome, Result
from waybill.domain.waybill import Subject
from waybill.errors import AccessDenied, ArtifactError, Unavailable, WaybillError
from waybill.ports.packages import NewAsset, Packages
from waybill.progress import Started

T = TypeVar("T")

ROUNDS = 5
"""How often a version is looked at again that somebody else fills at the same time."""

ABSENT = PackagePlan(action=PackageAction.PUBLISH, why="absent")


class PackageShelf:
    """The package version of one run. `end` is how it stands; `complete`: the channel may move."""

    def __init__(
        self, request: Request, place: PackagePlace, target: Target, tools: Tools, transfer: Transfer | None = None
    ) -> None:
        """`transfer` is a promotion's, where the version is copied inside CodeArtifact if it can be."""
        self._request = request
        self._tools = tools
        self._package = place.package(
            request.project,
            request.version.text,
            account=target.owner,
            region=target.organisation.regions[0],
        )
        self._packages: Packages = target.account.packages(self._package.region)
        self._source: PackageSource | None = None
        if transfer is not None and place.copied_from is not None:
            self._source = PackageSource(self._package, self._packages, place.copied_from, transfer)
        self._seen = Seen()
        self._error: WaybillError | None = None
        self.end = PackageResult(
            package=self._package, arn=self._package.arn(target.caller.partition), outcome=Outcome.FAILED
        )

    @property
    def holds(self) -> bool:
        """Whether there is something to compare the artifact with."""
        return self._seen.found is not None

    @property
    def complete(self) -> bool:
        """Whether the version is published and whole."""
        return self.end.complete

    def look(self) -> None:
        """Look at what is there; what goes wrong is told by `over`."""
        try:
            self._look()
            if self._source is not None and self._seen.found is None:
                self._source.look(self._tools)
        except WaybillError as error:
            self._error = error

    def over(self, why: WaybillError | None, subject: Subject | None) -> WaybillError | None:
        """Return why nothing may be written, where there may be another reason; the package is planned then."""
        error = self._error or self._judged(subject)
        if error is None:
            return why
        self.end = self.end.failed(error)
        return error if why is None else together([why, error])

    def _judged(self, subject: Subject | None) -> WaybillError | None:
        """Return the conflict with what is there; the end is what would be done, or that nothing is to be done."""
        plan = self._seen.plan(subject) if subject is not None else ABSENT
        if subject is not None and (conflict := self._conflict(plan, subject)) is not None:
            return conflict
        if plan.action is PackageAction.NOTHING:
            self._is_whole(changed=False)
        else:
            self._ends(Outcome.PLANNED, note=f"would {self._how(plan)}: {plan.why}")
        return None

    def not_reached(self) -> None:
        """Not enough regions are whole, so that nothing is published."""
        if not self.complete:
            self._ends(Outcome.FAILED, note="not reached: too few regions are whole, or one met a conflict")

    def fill(self, subject: Subject, waybill: bytes, chunks: Chunks) -> None:
        """Publish what is lacking, and look whether it is what was sent. Whatever goes wrong is its end."""
        started = self._tools.clock.monotonic()
        try:
            self._fill(subject, waybill, chunks)
        except WaybillError as error:
            self.end = self.end.failed(error)
        self._ends(self.end.outcome, note=None, seconds=self._tools.clock.monotonic() - started)

    def on(self, result: Result) -> Result:
        """Return the command's result with the package in it."""
        return beside(result, self.end, resume=self._request.restart or self._request.again or None)

    def _fill(self, subject: Subject, waybill: bytes, chunks: Chunks) -> None:
        for _ in range(ROUNDS):
            self._tools.cancellation.check()
            plan = self._seen.plan(subject)
            if conflict := plan.conflict(self._package):
                raise conflict
            if plan.action is PackageAction.NOTHING:
                self._is_whole(changed=self.end.changed)
                return
            if plan.action is PackageAction.PUBLISH and self._copy():
                continue
            self._tools.reporter.tell(Started(f"Publishing {self._package.where}"))
            sent = watched(chunks, subject.digests.size, self._tools)
            assets = assets_of(subject, waybill, sent)
            self._publish([assets[name] for name in plan.lacking])
            self._look()
        raise Unavailable(
            f"{self._package.where} is not finished: others fill it at the same time.", "Run again; it goes on there."
        )

    def _copy(self) -> bool:
        """Copy the version where it is to be copied; returns False where it is to be published."""
        source = self._source
        if source is None or not source.copies:
            return False
        self._tools.reporter.tell(Started(f"Copying {self._package.where} from the repository {source.repository}"))
        try:
            fault = self._writing(
                partial(self._packages.copy, self._package, source.repository, revision=source.revision)
            )
            if fault is not None and fault.code != ALREADY:
                raise in_words(fault, self._package, source.repository)
        except (AccessDenied, ArtifactError) as error:
            source.give_up(error, self._tools)
            return False
        if fault is None:
            self._ends(self.end.outcome, changed=True, copied=source.repository)
        self._look()
        return True

    def _publish(self, assets: list[NewAsset]) -> None:
        """Publish assets, the last one finishing the version; ends where one meets something else."""
        for number, asset in enumerate(assets, start=1):
            self._tools.cancellation.check()
            put = self._writing(partial(self._packages.publish, self._package, asset, unfinished=number < len(assets)))
            if put is None:
                return  # Somebody was quicker; whether with the same, the next look tells.
            refuse_other(self._package, asset, put)
            self._ends(self.end.outcome, changed=True, status=put.status, revision=put.revision)

    def _writing(self, write: Callable[[], T]) -> T:
        """Return what `write` returns; where its answer is lost, it may have taken effect."""
        try:
            return write()
        except Unavailable:
            self._ends(self.end.outcome, changed=True)
            raise

    def _how(self, plan: PackagePlan) -> str:
        if plan.action is not PackageAction.PUBLISH:
            return plan.action.value
        copies = self._source is not None and self._source.copies
        return f"copy from {self._source.repository}" if self._source is not None and copies else "publish"

    def _conflict(self, plan: PackagePlan, subject: Subject) -> WaybillError | None:
        conflict = plan.conflict(self._package)
        if conflict is None and self._source is not None and self._seen.found is None:
            return self._source.conflict(subject)
        return conflict

    def _look(self) -> None:
        self._seen = look(self._packages, self._package)

    def _is_whole(self, *, changed: bool) -> None:
        found = self._seen.found
        self._ends(
            Outcome.CREATED if changed else Outcome.ALREADY,
            status=found.status if found else None,
            revision=found.revision if found else None,
            assets=tuple(sorted(found.assets)) if found else (),
        )

    def _ends(self, outcome: Outcome, **more: Any) -> None:
        self.end = replace(self.end, outcome=outcome, **more)
