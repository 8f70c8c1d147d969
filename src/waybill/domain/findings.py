"""What a look at an account, or at a thing in it, found: one value a check, with what mends it. Pure.

Whoever may not look finds `unknown`, and never `fail`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unseen:
    """A fact that could not be looked at, and why. `silent`: nobody answered; `refused`: whoever asked may not.

    `advice` is what to do about a refusal: who allows it, by which statement.
    """

    why: str
    silent: bool = False
    refused: bool = False
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """A fact."""

    value: T


def is_silent(fact: Seen[T] | Unseen | None) -> bool:
    """Whether nobody answered who would know a fact."""
    return isinstance(fact, Unseen) and fact.silent


class Verdict(StrEnum):
    """What a check came to, the worst first."""

    FAIL = "fail"
    WARN = "warn"
    UNKNOWN = "unknown"
    PASS = "pass"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's end. `check` names it, `says` is a sentence, `mend` what to do (empty where nothing is to be done).

    `account` is a name of `waybill.yaml`, `region` is empty for what has none, `subject` is the thing looked at.
    `owner` is the number of the account in which it is mended, `seen_as` the ARN of who looked there, `note` what is
    said of a command; all empty where there is nothing to say.
    """

    check: str
    verdict: Verdict
    says: str
    mend: str = ""
    account: str = ""
    region: str = ""
    subject: str = ""
    owner: str = ""
    seen_as: str = ""
    note: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing is to be done."""
        return self.verdict is Verdict.PASS

    def to_json(self) -> dict[str, Any]:
        """Return the finding as a part of the result document."""
        return {
            "check": self.check,
            "verdict": self.verdict.value,
            "account": self.account or None,
            "region": self.region or None,
            "subject": self.subject or None,
            "says": self.says,
            "mend": self.mend or None,
            "mend_account": (self.owner or None) if self.mend else None,
            "mend_note": self.note or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The body of a verb that only looks: everything that was found, good or bad."""

    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether anything must be mended."""
        return any(one.verdict is Verdict.FAIL for one in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {
            "counts": {verdict.value: number for verdict, number in counted(self.findings).items()},
            "findings": [one.to_json() for one in self.findings],
        }


def counted(findings: Iterable[Finding]) -> dict[Verdict, int]:
    """Return how many of each verdict there are, the worst first."""
    found = [one.verdict for one in findings]
    return {verdict: found.count(verdict) for verdict in Verdict}
