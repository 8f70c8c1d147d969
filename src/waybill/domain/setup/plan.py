"""What setup would change, and what became of it: the body of the result of `setup plan` and `setup apply`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from waybill.domain.setup.stacks.wanted import OutputOf, StackRef
from waybill.errors import ExitCode, Refused, WaybillError, exit_code_of, refused_of

HOLDS_DATA = frozenset(
    {
        "AWS::S3::Bucket",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::ECR::Repository",
        "AWS::CodeArtifact::Domain",
        "AWS::CodeArtifact::Repository",
    }
)
"""Types whose deletion would lose what people put there."""

DELETABLE = ("AWS::S3::Bucket", "AWS::ECR::Repository", "AWS::KMS::Key")
"""Those that `delete-data` deletes, in this order: what a key encrypted is gone before the key."""


class Kind(StrEnum):
    """What becomes of a resource."""

    ADDED = "added"
    CHANGED = "changed"
    REPLACED = "replaced"
    MAY_BE_REPLACED = "may be replaced"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One resource's change. `properties` are those that change; `kept`: what it was stays, outside of the stack."""

    kind: Kind
    resource: str
    type: str
    physical_id: str = ""
    properties: tuple[str, ...] = ()
    kept: bool = False

    @property
    def loses_data(self) -> bool:
        """Whether data would go for good."""
        gone = self.kind in {Kind.REMOVED, Kind.REPLACED, Kind.MAY_BE_REPLACED}
        return gone and self.type in HOLDS_DATA and not self.kept

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {
            "change": self.kind.value,
            "resource": self.resource,
            "type": self.type,
            "physical_id": self.physical_id,
            "properties": list(self.properties),
            "kept": self.kept,
        }


class StackAction(StrEnum):
    """What becomes of a stack."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NOTHING = "nothing"


class StackEnd(StrEnum):
    """What became of it."""

    PLANNED = "planned"
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    ALREADY = "already"
    FAILED = "failed"
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """One stack's plan, and its end. `account` is the account's number.

    `awaits`: outputs of stacks that are made first; what changes is then known in kind only. `parameters` have those
    outputs' names where their values will be. `replaces_broken`: what is left of a failed creation or deletion is
    deleted first. `continues_rollback`: a rollback that failed is continued first; what changes after is not known yet.
    """

    ref: StackRef
    account: str
    template: str
    action: StackAction
    parameters: Mapping[str, str] = field(default_factory=dict)
    template_sha256: str = ""
    changes: tuple[Change, ...] = ()
    awaits: tuple[OutputOf, ...] = ()
    replaces_broken: bool = False
    continues_rollback: bool = False
    project: str | None = None
    end: StackEnd = StackEnd.PLANNED
    error: str | None = None
    advice: str | None = None
    exit_code: ExitCode = ExitCode.OK
    seconds: float = 0.0
    refused: Refused | None = None

    def ended(self, end: StackEnd, *, seconds: float = 0.0) -> StackPlan:
        """Return the same with its end."""
        return replace(self, end=end, seconds=seconds)

    def failed(self, error: WaybillError) -> StackPlan:
        """Return the same with why it failed."""
        failed = replace(self, end=StackEnd.FAILED, exit_code=exit_code_of(error))
        return replace(failed, error=error.what, advice=error.advice, refused=refused_of(error))

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {
            "stack": self.ref.name,
            "account": self.account,
            "account_name": self.ref.account,
            "region": self.ref.region,
            "template": self.template,
            "action": self.action.value,
            "end": self.end.value,
            "changes": [change.to_json() for change in self.changes],
            "awaits": [str(one) for one in self.awaits],
            "error": self.error,
            "advice": self.advice,
            "seconds": round(self.seconds, 3),
            **({"refused": self.refused.to_json()} if self.refused else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One thing that no template makes, and what becomes of it: a parameter's value, an account's alias, left data.

    `data`: what people put there goes for good.
    """

    what: str
    account: str
    region: str
    action: StackAction
    detail: str = ""
    data: bool = False
    end: StackEnd = StackEnd.PLANNED
    error: str | None = None
    exit_code: ExitCode = ExitCode.OK

    def failed(self, error: WaybillError) -> Beside:
        """Return the same with why it failed."""
        return replace(self, end=StackEnd.FAILED, error=error.what, exit_code=exit_code_of(error))

    @property
    def pending(self) -> bool:
        """Whether there is something to do."""
        return self.action is not StackAction.NOTHING

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {
            "what": self.what,
            "account": self.account,
            "region": self.region,
            "action": self.action.value,
            "detail": self.detail,
            "end": self.end.value,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupPlan:
    """All that would change. Implements `result.Body`."""

    stacks: tuple[StackPlan, ...] = ()
    beside: tuple[Beside, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        actions = (*(one.action for one in self.stacks), *(one.action for one in self.beside))
        return any(action is not StackAction.NOTHING for action in actions)

    def digest(self) -> str:
        """Return the SHA-256 of what would change, in hex: the same for the same plan, whoever makes it, and when."""
        stacks = [
            {
                "stack": str(one.ref),
                "account": one.account,
                "action": one.action.value,
                "replaces_broken": one.replaces_broken,
                "continues_rollback": one.continues_rollback,
                "template": one.template_sha256,
                "parameters": dict(one.parameters),
                "project": one.project,
                "changes": [change.to_json() for change in one.changes],
            }
            for one in self.stacks
            if one.action is not StackAction.NOTHING
        ]
        beside = [
            {
                "what": one.what,
                "account": one.account,
                "region": one.region,
                "action": one.action.value,
                "to": one.detail,
            }
            for one in self.beside
            if one.action is not StackAction.NOTHING
        ]
        canonical = json.dumps({"stacks": stacks, "beside": beside}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {
            "stacks": [one.to_json() for one in self.stacks],
            "beside": [one.to_json() for one in self.beside],
        }
