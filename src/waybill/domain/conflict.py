"""What is said of a conflict: both digests, who staged the stored one, and what to do (P2)."""

from __future__ import annotations

from collections.abc import Iterable

from waybill.domain.observation import Observation
from waybill.domain.plan import differences
from waybill.domain.waybill import Subject
from waybill.errors import ConflictError


def conflict(clashing: Iterable[Observation], subject: Subject) -> ConflictError:
    """Return the error for another artifact under this version, naming what each region holds."""
    stored: dict[str, list[str]] = {}
    names: dict[str, None] = {}
    for found in clashing:
        different = differences(found, subject)
        what = "; ".join([describe(found), *_values(found, different)])
        stored.setdefault(what, []).append(found.region)
        names |= dict.fromkeys(different)
    mine = subject.digests
    lines = [
        f"{subject.project} {subject.version} is stored already, and differs in {', '.join(names)}:",
        f"  here: {'; '.join([f'sha256 {mine.sha256}, {mine.size} bytes', *_mine(subject, list(names))])}",
        *(f"  {', '.join(regions)}: {what}" for what, regions in stored.items()),
    ]
    advice = "A stored version never changes; nothing was overwritten. Take the next version."
    if {"sha256", "crc64nvme", "size"} & set(names):
        advice += " A rebuild seldom gives the same bytes, so building this version again does not help."
    return ConflictError("\n".join(lines), advice)


def _values(found: Observation, names: list[str]) -> list[str]:
    """Return what is stored of those that are inputs, where the waybill tells."""
    return _mine(found.waybill.subject, names) if found.waybill is not None else []


def _mine(subject: Subject, names: list[str]) -> list[str]:
    values = {
        "content-type": subject.media_type,
        "filename": subject.file_name or "none",
        "metadata": " ".join(f"{key}={value[:80]}" for key, value in sorted(subject.metadata.items())) or "none",
    }
    return [f"{name} {values[name]}" for name in names if name in values]


def describe(found: Observation) -> str:
    """Return the best name of what is stored, and who staged it, as far as anything tells."""
    artifact, waybill = found.artifact, found.waybill
    sha256 = waybill.subject.digests.sha256 if waybill else (artifact.sha256 if artifact else None)
    size = artifact.size if artifact else (waybill.subject.digests.size if waybill else None)
    parts = [f"sha256 {sha256}"] if sha256 else []
    if artifact and not sha256:
        parts.append(f"CRC64NVME {artifact.crc64nvme or 'unknown'}")
    if size is not None:
        parts.append(f"{size} bytes")
    if waybill is None:
        return ", ".join(parts) or "other metadata"
    built = waybill.built_from
    who = " ".join(
        filter(None, (built.actor, built.repository, built.commit[:12], built.run_id and f"run {built.run_id}"))
    )
    return ", ".join([*parts, f"staged {waybill.staged_at}{f' by {who}' if who else ''}"])
