"""What the source account offers of one version: which regions hold it whole, and that they agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waybill.commands.find import Shelf, Shelves, everywhere_stored, no_such_version
from waybill.commands.material import BYTES, Material, body_of, holds_whole
from waybill.commands.observe import SMALL, read_waybill, with_known_digest
from waybill.commands.refusal import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.digests import PART, Digests
from waybill.domain.metadata import split_document
from waybill.domain.names import Keys
from waybill.domain.observation import Observation, Stored
from waybill.domain.plan import damage
from waybill.domain.versions import Version
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError, WaybillError
from waybill.ports import CopySource
from waybill.progress import Step, Stepped
from waybill.transfer.feed import Feed
from waybill.transfer.source import StoredSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A version as the source account holds it.

    `holders` are the regions that hold it whole, in the configuration's order; `waybill` the stored bytes of the
    waybill that was first, None where only Startifact staged it.
    """

    account: str
    keys: Keys
    subject: Subject
    waybill: bytes | None
    holders: Mapping[str, Shelf]
    found: Mapping[str, Observation]

    def nearest(self, region: str) -> str:
        """Return the region to take the bytes from: the same one where it has them."""
        return region if region in self.holders else next(iter(self.holders))

    def copy_source(self, region: str) -> CopySource:
        """Return the object that `region` copies from."""
        name = self.nearest(region)
        artifact = self.artifact(name)
        return CopySource(
            bucket=self.holders[name].bucket.name,
            owner=self.account,
            region=name,
            key=self.keys.artifact,
            version_id=artifact.version_id,
            size=artifact.size,
        )

    def artifact(self, region: str) -> Stored:
        """Return the artifact that a holder holds."""
        artifact = self.found[region].artifact
        if artifact is None:
            raise RuntimeError(f"{region} holds nothing")
        return artifact

    def material(self, *, needed: bool, region: str | None = None) -> Material:
        """Return what is relayed through the runner; nothing is read where nothing is needed.

        `region` is the one that is written too, where source and target are one account. Raises `ArtifactError` where
        the bytes are not what the waybill says.
        """
        name = region or next(iter(self.holders))
        shelf, size = self.holders[name], self.subject.digests.size
        body = body_of(shelf.bucket, self.keys.artifact, self.subject, name) if needed and size <= PART else None
        source = StoredSource(shelf.bucket, self.keys.artifact, size)
        if needed and body is None:
            source.begin()
        return Material(
            source=source,
            media_type=self.subject.media_type,
            file_name=self.subject.file_name,
            metadata=self.subject.metadata,
            body=body,
            subject=self.subject,
            region=region,
        )


def look_at_source(project: str, version: Version, wanted_by: str, shelves: Shelves, tools: Tools) -> Offer:
    """Return what the source offers. Raises `ArtifactError` for what is damaged or differs, `InputError` where it is
    not stored at all; the nearest versions that are stored are named then.
    """
    target = shelves.target
    keys = Keys(target.organisation.key_prefix, project, version)

    def look(region: str) -> Observation:
        tools.cancellation.check()
        bucket = shelves.open[region].bucket
        raw = bucket.read(keys.waybill, limit=SMALL)
        found = Observation(
            region=region,
            account=target.owner,
            bucket=bucket.name,
            kms_key=None,
            artifact=bucket.head(keys.artifact),
            metadata=bucket.read(keys.metadata, limit=SMALL),
            waybill_raw=raw,
            waybill=read_waybill(raw, f"s3://{bucket.name}/{keys.waybill} in {region}"),
        )
        return with_known_digest(found)

    found, errors = everywhere(look, list(shelves.open))
    broken = [error for error in errors.values() if isinstance(error, ArtifactError)]
    broken += [error for error in map(damage, found.values()) if error is not None]
    if broken:
        raise together(broken)
    if not found:
        raise together([*errors.values(), *shelves.errors.values()])
    if not any(item.artifact for item in found.values()):
        raise _absent(project, version, wanted_by, shelves, errors)
    return _offer(keys, shelves, found, tools)


