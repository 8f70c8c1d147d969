"""One version's place in CodeArtifact: looked at, judged, and filled; the channel waits for it (P1, P2, P4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from waybill.commands.account.target import Target
from waybill.commands.account.version import SMALL, read_waybill
from waybill.commands.together import together
from waybill.commands.tools import Tools
from waybill.domain.package_plan import PackageAction, PackagePlan, Wanted, plan_package
from waybill.domain.package_result import PackageResult, beside
from waybill.domain.packages import METADATA, WAYBILL, PackageId, PackagePlace, StoredPackage, asset_name
from waybill.domain.request import Request
from waybill.domain.result import Outcome, Result
from waybill.domain.waybill import Subject, Waybill
from waybill.errors import ArtifactError, Unavailable, WaybillError
from waybill.ports.packages import NewAsset, Packages, Put
from waybill.progress import Started

ROUNDS = 5
"""How often a version is looked at again that somebody else fills at the same time."""

Chunks = Callable[[], Iterable[bytes | memoryview]]
"""Yields the artifact's bytes, anew whenever it is called."""


class PackageShelf:
    """The package version of one run. `end` is how it stands; `complete`: the channel may move."""

    def __init__(self, request: Request, place: PackagePlace, target: Target, tools: Tools) -> None:
        self._request = request
        self._tools = tools
        self._package = place.package(
            request.project,
            request.version.text,
            account=target.owner,
            region=target.organisation.regions[0],
        )
        self._packages: Packages = target.account.packages(self._package.region)
        self._found: StoredPackage | None = None
        self._waybill: Waybill | None = None
        self._error: WaybillError | None = None
        self.end = PackageResult(
            package=self._package, arn=self._package.arn(target.caller.partition), outcome=Outcome.FAILED
        )

    @property
    def package(self) -> PackageId:
        """The package version."""
        return self._package

    @property
    def packages(self) -> Packages:
        """CodeArtifact, where the package is."""
        return self._packages

    @property
    def holds(self) -> bool:
        """Whether there is something to compare the artifact with."""
        return self._found is not None

    @property
    def complete(self) -> bool:
        """Whether the version is published and whole."""
        return self.end.complete

    def look(self) -> None:
        """Look at what is there; what goes wrong is told by `over`."""
        try:
            self._look()
        except WaybillError as error:
            self._error = error

    def over(self, why: WaybillError | None, subject: Subject | None) -> WaybillError | None:
        """Return why nothing may be written, where there may be another reason; the package is planned then."""
        error = self._error
        if error is None:
            plan = self._plan(subject) if subject is not None else None
            error = plan.conflict(self._package) if plan is not None else None
            said = f"would {plan.action.value}: {plan.why}" if plan is not None else "would publish: absent"
            whole = plan is not None and plan.action is PackageAction.NOTHING
            if error is None:
                outcome = Outcome.ALREADY if whole and why is not None else Outcome.PLANNED
                self._ends(outcome, note=plan.why if whole and plan is not None else said)
        if error is None:
            return why
        self.end = self.end.failed(error)
        return error if why is None else together([why, error])

    def not_reached(self) -> None:
        """Not enough regions are whole, so that nothing is published."""
        self._ends(Outcome.FAILED, note="not reached: too few regions are whole, or one met a conflict")

    def fill(self, subject: Subject, waybill: bytes, chunks: Chunks) -> None:
        """Publish what is lacking, and look whether it is what was sent. Whatever goes wrong is its end."""
        started = self._tools.clock.monotonic()
        try:
            self._fill(subject, waybill, chunks)
        except WaybillError as error:
            self.end = self.end.failed(error)
        self._ends(self.end.outcome, seconds=self._tools.clock.monotonic() - started)

    def on(self, result: Result) -> Result:
        """Return the command's result with the package in it."""
        return beside(result, self.end, resume=self._request.restart or self._request.again or None)

    def _fill(self, subject: Subject, waybill: bytes, chunks: Chunks) -> None:
        for _ in range(ROUNDS):
            self._tools.cancellation.check()
            plan = self._plan(subject)
            if conflict := plan.conflict(self._package):
                raise conflict
            if plan.action is PackageAction.NOTHING:
                self._is_whole(changed=self.end.changed)
                return
            self._tools.reporter.tell(Started(f"Publishing {self._package.where}"))
            assets = {one.name: one for one in self._assets(subject, waybill, chunks)}
            self._publish([assets[name] for name in plan.lacking])
            self._look()
        raise Unavailable(
            f"{self._package.where} is not finished: others fill it at the same time.", "Run again; it goes on there."
        )

    def _publish(self, assets: list[NewAsset]) -> None:
        """Publish assets, the last one finishing the version; ends where one meets something else."""
        for number, asset in enumerate(assets, start=1):
            self._tools.cancellation.check()
            put = self._packages.publish(self._package, asset, unfinished=number < len(assets))
            if put is None:
                return  # Somebody was quicker; whether with the same, the next look tells.
            self._refuse_other(asset, put)
            self._ends(self.end.outcome, changed=True, status=put.status, revision=put.revision)

    def _refuse_other(self, asset: NewAsset, put: Put) -> None:
        if put.sha256 != asset.sha256:
            raise ArtifactError(
                f"{asset.name} of {self._package.where} is not what was sent: CodeArtifact says that its SHA-256 is "
                f"{put.sha256 or 'not known'}, not {asset.sha256}.",
                "No channel was moved. Take the next version.",
            )

    def _plan(self, subject: Subject) -> PackagePlan:
        return plan_package(self._found, wanted_of(subject), subject, self._waybill)

    def _assets(self, subject: Subject, waybill: bytes, chunks: Chunks) -> list[NewAsset]:
        size, sha256 = subject.digests.size, subject.digests.sha256
        found = [NewAsset(name=asset_name(subject), size=size, sha256=sha256, chunks=chunks)]
        if (document := subject.document()) is not None:
            found.append(_small(METADATA, document))
        return [*found, _small(WAYBILL, waybill)]

    def _look(self) -> None:
        self._found = self._packages.look(self._package)
        self._waybill = None
        if self._found is not None and self._found.open and WAYBILL in self._found.assets:
            raw = self._packages.read(self._package, WAYBILL, limit=SMALL)
            self._waybill = read_waybill(raw, f"{WAYBILL} of {self._package.where}")

    def _is_whole(self, *, changed: bool) -> None:
        found = self._found
        self._ends(
            Outcome.CREATED if changed else Outcome.ALREADY,
            status=found.status if found else None,
            revision=found.revision if found else None,
            assets=tuple(sorted(found.assets)) if found else (),
        )

    def _ends(self, outcome: Outcome, **more: Any) -> None:
        self.end = replace(self.end, outcome=outcome, **more)


def wanted_of(subject: Subject) -> list[Wanted]:
    """Return the assets that belong to an artifact, but its waybill."""
    found = [Wanted(asset_name(subject), subject.digests.sha256)]
    if (document := subject.document()) is not None:
        found.append(Wanted(METADATA, hashlib.sha256(document).hexdigest()))
    return found


def _small(name: str, body: bytes) -> NewAsset:
    return NewAsset(name=name, size=len(body), sha256=hashlib.sha256(body).hexdigest(), chunks=partial(iter, (body,)))
