"""What `versions`, and `info` of a whole project, show: typed, so that every face draws the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.domain.pruning.tombstone import Tombstone
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One version. `size` in bytes, None where nothing says it; `staged_at` ISO 8601 UTC.

    `built_from` is None where there is no waybill: only Startifact staged it, or it cannot be read (`trouble`).
    `channels` are those that name it, with the regions that say so; `regions` those that hold it whole, `partial` those
    that hold a part, `different` those whose artifact has another size than the waybill says, or most regions have.
    `pruned` says whether a tombstone stands; `tombstone` what it says, where that can be read.
    """

    version: Version
    size: int | None
    staged_at: str
    built_from: Origin | None
    channels: Mapping[str, tuple[str, ...]]
    regions: tuple[str, ...]
    partial: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    pruned: bool = False
    tombstone: Tombstone | None = None
    trouble: str | None = None

    @property
    def by(self) -> str:
        """Who staged it: the actor, and the repository where that is known."""
        built = self.built_from
        if built is None:
            return ""
        return " ".join(filter(None, (built.actor, built.repository and f"({built.repository})")))

    def to_json(self) -> dict[str, Any]:
        """Return the row's part of the result document."""
        built = self.built_from
        return {
            "version": self.version.text,
            "size": self.size,
            "staged_at": self.staged_at or None,
            "staged_by": built.actor or None if built else None,
            "repository": built.repository or None if built else None,
            "commit": built.commit or None if built else None,
            "channels": {name: list(regions) for name, regions in self.channels.items()},
            "regions": list(self.regions),
            "partial": list(self.partial),
            "different": list(self.different),
            "waybill": built is not None,
            "pruned": self.tombstone.document() if self.tombstone else {} if self.pruned else None,
            "trouble": self.trouble,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A project in one account. `rows` are the highest versions that left a trace, of `total`; `pruned` of them gone.

    `regions` are those of the configuration, `silent` those that did not answer. `channels` is what each channel names,
    region by region of those that answered, None where it is absent. `brief` leaves out what `versions` is there for.
    """

    project: str
    rows: tuple[Row, ...]
    total: int
    pruned: int
    regions: tuple[str, ...]
    silent: tuple[str, ...]
    channels: Mapping[str, Mapping[str, str | None]]
    brief: bool = False

    @property
    def answered(self) -> int:
        """How many regions answered."""
        return len(self.regions) - len(self.silent)

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {
            "versions": [row.to_json() for row in self.rows],
            "total": self.total,
            "pruned": self.pruned,
            "channels": {name: dict(values) for name, values in self.channels.items()},
            "regions": [{"region": name, "answered": name not in self.silent} for name in self.regions],
        }
