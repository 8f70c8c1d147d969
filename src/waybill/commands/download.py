"""download: bring a stored version to this machine, from the nearest region whose bytes are right."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.commands.account.catalogue import naming_projects
from waybill.commands.account.find import (
    Shelf,
    Shelves,
    everywhere_stored,
    no_such_version,
    open_shelves,
    refuse_pruned,
    resolve,
)
from waybill.commands.account.observe import bucket_of
from waybill.commands.account.target import Target, Wants, reach
from waybill.commands.account.wants import reading
from waybill.commands.retrieval.bring import RegionFault, bring
from waybill.commands.retrieval.holders import Holder, look_at_holder
from waybill.commands.retrieval.tried import Tried
from waybill.commands.together import together
from waybill.commands.tools import Tools, observing_once
from waybill.domain.calls import READ_CALLS, On
from waybill.domain.download import Downloaded, DownloadRequest, Proof
from waybill.domain.filenames import stored_name_fault
from waybill.domain.names import Keys
from waybill.domain.nearest import nearest_first
from waybill.domain.result import Result
from waybill.domain.selector import Exactly, Named
from waybill.domain.versions import Version
from waybill.domain.waybill import Waybill
from waybill.errors import ArtifactError, Cancelled, Fault, InputError, WaybillError
from waybill.progress import Started, Warned


def download(request: DownloadRequest, tools: Tools) -> Result:
    """Download one version. Raises a `WaybillError` where it is not known which, or nobody stores it."""
    if request.package is not None:
        from waybill.commands.retrieval.package import from_package  # noqa: PLC0415 - few downloads need it

        return from_package(request, request.package, tools)
    started, tools = tools.clock.monotonic(), observing_once(tools)
    tools.reporter.tell(Started(f"Downloading {request.project} {request.wanted_text}"))
    target = reach(request, _wants(request), tools)
    version, shelves = _meant(request, target, tools)
    tried = Tried(request, target, version, tools, started)
    try:
        result = _search(tried, shelves)
    except Cancelled as error:
        return tried.failed(_cancelled(error))
    except OSError as error:
        return tried.failed(_unwritable(request, error))
    except WaybillError as error:
        return tried.failed(error)
    if result is not None:
        return result
    if isinstance(request.wanted, Exactly):
        shelves = shelves or open_shelves(target, tools)
        refuse_pruned(Keys(target.organisation.key_prefix, request.project, version), shelves)
        with naming_projects(request, request.project, shelves, tools):
            raise no_such_version("version", version.text, request.project, everywhere_stored(request.project, shelves))
    return tried.failed(together(tried.faults))


def _meant(request: DownloadRequest, target: Target, tools: Tools) -> tuple[Version, Shelves | None]:
    """Return the version; and the regions, where all of them had to be asked which it is."""
    if isinstance(request.wanted, Exactly):
        return request.wanted.version, None
    shelves = open_shelves(target, tools)
    with naming_projects(request, request.project, shelves, tools):
        return resolve(request.wanted, "version", request.project, shelves, tools), shelves


def _search(tried: Tried, shelves: Shelves | None) -> Result | None:
    """Return how it ended; None where every region says that it has no such version."""
    known: Waybill | None = None
    for holder in _holders(tried, shelves):
        known = known or holder.waybill
        try:
            name = _stored_name(tried, holder)
            expected = holder.expected(known)
            target = tried.request.target(tried.version, name)
            brought = bring(holder, expected, target, tried.request.limits, tried.tools)
        except RegionFault as fault:
            tried.passed_over(holder.region, fault.error, holder)
            continue
        if known is None:
            tried.tools.reporter.tell(Warned(_weakly(tried, expected.proof)))
        path = tried.request.told(target)
        return tried.served(holder, brought, Downloaded(path=path, verified=expected.proof, extracted=brought.entries))
    return None if len(tried.absent) == len(tried.ends) else tried.failed(together(tried.faults))


def _holders(tried: Tried, shelves: Shelves | None) -> Iterator[Holder]:
    """Yield what regions have, the nearest first; those without a waybill last, since it is what proves bytes."""
    bare: list[Holder] = []
    for region in nearest_first(tried.target.organisation.regions, tried.request.home):
        tried.begin(region)
        try:
            holder = look_at_holder(_shelf(tried.target, shelves, region), tried.keys, tried.target.owner)
        except Cancelled:
            raise
        except WaybillError as error:
            tried.passed_over(region, error)
            continue
        if holder is None:
            tried.lacks(region)
        elif holder.waybill is None:
            bare.append(holder)
        else:
            yield holder
    for holder in bare:
        tried.begin(holder.region)
        yield holder


def _shelf(target: Target, shelves: Shelves | None, region: str) -> Shelf:
    if shelves is None:
        place = target.account.region(region)
        return Shelf(region=place, bucket=bucket_of(place, target))
    if region in shelves.errors:
        raise shelves.errors[region]
    return shelves.open[region]


def _stored_name(tried: Tried, holder: Holder) -> str | None:
    """Return the stored file name, where it is to be restored.

    Raises `ArtifactError` where it could do harm, `InputError` where it was asked for and there is none, `RegionFault`
    where the region does not tell it.
    """
    request = tried.request
    if request.restore is False:
        return None
    try:
        name = holder.file_name()
    except Cancelled:
        raise
    except WaybillError as error:
        raise RegionFault(error) from error
    if name is None and request.restore:
        rule = f"there is no file name stored with {request.project} {tried.version}."
        raise InputError([Fault("filename", "true", rule, "false")], "Nothing was written.")
    if name is not None and (fault := stored_name_fault(name)):
        raise ArtifactError(
            f"The file name stored with {request.project} {tried.version} is refused: {name!r} {fault}.",
            "Say where the artifact goes: `to` with a file's name of your own.",
        )
    return name


def _wants(request: DownloadRequest) -> Wants:
    if isinstance(request.wanted, Named):
        return reading(request, request.project, request.wanted.channel)
    return reading(request, request.project, calls=[call for call in READ_CALLS if call.on is not On.CHANNEL])


def _weakly(tried: Tried, proof: Proof) -> str:
    said = {
        Proof.SHA256: "They have the SHA-256 that S3 keeps of them.",
        Proof.CRC64NVME: "They have the size and the CRC64NVME that S3 reports: this tells accidents, not attackers.",
        Proof.SIZE: "Only their size could be compared: S3 reports no checksum of the whole.",
    }
    return f"No waybill of {tried.request.project} {tried.version} says what its bytes must be. {said[proof]}"


def _cancelled(error: Cancelled) -> Cancelled:
    return Cancelled(
        "Cancelled before the end.",
        "Nothing stands under the final name that did not before. Run again.",
        signal_number=error.signal_number,
    )


def _unwritable(request: DownloadRequest, error: OSError) -> InputError:
    rule = f"cannot be written: {error.strerror or error}."
    return InputError([Fault("to", str(request.told(request.to)), rule)], "Nothing stands there that did not before.")
