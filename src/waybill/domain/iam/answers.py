"""The answer to a question of access. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from waybill.domain.iam.documents import Document, Kind, Statement
from waybill.domain.iam.truth import Unknown


class Outcome(Enum):
    """Whether the caller may."""

    ALLOWED = "allowed"
    DENIED = "denied"
    DEPENDS = "depends"

    @property
    def allowed(self) -> bool | None:
        """Whether the caller may; None where it depends."""
        return None if self is Outcome.DEPENDS else self is Outcome.ALLOWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A statement that decides. `sure`: it surely speaks of the request."""

    document: Document
    statement: Statement
    sure: bool = True

    @property
    def place(self) -> str:
        """Where it is, in words."""
        name = f" ({self.statement.sid})" if self.statement.sid else ""
        return f"statement {self.statement.number}{name} of {self.document}"

    def to_json(self) -> dict[str, Any]:
        """Return it as a member of the result document."""
        return {
            "policy": self.document.kind.value,
            "name": self.document.name,
            "account": self.document.account,
            "number": self.statement.number,
            "sid": self.statement.sid,
            "statement": dict(self.statement.body),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A condition that a request does not meet: `wanted` of a key by an operator, and what it has `given`, if any."""

    key: str
    operator: str
    wanted: tuple[str, ...]
    given: tuple[str, ...] = ()

    def __str__(self) -> str:
        has = ", ".join(self.given) or "none"
        return f"{self.operator} {self.key} {', '.join(self.wanted)}, and the request has {has}"

    def to_json(self) -> dict[str, Any]:
        """Return it as a member of the result document."""
        wanted, given = list(self.wanted), list(self.given)
        return {"key": self.key, "operator": self.operator, "wanted": wanted, "given": given}


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A statement that would allow but for one thing: `but` ends the sentence that begins with it.

    `unmet` are its conditions that are not met, where that thing is those.
    """

    document: Document
    statement: Statement
    but: str
    unmet: tuple[Unmet, ...] = ()

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return Cited(document=self.document, statement=self.statement).place

    def __str__(self) -> str:
        return f"{self.place} {self.but}"

    def to_json(self) -> dict[str, Any]:
        """Return it as a member of the result document."""
        return Cited(document=self.document, statement=self.statement).to_json() | {"but": self.but}


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A policy that does not allow and must: of what, in which account, and the statement that it lacks.

    `of` is an ARN, `name` says where the policy is, where one is there. `statement` is None where none is to be added:
    then `advice` says what to do in its place. `conditional` are statements that allow it already, but for conditions
    that the request does not meet. `never`: no policy can say it.
    """

    kind: Kind
    account: str
    of: str
    name: str = ""
    statement: Mapping[str, Any] | None = field(hash=False)
    advice: str = ""
    conditional: tuple[Near, ...] = ()
    never: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as a member of the result document."""
        said = None if self.statement is None else dict(self.statement)
        told: dict[str, Any] = {"policy": self.kind.value, "name": self.name, "of": self.of, "account": self.account}
        told["statement"] = said
        unmet = [one.to_json() for near in self.conditional for one in near.unmet]
        return told | ({"advice": self.advice} if self.advice else {}) | ({"unmet": unmet} if unmet else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one policy says, and by which statements: `allows`, `denies`, `perhaps` either, or `nothing`."""

    document: Document
    says: str
    by: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether the caller may, and why.

    `deciding` are the statements that decide: those that deny, or else one that allows of each side and limit.
    `missing` is what lacks where nothing denies, `near` the statements that nearly allow it. `depends` is what the
    answer hangs on that is not known. `rule` is a sentence where no policy decides but AWS. `assumed` says what is
    taken for granted. `crosses`: between accounts.
    """

    outcome: Outcome
    deciding: tuple[Cited, ...] = ()
    missing: tuple[Missing, ...] = ()
    depends: tuple[Unknown, ...] = ()
    looked: tuple[Looked, ...] = ()
    near: tuple[Near, ...] = ()
    assumed: tuple[str, ...] = ()
    rule: str = ""
    crosses: bool = False
