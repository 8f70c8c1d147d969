"""The tombstone: what a prune leaves in the place of a version, so that it never comes back as something else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from waybill.domain import stored
from waybill.domain.versions import Version
from waybill.errors import PrunedError

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What was deleted (SHA-256 in hex, size in bytes), by whom, when (ISO 8601 UTC), and why.

    It is create-only, and the same in every region unless two prunes ran at once.
    """

    project: str
    version: Version
    sha256: str
    size: int
    pruned_at: str
    pruned_by: str
    reason: str = ""

    def document(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "schema": SCHEMA,
            "project": self.project,
            "version": self.version.text,
            "sha256": self.sha256,
            "size": self.size,
            "pruned_at": self.pruned_at,
            "pruned_by": self.pruned_by,
            "reason": self.reason,
        }

    def to_bytes(self) -> bytes:
        """Return the canonical JSON: sorted keys, no spaces, UTF-8."""
        return json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")

    @classmethod
    def from_bytes(cls, raw: bytes) -> Tombstone:
        """Read a stored tombstone. Raises `ValueError` when it is not one that this release can read."""
        try:
            document = stored.load_object(raw)
            if document["schema"] != SCHEMA:
                raise ValueError(f"the tombstone has schema {document['schema']}; this release reads schema {SCHEMA}")
            return cls(
                project=stored.text(document["project"]),
                version=Version(stored.text(document["version"])),
                sha256=stored.text(document["sha256"]),
                size=stored.size(document["size"]),
                pruned_at=stored.text(document["pruned_at"]),
                pruned_by=stored.text(document["pruned_by"]),
                reason=stored.text(document["reason"]),
            )
        except KeyError as error:
            raise ValueError(f"not a tombstone: it has no {error}") from error

    def told(self) -> str:
        """Return who pruned it, when and why, as the end of a sentence."""
        return f"by {self.pruned_by or 'somebody'} at {self.pruned_at}{f' ({self.reason})' if self.reason else ''}"


def pruned(project: str, version: Version, raw: bytes, where: str) -> PrunedError:
    """Return the error for a version that is asked for again after it was pruned. `raw` is its stored tombstone."""
    try:
        told = Tombstone.from_bytes(raw).told()
    except ValueError:
        told = f"some time ago ({where} cannot be read)"
    return PrunedError(
        f"{project} {version} was pruned {told}; its tombstone stands as {where}.",
        "It is not staged again, not even with the same bytes, while a tombstone stands. Take another version.",
    )
