"""The waybill: the JSON record stored beside every staged version, create-only and canonical."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from waybill.domain import stored
from waybill.domain.digests import Digests
from waybill.domain.metadata import document as metadata_document
from waybill.domain.versions import Version

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an artifact was built. Every field may be empty (a laptop has no workflow); none holds a secret."""

    repository: str = ""
    commit: str = ""
    ref: str = ""
    workflow: str = ""
    run_id: str = ""
    attempt: str = ""
    actor: str = ""
    runner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What sameness is judged by. Two waybills with the same subject speak of the same artifact."""

    project: str
    version: Version
    digests: Digests
    media_type: str
    file_name: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)

    def differences(self, other: Subject) -> list[str]:
        """Return the names of what differs, those of the inputs where one says it; empty when they are the same."""
        pairs = (
            ("project", self.project, other.project),
            ("version", self.version, other.version),
            ("sha256", self.digests.sha256, other.digests.sha256),
            ("crc64nvme", self.digests.crc64nvme, other.digests.crc64nvme),
            ("size", self.digests.size, other.digests.size),
            ("content-type", self.media_type, other.media_type),
            ("filename", self.file_name, other.file_name),
            ("metadata", dict(self.metadata), dict(other.metadata)),
        )
        return [name for name, mine, theirs in pairs if mine != theirs]

    def document(self) -> bytes | None:
        """Return the metadata document that belongs to this artifact, None where it has no metadata."""
        return metadata_document(self.metadata, self.file_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waybill:
    """A subject, where it was built, when it was staged (UTC, ISO 8601), and the digests of earlier waybills."""

    subject: Subject
    built_from: Origin
    staged_at: str
    chain: tuple[Mapping[str, Any], ...] = ()

    def document(self) -> dict[str, Any]:
        """Return what is stored."""
        subject = self.subject
        return {
            "schema": SCHEMA,
            "project": subject.project,
            "version": subject.version.text,
            "sha256": subject.digests.sha256,
            "crc64nvme": subject.digests.crc64nvme,
            "size": subject.digests.size,
            "media_type": subject.media_type,
            "file_name": subject.file_name,
            "metadata": dict(subject.metadata),
            "built_from": asdict(self.built_from),
            "staged_at": self.staged_at,
            "chain": [dict(link) for link in self.chain],
        }

    def to_bytes(self) -> bytes:
        """Return the canonical JSON: sorted keys, no spaces, UTF-8."""
        return json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")

    @classmethod
    def from_bytes(cls, raw: bytes) -> Waybill:
        """Read a stored waybill. Raises `ValueError` when it is none, or of a schema this release cannot read."""
        try:
            document = stored.load_object(raw)
            schema = document["schema"]
            if schema != SCHEMA:
                raise ValueError(f"the waybill has schema {schema}; this release reads schema {SCHEMA}")
            subject = Subject(
                project=stored.text(document["project"]),
                version=Version(stored.text(document["version"])),
                digests=Digests(
                    stored.text(document["sha256"]), stored.text(document["crc64nvme"]), stored.size(document["size"])
                ),
                media_type=stored.text(document["media_type"]),
                file_name=None if document["file_name"] is None else stored.text(document["file_name"]),
                metadata=stored.texts(document["metadata"]),
            )
            built_from = stored.table(document["built_from"])
            return cls(
                subject=subject,
                built_from=Origin(**{name: stored.text(built_from.get(name, "")) for name in Origin.__slots__}),
                staged_at=stored.text(document["staged_at"]),
                chain=tuple(stored.table(link) for link in stored.items(document["chain"])),
            )
        except KeyError as error:
            raise ValueError(f"not a waybill: it has no {error}") from error


def digest(raw: bytes) -> str:
    """Return a waybill's own digest: the SHA-256 of its stored bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()
