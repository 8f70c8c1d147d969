"""What is sent to CodeArtifact: an artifact, its metadata, its waybill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from waybill.commands.tools import Tools
from waybill.domain.packages.version import METADATA, WAYBILL, PackageId, asset_name
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError
from waybill.ports.packages import NewAsset, Put
from waybill.progress import Sent

NAME = "CodeArtifact"
"""What stands in the place of a region where progress is told."""

Chunks = Callable[[], Iterable[bytes | memoryview]]
"""Yields the artifact's bytes, anew whenever it is called."""


def assets_of(subject: Subject, waybill: bytes, chunks: Chunks) -> dict[str, NewAsset]:
    """Return the assets of a version by their names, in the order in which they are published."""
    size, sha256 = subject.digests.size, subject.digests.sha256
    found = [NewAsset(name=asset_name(subject), size=size, sha256=sha256, chunks=chunks)]
    if (document := subject.document()) is not None:
        found.append(_small(METADATA, document))
    return {one.name: one for one in (*found, _small(WAYBILL, waybill))}


def watched(chunks: Chunks, size: int, tools: Tools) -> Chunks:
    """Return the same bytes; while they are sent it is told how far they are, and a run that is cancelled ends."""

    def told() -> Iterator[bytes | memoryview]:
        done = 0
        for chunk in chunks():
            tools.cancellation.check()
            yield chunk
            done += len(chunk)
            tools.reporter.tell(Sent(NAME, done, size))

    return told


def refuse_other(package: PackageId, asset: NewAsset, put: Put) -> None:
    """Raise `ArtifactError` where CodeArtifact has other bytes than were sent."""
    if put.sha256 != asset.sha256:
        raise ArtifactError(
            f"{asset.name} of {package.where} is not what was sent: CodeArtifact says that its SHA-256 is "
            f"{put.sha256 or 'not known'}, not {asset.sha256}.",
            "No channel was moved. Take the next version.",
        )


def _small(name: str, body: bytes) -> NewAsset:
    return NewAsset(name=name, size=len(body), sha256=hashlib.sha256(body).hexdigest(), chunks=partial(iter, (body,)))
