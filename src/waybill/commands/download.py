"""download: bring a stored version to this machine, from the nearest region whose bytes are right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from waybill.commands.bring import Brought, RegionFault, bring
from waybill.commands.find import Shelf, Shelves, everywhere_stored, no_such_version, open_shelves, resolve
from waybill.commands.observe import bucket_of
from waybill.commands.offers import Offer, look
from waybill.commands.refusal import together
from waybill.commands.target import Target, Wants, reach
from waybill.commands.tools import Tools
from waybill.commands.wants import reading
from waybill.domain.calls import READ_CALLS, On
from waybill.domain.download import Downloaded, DownloadRequest, Proof
from waybill.domain.filenames import stored_name_fault
from waybill.domain.names import Keys
from waybill.domain.nearest import nearest_first
from waybill.domain.result import Outcome, RegionResult, Result
from waybill.domain.selector import Exactly, Named
from waybill.domain.versions import Version
from waybill.domain.waybill import Waybill
from waybill.errors import ArtifactError, Cancelled, ExitCode, Fault, InputError, WaybillError, exit_code_of
from waybill.progress import RegionEnded, Started, Step, Stepped, Warned


def download(request: DownloadRequest, tools: Tools) -> Result:
    """Download one version. Raises a `WaybillError` where it is not known which, or nobody stores it."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Downloading {request.project} {request.wanted_text}"))
    target = reach(request, _wants(request), tools)
    version, shelves = _meant(request, target, tools)
    search = _Search(request, target, version, tools, shelves, started)
    try:
        result = search.run()
    except Cancelled as error:
        return search.failed(_cancelled(error))
    except OSError as error:
        return search.failed(_unwritable(request, error))
    except WaybillError as error:
        return search.failed(error)
    if result is not None:
        return result
    shelves = shelves or open_shelves(target, tools)
    raise no_such_version("version", version.text, request.project, everywhere_stored(request.project, shelves))


