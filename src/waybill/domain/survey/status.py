"""What `status` shows: accounts by projects by channels by regions, typed, so that every face draws the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from waybill.domain.request import KmsChoice, Place
from waybill.domain.survey.standing import ProjectStatus
from waybill.domain.waybill import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRequest:
    """One `status`. `projects` empty: every project that has versions or channels. `places` are the accounts.

    `check`: exit 6 where anything needs attention. `again` is the command line that repairs.
    """

    places: tuple[Place, ...]
    projects: tuple[str, ...] = ()
    repair: bool = False
    dry_run: bool = False
    check: bool = False
    kms: KmsChoice = field(default_factory=KmsChoice)
    origin: Origin = field(default_factory=Origin)
    again: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadStatus:
    """A multipart upload that was neither completed nor aborted; `stale` where it began over an hour ago.

    `project` is the one whose version the key names.
    """

    region: str
    bucket: str
    key: str
    begun: str
    stale: bool
    project: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "region": self.region,
            "bucket": self.bucket,
            "key": self.key,
            "begun": self.begun,
            "stale": self.stale,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """What could not be read, and why: `region` empty means the whole account."""

    region: str
    what: str
    error: str
    advice: str = ""
    exit_code: int = 9

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"region": self.region or None, "what": self.what, "error": self.error, "advice": self.advice or None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatus:
    """One account. `account` and `caller` are empty where it could not be entered; `role` is what was to be assumed."""

    role: str
    account: str = ""
    caller: str = ""
    regions: tuple[str, ...] = ()
    projects: tuple[ProjectStatus, ...] = ()
    uploads: tuple[UploadStatus, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def name(self) -> str:
        """What to call it."""
        return self.account or self.role

    def to_json(self) -> dict[str, Any]:
        """Return the account's part of the result document."""
        return {
            "account": self.account or None,
            "role": self.role,
            "caller": self.caller or None,
            "regions": list(self.regions),
            "projects": [item.to_json() for item in self.projects],
            "unfinished_uploads": [item.to_json() for item in self.uploads],
            "unreadable": [item.to_json() for item in self.unreadable],
        }


class Repaired(StrEnum):
    """How a step of a repair ended."""

    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"
    LEFT_ALONE = "left-alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairStatus:
    """One step of a repair, in words, and how it ended; `left-alone` is what needs a person, and why."""

    account: str
    project: str
    version: str | None
    channel: str | None
    what: str
    outcome: Repaired
    error: str | None = None
    advice: str | None = None
    exit_code: int = 0
    changed: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "account": self.account,
            "project": self.project,
            "version": self.version,
            "channel": self.channel,
            "what": self.what,
            "outcome": self.outcome.value,
            "error": self.error,
            "advice": self.advice,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All accounts at one moment (`at`, UTC). `repairs` is None unless a repair was asked for."""

    at: str
    accounts: tuple[AccountStatus, ...]
    repairs: tuple[RepairStatus, ...] | None = None

    @property
    def troubled(self) -> list[tuple[AccountStatus, ProjectStatus]]:
        """What needs attention."""
        return [(one, item) for one in self.accounts for item in one.projects if item.troubled]

    @property
    def unreadable(self) -> list[Unreadable]:
        """What could not be read anywhere."""
        return [item for one in self.accounts for item in one.unreadable]

    def with_repairs(self, repairs: tuple[RepairStatus, ...]) -> Status:
        """Return the same with what a repair did."""
        return replace(self, repairs=repairs)

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        members: dict[str, Any] = {"at": self.at, "accounts": [item.to_json() for item in self.accounts]}
        return members if self.repairs is None else members | {"repairs": [item.to_json() for item in self.repairs]}
