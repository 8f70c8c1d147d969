"""The organisation configuration as it stands in every account and region, and what is, or was, to be done. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """One account, by its name in `waybill.yaml`, in one region."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


@dataclass(frozen=True, slots=True)
class Unread:
    """Why nobody knows what is stored: an error's sentence, its advice and its exit code."""

    error: str
    advice: str
    exit_code: int


Stored = str | Unread | None
"""What the parameter holds; None where there is none."""


class Standing(StrEnum):
    """How what is stored stands to `waybill.yaml`."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ABSENT = "absent"
    BROKEN = "broken"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


class Act(StrEnum):
    """What is to be done in one place."""

    NONE = "none"
    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run is asked to do beside looking. `repair` also replaces what is no JSON object."""

    write: bool = False
    repair: bool = False
    delete_from: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether anything would be written."""
        return self.write or self.repair or bool(self.delete_from)


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of the configuration: as it is stored (None: it is not there), and as `waybill.yaml` means it."""

    key: str
    stored: str | None
    wanted: str

    def to_json(self) -> dict[str, Any]:
        """Return the difference as a part of the result document."""
        return {"key": self.key, "stored": self.stored, "wanted": self.wanted}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One place: how it stands, what is to be done there (`act`, with `value` to put), and how that ended.

    `before` is the stored text; `kept` are keys that Waybill does not know and keeps. `refused` says why what was asked
    for is not done. `done` None: nothing was tried.
    """

    spot: Spot
    id: str
    standing: Standing
    act: Act = Act.NONE
    value: str = ""
    before: str | None = None
    differences: tuple[Difference, ...] = ()
    kept: tuple[str, ...] = ()
    refused: str = ""
    done: bool | None = None
    error: Unread | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the row as a part of the result document."""
        return {
            "account": self.spot.account,
            "account_id": self.id,
            "region": self.spot.region,
            "standing": self.standing.value,
            "act": self.act.value,
            "done": self.done,
            "differences": [one.to_json() for one in self.differences],
            "kept": list(self.kept),
            "before": self.before,
            "refused": self.refused or None,
            "error": self.error.error if self.error else None,
            "advice": self.error.advice or None if self.error else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Configurations:
    """The organisation configuration in every place: the body of the result. `wanted` is what `waybill.yaml` means."""

    parameter: str
    wanted: Mapping[str, str]
    rows: tuple[Row, ...]
    asked: Asked
    yes: bool

    @property
    def pending(self) -> tuple[Row, ...]:
        """The rows with something to do."""
        return tuple(row for row in self.rows if row.act is not Act.NONE)

    @property
    def astray(self) -> tuple[Row, ...]:
        """The rows that are not now as `waybill.yaml` means them, or of which nobody knows."""
        return tuple(row for row in self.rows if not (row.done or _right(row)))

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {
            "configuration": {
                "parameter": self.parameter,
                "wanted": dict(self.wanted),
                "places": [row.to_json() for row in self.rows],
            }
        }


def _right(row: Row) -> bool:
    return row.standing is Standing.AGREES
