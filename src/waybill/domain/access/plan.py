"""What changes of which policy documents, and how that ended: the body of the result of `access plan` and `apply`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from waybill.domain.access.needs import Need
from waybill.domain.access.refs import Live, Ref
from waybill.errors import ExitCode, WaybillError, exit_code_of


class Act(StrEnum):
    """What becomes of a document."""

    NOTHING = "nothing"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


class End(StrEnum):
    """What became of it."""

    PLANNED = "planned"
    WRITTEN = "written"
    DELETED = "deleted"
    ALREADY = "already"
    CONFLICT = "conflict"
    FAILED = "failed"
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPlan:
    """One document: as it is (None: there is none), as it is to be (None: it is to go), and what changes in words.

    `kept` counts the statements that are not ours. `words` are sentences, `notes` what else there is to know. `refused`
    says why this is not done, nor anything else of the plan.
    """

    ref: Ref
    before: Live | None
    after: str | None
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    kept: int = 0
    refused: str | None = None
    end: End = End.PLANNED
    revision: str | None = None
    error: str | None = None
    advice: str | None = None
    exit_code: ExitCode = ExitCode.OK

    @property
    def act(self) -> Act:
        """What becomes of it."""
        now = self.before.text if self.before else None
        if now == self.after:
            return Act.NOTHING
        if now is None:
            return Act.CREATE
        return Act.DELETE if self.after is None else Act.CHANGE

    def failed(self, error: WaybillError, end: End = End.FAILED) -> DocumentPlan:
        """Return the same with why it failed."""
        return replace(self, end=end, error=error.what, advice=error.advice, exit_code=exit_code_of(error))

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {
            "kind": self.ref.kind.value,
            "name": self.ref.name,
            "account": self.ref.account,
            "account_id": self.ref.owner,
            "region": self.ref.region,
            "act": self.act.value,
            "end": self.end.value,
            "changes": list(self.words),
            "notes": list(self.notes),
            "kept": self.kept,
            "refused": self.refused,
            "revision": self.before.revision if self.before else None,
            "revision_after": self.revision,
            "document": _parsed(self.after),
            "error": self.error,
            "advice": self.advice,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPlan:
    """All documents. `needs` are what other policies must allow beside these. Implements `result.Body`.

    `warnings` are of what a plan would make that is of no use, or undo that somebody else made; `notes` of the rest.
    """

    documents: tuple[DocumentPlan, ...] = ()
    needs: tuple[Need, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def pending(self) -> tuple[DocumentPlan, ...]:
        """Those that change."""
        return tuple(one for one in self.documents if one.act is not Act.NOTHING)

    @property
    def changes(self) -> bool:
        """Whether anything changes."""
        return bool(self.pending)

    @property
    def refused(self) -> tuple[DocumentPlan, ...]:
        """Those that stand against all of it."""
        return tuple(one for one in self.documents if one.refused)

    def digest(self) -> str:
        """Return the SHA-256 of what would change, in hex: the same for the same change of the same documents."""
        found = [
            {
                "ref": [one.ref.kind.value, one.ref.owner, one.ref.region, one.ref.name],
                "revision": one.before.revision if one.before else None,
                "before": one.before.text if one.before else None,
                "after": one.after,
            }
            for one in sorted(self.pending, key=lambda one: one.ref)
        ]
        canonical = json.dumps(found, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {
            "documents": [one.to_json() for one in self.documents],
            "needs": [one.to_json() for one in self.needs],
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }


def _parsed(text: str | None) -> Mapping[str, Any] | str | None:
    if text is None:
        return None
    try:
        found: Mapping[str, Any] = json.loads(text)
    except ValueError:
        return text
    return found
