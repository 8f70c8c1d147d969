"""download from CodeArtifact: a version that was published there, proved by the waybill that lies beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from waybill.commands.account.catalogue import naming_projects
from waybill.commands.account.find import no_such_version, open_shelves, resolve
from waybill.commands.account.target import Target, Wants, reach
from waybill.commands.account.version import SMALL, read_waybill
from waybill.commands.account.wants import reading
from waybill.commands.retrieval.bring import Brought, RegionFault, bring
from waybill.commands.tools import Tools
from waybill.domain.calls import READ_CALLS, On
from waybill.domain.digests import Digests
from waybill.domain.download import Downloaded, DownloadRequest, Expected, Proof
from waybill.domain.filenames import stored_name_fault
from waybill.domain.packages.result import PackageResult
from waybill.domain.packages.version import WAYBILL, PackageId, PackagePlace, StoredPackage, asset_name
from waybill.domain.result import Outcome, Result
from waybill.domain.selector import Exactly, Named, highest
from waybill.domain.versions import Version, parse_or_none
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError, ExitCode, Fault, InputError, WaybillError, exit_code_of
from waybill.ports.packages import Packages
from waybill.progress import Started, Step, Stepped
from waybill.transfer.fetch import Stream, in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageHolder:
    """Implements `holders.Offering`: an asset that the package's waybill speaks of."""

    region: str
    where: str
    stream: Stream
    says: str = "its waybill says"
    connections: int = 1

    def unchanged(self) -> None:
        """A published version never changes."""


def from_package(request: DownloadRequest, place: PackagePlace, tools: Tools) -> Result:
    """Download one version. Raises a `WaybillError` where it is not known which, or it is not there."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Downloading {request.project} {request.wanted_text} from CodeArtifact"))
    target = reach(request, _wants(request, place), tools)
    package = place.package(request.project, "*", account=target.owner, region=target.organisation.regions[0])
    packages = target.account.packages(package.region)
    tools.reporter.tell(Stepped(package.region, Step.OBSERVE))
    version = _version(request, package, packages, target, tools)
    package = replace(package, version=version.text)
    found = packages.look(package)
    if found is None:
        raise no_such_version("version", version.text, request.project, _versions(package, packages))
    end = PackageResult(
        package=package,
        arn=package.arn(target.caller.partition),
        outcome=Outcome.FAILED,
        status=found.status,
        revision=found.revision,
        assets=tuple(sorted(found.assets)),
    )
    more: dict[str, Any] = {}
    try:
        subject = _subject(package, found, packages)
        brought, body = _brought(request, package, subject, packages, tools)
        end = replace(end, outcome=Outcome.CREATED if brought.changed else Outcome.ALREADY)
        more = {"body": body, "digests": brought.digests}
    except WaybillError as error:
        end, more = end.failed(error), {"exit_code": exit_code_of(error)}
    except OSError as error:
        rule = f"cannot be written: {error.strerror or error}."
        wrong = InputError([Fault("to", str(request.told(request.to)), rule)], "Nothing stands there that did not.")
        end, more = end.failed(wrong), {"exit_code": ExitCode.INPUT}
    seconds = tools.clock.monotonic() - started
    return _result(request, target, replace(end, seconds=seconds), version, seconds=seconds, **more)


def _wants(request: DownloadRequest, place: PackagePlace) -> Wants:
    if isinstance(request.wanted, Named):
        return reading(request, request.project, request.wanted.channel, package=place)
    configured = [call for call in READ_CALLS if call.on is On.CONFIGURATION]
    return reading(request, request.project, calls=configured, package=place)


def _version(request: DownloadRequest, package: PackageId, packages: Packages, target: Target, tools: Tools) -> Version:
    """Return the version; channels are the account's own, ranges are of what is published."""
    wanted = request.wanted
    if isinstance(wanted, Exactly):
        return wanted.version
    if isinstance(wanted, Named):
        shelves = open_shelves(target, tools)
        with naming_projects(request, request.project, shelves, tools):
            return resolve(wanted, "version", request.project, shelves, tools)
    stored = _versions(package, packages)
    best = highest(wanted.range, stored)
    if best is None:
        raise no_such_version("version", wanted.range.text, request.project, stored)
    return best


