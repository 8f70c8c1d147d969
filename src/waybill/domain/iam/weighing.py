"""What the policies of one kind say together to a request. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waybill.domain.iam.documents import Document, Kind, Statement
from waybill.domain.iam.matching import Match, match
from waybill.domain.iam.principals import Closeness
from waybill.domain.iam.requests import Request
from waybill.domain.iam.truth import Truth, Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """A statement that speaks of the request, or may."""

    document: Document
    statement: Statement
    match: Match

    def truth(self, closeness: Closeness) -> Truth:
        """Return whether it speaks of the request and names the caller at least so closely."""
        match closeness:
            case Closeness.ACCOUNT:
                return self.match.at_all
            case Closeness.ROLE:
                return self.match.by_role
            case Closeness.ITSELF:
                return self.match.itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What policies of one kind say together. `unread` is what hangs on those that could not be read."""

    kind: Kind
    allows: tuple[Found, ...] = ()
    denies: tuple[Found, ...] = ()
    unread: tuple[Unknown, ...] = ()

    def allowed(self, closeness: Closeness = Closeness.ACCOUNT) -> Truth:
        """Return whether one of them allows, to a caller that it names at least so closely."""
        least = Truth.MAYBE if self.unread else Truth.NO
        return max(least, max((found.truth(closeness) for found in self.allows), default=least))


def weigh(
    kind: Kind, documents: Iterable[Document], action: str, request: Request, *, unread: tuple[Unknown, ...] = ()
) -> Weighed:
    """Return what documents say of `action` in a described request."""
    allows, denies = [], []
    for document in documents:
        for statement in document.statements:
            found = match(statement, action, request, principals=document.kind.names_principals)
            if found.at_all is not Truth.NO and statement.denies:
                denies.append(Found(document, statement, found))
            elif found.at_all is not Truth.NO and statement.allows:
                allows.append(Found(document, statement, found))
    return Weighed(kind=kind, allows=tuple(allows), denies=tuple(denies), unread=unread)