@dataclass(slots=True)
class _Search:
    """One region after the other, until one has it. `ends` are those that were tried, in order."""

    request: DownloadRequest
    target: Target
    version: Version
    tools: Tools
    shelves: Shelves | None
    started: float
    ends: dict[str, RegionResult] = field(default_factory=dict)
    faults: list[WaybillError] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    known: Waybill | None = None
    begun: float = 0.0

    @property
    def keys(self) -> Keys:
        return Keys(self.target.organisation.key_prefix, self.request.project, self.version)

    def run(self) -> Result | None:
        """Return how it ended; None where every region says that it has no such version, and no channel names it."""
        for offer in self._offers():
            try:
                name = offer.file_name() if self.request.restore is not False else None
            except Cancelled:
                raise
            except WaybillError as error:
                self._pass_over(offer.region, error, offer)
                continue
            name = self._may_be(name)
            expected = offer.expected(self.known)
            try:
                brought = bring(
                    offer, expected, self.request.target(self.version, name), self.request.limits, self.tools
                )
            except RegionFault as fault:
                self._pass_over(offer.region, fault.error, offer)
                continue
            return self._done(offer, brought, name, expected.proof)
        if len(self.absent) == len(self.ends) and isinstance(self.request.wanted, Exactly):
            return None
        return self.failed(together(self.faults))

    def _offers(self) -> Iterator[Offer]:
        """Yield what regions have, the nearest first; those without a waybill last, since it is what proves bytes."""
        bare: list[Offer] = []
        for region in nearest_first(self.target.organisation.regions, self.request.home):
            self.tools.cancellation.check()
            self.begun = self.tools.clock.monotonic()
            self.tools.reporter.tell(Stepped(region, Step.OBSERVE))
            try:
                offer = look(self._shelf(region), self.keys, self.target.owner)
            except Cancelled:
                raise
            except WaybillError as error:
                self._pass_over(region, error)
                continue
            if offer is None:
                self.absent.append(region)
                self._pass_over(region, self._absent(region))
            elif offer.waybill is None:
                bare.append(offer)
            else:
                self.known = self.known or offer.waybill
                yield offer
        for offer in bare:
            self.begun = self.tools.clock.monotonic()
            yield offer

    def _shelf(self, region: str) -> Shelf:
        if self.shelves is None:
            place = self.target.account.region(region)
            return Shelf(region=place, bucket=bucket_of(place, self.target))
        if region in self.shelves.errors:
            raise self.shelves.errors[region]
        return self.shelves.open[region]

    def _absent(self, region: str) -> ArtifactError:
        named = f" The channel {self.request.wanted_text} names it." if isinstance(self.request.wanted, Named) else ""
        return ArtifactError(
            f"{self.request.project} {self.version} is not stored in {region}.{named}",
            "`waybill status` shows what each region has.",
        )

    def _may_be(self, name: str | None) -> str | None:
        """Return the stored file name where it may be restored. Raises `ArtifactError` where it could do harm."""
        if name is None:
            if self.request.restore:
                rule = f"there is no file name stored with {self.request.project} {self.version}."
                raise InputError([Fault("filename", "true", rule, "false")], "Nothing was written.")
            return None
        if fault := stored_name_fault(name):
            raise ArtifactError(
                f"The file name stored with {self.request.project} {self.version} is refused: {name!r} {fault}.",
                "Say where the artifact goes: `to` with a file's name of your own.",
            )
        return name

    def _pass_over(self, region: str, error: WaybillError, offer: Offer | None = None) -> None:
        self.faults.append(error)
        self._end(region, Outcome.FAILED, offer, error)
        self.tools.reporter.tell(Warned(f"{region} was passed over: {error.what}"))

    def _end(self, region: str, outcome: Outcome, offer: Offer | None, error: WaybillError | None = None) -> None:
        self.ends[region] = RegionResult(
            region=region,
            outcome=outcome,
            account=self.target.owner,
            bucket=offer.bucket.name if offer else None,
            key=self.keys.artifact,
            version_id=offer.artifact.version_id if offer else None,
            error=error.what if error else None,
            advice=(error.advice or None) if error else None,
            exit_code=exit_code_of(error) if error else ExitCode.OK,
            seconds=self.tools.clock.monotonic() - self.begun,
        )
        self.tools.reporter.tell(RegionEnded(self.ends[region]))

    def _done(self, offer: Offer, brought: Brought, name: str | None, proof: Proof) -> Result:
        outcome = Outcome.CREATED if brought.changed else Outcome.ALREADY
        self._end(offer.region, outcome, offer)
        if offer.waybill is None and self.known is None:
            self.tools.reporter.tell(Warned(_weakly(self.request.project, self.version, proof)))
        path = self.request.told(self.request.target(self.version, name))
        return self._result(
            outcome,
            brought=brought,
            body=Downloaded(path=path, verified=proof, extracted=brought.entries),
        )

    def failed(self, error: WaybillError) -> Result:
        """Return the result of a download that brought nothing."""
        return self._result(Outcome.FAILED, error=error)

    def _result(
        self,
        outcome: Outcome,
        *,
        brought: Brought | None = None,
        body: Downloaded | None = None,
        error: WaybillError | None = None,
    ) -> Result:
        return Result(
            command="download",
            outcome=outcome,
            changed=outcome is Outcome.CREATED,
            exit_code=exit_code_of(error) if error else ExitCode.OK,
            project=self.request.project,
            version=self.version.text,
            sha256=brought.digests.sha256 if brought else None,
            size=brought.digests.size if brought else None,
            channel=None,
            key=self.keys.artifact,
            caller=self.target.caller.arn,
            regions=tuple(self.ends.values()),
            error=error.what if error else None,
            advice=(error.advice or None) if error else None,
            resume=None
            if error is None or isinstance(error, InputError | ArtifactError)
            else self.request.again or None,
            seconds=self.tools.clock.monotonic() - self.started,
            body=body,
        )


def _meant(request: DownloadRequest, target: Target, tools: Tools) -> tuple[Version, Shelves | None]:
    """Return the version; and the regions, where all of them had to be asked which it is."""
    if isinstance(request.wanted, Exactly):
        return request.wanted.version, None
    shelves = open_shelves(target, tools)
    return resolve(request.wanted, "version", request.project, shelves, tools), shelves


def _wants(request: DownloadRequest) -> Wants:
    if isinstance(request.wanted, Named):
        return reading(request, request.project, request.wanted.channel)
    return reading(request, request.project, calls=[call for call in READ_CALLS if call.on is not On.CHANNEL])


def _weakly(project: str, version: Version, proof: Proof) -> str:
    said = {
        Proof.SHA256: "They have the SHA-256 that S3 keeps of them.",
        Proof.CRC64NVME: "They have the size and the CRC64NVME that S3 reports: this tells accidents, not attackers.",
        Proof.SIZE: "Only their size could be compared: S3 has no checksum of the whole that can be.",
    }
    return f"No region has a waybill of {project} {version} to compare its bytes with. {said[proof]}"


def _cancelled(error: Cancelled) -> Cancelled:
    return Cancelled(
        "Cancelled before the end.",
        "Nothing stands under the final name that did not before. Run again.",
        signal_number=error.signal_number,
    )


def _unwritable(request: DownloadRequest, error: OSError) -> InputError:
    rule = f"cannot be written: {error.strerror or error}."
    return InputError([Fault("to", str(request.told(request.to)), rule)], "Nothing stands there that did not before.")