def _versions(package: PackageId, packages: Packages) -> set[Version]:
    found = (parse_or_none(text) for text in packages.versions(package))
    return {version for version in found if version is not None}


def _brought(
    request: DownloadRequest, package: PackageId, subject: Subject, packages: Packages, tools: Tools
) -> tuple[Brought, Downloaded]:
    name = asset_name(subject)
    target = request.target(subject.version, _stored_name(request, subject))
    holder = PackageHolder(
        region=package.region,
        where=f"{name} of {package.where}",
        stream=in_order(packages.stream(package, name)),
    )
    digests = subject.digests
    expected = Expected(size=digests.size, sha256=digests.sha256, crc64nvme=digests.crc64nvme)
    try:
        brought = bring(holder, expected, target, request.limits, tools)
    except RegionFault as fault:
        raise fault.error from fault
    body = Downloaded(path=request.told(target), verified=Proof.SHA256, extracted=brought.entries)
    return brought, body


def _subject(package: PackageId, found: StoredPackage, packages: Packages) -> Subject:
    """Return what the package's waybill says. Raises `ArtifactError` where it has none, or has not what it says."""
    if not found.finished:
        raise ArtifactError(
            f"{package.where} is {found.status}.",
            "Run the stage or the promotion that publishes it again: it finishes there."
            if found.open
            else "Its assets cannot be read any more. Take it from the buckets (without `codeartifact`).",
        )
    raw = packages.read(package, WAYBILL, limit=SMALL) if WAYBILL in found.assets else None
    waybill = read_waybill(raw, f"{WAYBILL} of {package.where}")
    if waybill is None:
        raise ArtifactError(
            f"{package.where} has no {WAYBILL}, so that nothing says what its bytes must be.",
            "It was not published by Waybill. `aws codeartifact get-package-version-asset` reads it as it is.",
        )
    subject = waybill.subject
    if (subject.project, subject.version.text) != (package.name, package.version):
        said = f"The waybill of {package.where} is that of {subject.project} {subject.version}."
        raise ArtifactError(said, "Somebody else published it. Take the next version.")
    name, digests = asset_name(subject), subject.digests
    asset = found.assets.get(name)
    if asset is None or (asset.size, asset.sha256) != (digests.size, digests.sha256):
        has = f"has the SHA-256 {asset.sha256} there" if asset is not None else "is not there"
        raise ArtifactError(
            f"{name} of {package.where} {has}; its waybill says {digests.sha256}.",
            "Somebody else published it. Take the next version.",
        )
    return subject


def _stored_name(request: DownloadRequest, subject: Subject) -> str | None:
    """Return the stored file name, where it is to be restored."""
    name = subject.file_name if request.restore is not False else None
    if name is None and request.restore:
        rule = f"there is no file name stored with {subject.project} {subject.version}."
        raise InputError([Fault("filename", "true", rule, "false")], "Nothing was written.")
    if name is not None and (fault := stored_name_fault(name)):
        raise ArtifactError(
            f"The file name stored with {subject.project} {subject.version} is refused: {name!r} {fault}.",
            "Say where the artifact goes: `to` with a file's name of your own.",
        )
    return name


def _result(
    request: DownloadRequest,
    target: Target,
    end: PackageResult,
    version: Version,
    *,
    seconds: float,
    exit_code: ExitCode = ExitCode.OK,
    body: Downloaded | None = None,
    digests: Digests | None = None,
) -> Result:
    again = exit_code not in {ExitCode.OK, ExitCode.INPUT, ExitCode.ARTIFACT}
    return Result(
        command="download",
        outcome=Outcome.FAILED if end.error else end.outcome,
        changed=end.outcome is Outcome.CREATED,
        exit_code=exit_code,
        project=request.project,
        version=version.text,
        sha256=digests.sha256 if digests else None,
        size=digests.size if digests else None,
        channel=None,
        caller=target.caller.arn,
        error=end.error,
        advice=end.advice,
        resume=(request.again or None) if again else None,
        seconds=seconds,
        body=body,
        package=end,
    )
