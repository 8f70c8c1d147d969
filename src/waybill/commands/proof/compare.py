"""The files of one S3 deploy action, compared with the staged artifact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from waybill.commands.proof.zipped import StagedArtifact, Zipped
from waybill.commands.tools import Tools, everywhere
from waybill.domain.deploy.compared import (
    Expected,
    FileChecksums,
    Kind,
    best,
    folder,
    report,
    to_compute,
    verdict,
)
from waybill.domain.deploy.files import DeployedFiles
from waybill.domain.deploy.pipeline import ActionDefinition
from waybill.domain.digests import MIB
from waybill.errors import AccessDenied
from waybill.ports.deployed import DeployedBucket
from waybill.transfer.checksums import checksum

AT_ONCE = 16
"""Objects that are asked about at once."""

MOST_LISTED = 100_000
"""Objects of a bucket that are listed; beyond it nobody looks for what is extra."""

MOST_READ = 64 * MIB
"""Bytes of objects that are read where S3 knows no checksum of theirs."""


@dataclass(slots=True)
class Listing:
    """What lies in the folder: `sizes` of what was to be there, `extra` what was not; `whole`: it was not too much."""

    sizes: dict[str, int] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    whole: bool = True


def compare_files(action: ActionDefinition, bucket: DeployedBucket, zipped: Zipped, tools: Tools) -> DeployedFiles:
    """Compare a folder with a zip. Raises `AccessDenied` where the folder may not be listed."""
    before = folder(action)
    wanted: dict[str, list[Expected]] = {}
    for file in zipped.files:
        wanted.setdefault(file.name, []).append(file)
    listing = _list(bucket, before, wanted.keys(), zipped.others, tools)
    asked = [name for name in wanted if not listing.whole or _worth_asking(wanted[name], listing.sizes.get(name))]
    found, denied = _ask(bucket, {name: before + name for name in asked}, tools)
    if denied is not None and not listing.whole:
        raise denied
    for name in wanted.keys() - found.keys():
        size = listing.sizes.get(name)
        found[name] = None if size is None else FileChecksums(size=size)
    own = _compute(wanted, found, zipped)
    notes = list(zipped.notes)
    denied = denied or _read(bucket, before, wanted, found, tools)
    if denied is not None:
        notes.append(f"Not every object may be read, so of some only the size was compared: {denied.what}")
    if not listing.whole:
        notes.append(f"The bucket holds more than {MOST_LISTED:,} objects there, and what is extra was not looked for.")
    verdicts = {
        name: best(verdict(file, found[name], own.get(file.number, {})) for file in files)
        for name, files in wanted.items()
    }
    return report(action, verdicts, extra=listing.extra if listing.whole else (), notes=notes)


def compare_whole(
    action: ActionDefinition, bucket: DeployedBucket, artifact: StagedArtifact, tools: Tools
) -> DeployedFiles:
    """Compare the one object of an action that does not unpack. Raises `AccessDenied` where it may not be asked for."""
    from base64 import b64decode  # noqa: PLC0415

    digests = artifact.digests
    known = {Kind.SHA256: digests.sha256, Kind.CRC64NVME: b64decode(digests.crc64nvme).hex()}
    file = Expected(name=action.key, size=digests.size, known=known)
    found = bucket.checksums(action.key)
    kind = to_compute(file, found)
    computed: dict[Kind, str] = {}
    if kind is not None:
        computed[kind] = checksum(kind, _checked(artifact.stream(0, digests.size), tools))
    elif found is not None and not found.known and found.size == file.size <= MOST_READ:
        read = checksum(Kind.SHA256, _checked(bucket.stream(action.key), tools))
        found = FileChecksums(size=found.size, known={Kind.SHA256: read})
    return report(action, {file.name: verdict(file, found, computed)})


def _list(bucket: DeployedBucket, before: str, wanted: Iterable[str], others: frozenset[str], tools: Tools) -> Listing:
    listing, names = Listing(), frozenset(wanted)
    for number, entry in enumerate(bucket.files(before)):
        tools.cancellation.check()
        if number >= MOST_LISTED:
            listing.whole = False
            break
        name = entry.key[len(before) :]
        if name in names:
            listing.sizes[name] = entry.size
        # The console makes an empty object for a folder.
        elif name not in others and not (entry.key.endswith("/") and not entry.size):
            listing.extra.append(name)
    return listing


def _worth_asking(files: Sequence[Expected], size: int | None) -> bool:
    return bool(size) and any(file.size == size for file in files)


def _ask(
    bucket: DeployedBucket, keys: Mapping[str, str], tools: Tools
) -> tuple[dict[str, FileChecksums | None], AccessDenied | None]:
    """Ask for the checksums of all keys. After one refusal the rest is not asked for."""
    refusals: list[AccessDenied] = []

    def ask(name: str) -> FileChecksums | None:
        tools.cancellation.check()
        if refusals:
            raise refusals[0]
        try:
            return bucket.checksums(keys[name])
        except AccessDenied as error:
            refusals.append(error)
            raise

    names = list(keys)
    # One first: where that is refused, thousands would be.
    found, errors = everywhere(ask, names[:1])
    more, more_errors = everywhere(ask, names[1:], limit=AT_ONCE)
    for error in (*errors.values(), *more_errors.values()):
        if not isinstance(error, AccessDenied):
            raise error
    return {**found, **more}, refusals[0] if refusals else None


def _compute(
    wanted: Mapping[str, Sequence[Expected]], found: Mapping[str, FileChecksums | None], zipped: Zipped
) -> dict[int, dict[Kind, str]]:
    """Return the checksums, by the entry's number, that are to be read from the zip: in its own order."""
    needed = {
        file.number: (file, kind)
        for name, files in wanted.items()
        for file in files
        if (kind := to_compute(file, found[name])) is not None
    }
    return {number: {kind: zipped.digest(file, kind)} for number, (file, kind) in sorted(needed.items())}


def _read(
    bucket: DeployedBucket,
    before: str,
    wanted: Mapping[str, Sequence[Expected]],
    found: dict[str, FileChecksums | None],
    tools: Tools,
) -> AccessDenied | None:
    """Find the CRC32 of objects of which S3 knows no checksum, read as long as they are few bytes in all.

    Returns the refusal, where they may not be read.
    """
    total = 0
    for name in sorted(wanted):
        one = found[name]
        if one is None or one.known or not one.size or not any(file.known for file in wanted[name]):
            continue
        if all(file.size != one.size for file in wanted[name]):
            continue
        total += one.size
        if total > MOST_READ:
            break
        try:
            crc = checksum(Kind.CRC32, _checked(bucket.stream(before + name), tools))
        except AccessDenied as error:
            return error
        found[name] = FileChecksums(size=one.size, known={Kind.CRC32: crc})
    return None


def _checked(chunks: Iterable[bytes], tools: Tools) -> Iterable[bytes]:
    for chunk in chunks:
        tools.cancellation.check()
        yield chunk