def _absent(
    project: str, version: Version, wanted_by: str, shelves: Shelves, errors: Mapping[str, WaybillError]
) -> WaybillError:
    silent = [*errors.values(), *shelves.errors.values()]
    if silent:  # it may lie where nobody could look
        return together(silent)
    return no_such_version(wanted_by, version.text, project, everywhere_stored(project, shelves) - {version})


def _offer(keys: Keys, shelves: Shelves, found: Mapping[str, Observation], tools: Tools) -> Offer:
    project, version = keys.project, keys.version
    holders = {name: item for name, item in found.items() if holds_whole(item, project, version)}
    first = _first(holders.values())
    if first is None and any(item.waybill for item in found.values()):
        raise ArtifactError(
            f"No region of account {shelves.target.owner} holds {project} {version} whole.",
            "Finish it there first (`waybill stage --resume`, or `waybill status --repair`), and run again.",
        )
    if first is not None and first.waybill is not None:
        subject, waybill = first.waybill.subject, first.waybill_raw
        _refuse_differing(subject, holders.values())
    else:
        holders = {name: item for name, item in found.items() if item.artifact is not None}
        subject, waybill = _hashed(keys, shelves, holders, tools), None
    order = [name for name in shelves.target.organisation.regions if name in holders]
    return Offer(
        account=shelves.target.owner,
        keys=keys,
        subject=subject,
        waybill=waybill,
        holders={name: shelves.open[name] for name in order},
        found=found,
    )


def _first(holders: Iterable[Observation]) -> Observation | None:
    known = [(item.waybill.staged_at, number, item) for number, item in enumerate(holders) if item.waybill is not None]
    return min(known, key=lambda one: one[:2])[2] if known else None


def _refuse_differing(subject: Subject, holders: Iterable[Observation]) -> None:
    for item in holders:
        differing = item.waybill.subject.differences(subject) if item.waybill else []
        if differing:
            raise ArtifactError(
                f"The regions of account {item.account} hold different things as {subject.project} {subject.version}: "
                f"in {item.region} {', '.join(differing)} differ.",
                "Nothing was promoted. Look at `waybill info`, and take the next version.",
            )


def _hashed(keys: Keys, shelves: Shelves, holders: Mapping[str, Observation], tools: Tools) -> Subject:
    """Read what only Startifact staged once, to know what it is."""
    name, found = next(iter(holders.items()))
    artifact = found.artifact
    if artifact is None:
        raise RuntimeError(f"{name} holds nothing")
    tools.reporter.tell(Stepped(name, Step.READ_BACK))
    source = StoredSource(shelves.open[name].bucket, keys.artifact, artifact.size)
    digests = Feed(source, part_bytes=PART, lanes=(), buffers=2, check=tools.cancellation.check).run()
    subject = _startifact_subject(keys, digests, found)
    for other in holders.values():
        _refuse_other(subject, other)
    return subject


def _startifact_subject(keys: Keys, digests: Digests, found: Observation) -> Subject:
    project, version = keys.project, keys.version
    try:
        metadata, file_name = split_document(found.metadata)
    except ValueError as error:
        raise ArtifactError(
            f"The metadata of {project} {version} in {found.region} cannot be read: {error}.", "Nothing was promoted."
        ) from error
    return Subject(
        project=project, version=version, digests=digests, media_type=BYTES, file_name=file_name, metadata=metadata
    )


def _refuse_other(subject: Subject, found: Observation) -> None:
    """Raise where another region's artifact, which Startifact uploaded by itself, cannot be the same."""
    mine, theirs = subject.digests, found.artifact
    if theirs is None:
        return
    pairs = ((theirs.size, mine.size), (theirs.sha256, mine.sha256), (theirs.crc64nvme, mine.crc64nvme))
    if any(one is not None and one != other for one, other in pairs):
        raise ArtifactError(
            f"The regions hold different bytes as {subject.project} {subject.version}: {found.region} has others.",
            "Nothing was promoted. Take the next version.",
        )
