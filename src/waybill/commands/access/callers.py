"""The caller's side, read live: policies of a user, of its groups or of a role, and the permissions boundary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from waybill.commands.access.reading import Side, refused
from waybill.commands.tools import Tools, everywhere
from waybill.domain.access.holders import Held, Holder, HolderKind
from waybill.domain.iam.context import Value
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.requests import Request, Who
from waybill.domain.iam.unread import Unread
from waybill.ports.documents import IdentityPolicies

T = TypeVar("T")

KINDS = (Kind.IDENTITY, Kind.BOUNDARY)

_Text = tuple[str, str, Callable[[], str | None]]
"""A policy's name or ARN, who has it where the name does not say, and what reads it."""


@dataclass(slots=True)
class Callers:
    """Reads the policies of who asks. Kinds in `skip` are given as files."""

    request: Request
    iam: IdentityPolicies
    skip: frozenset[Kind]
    tools: Tools
    _unread: dict[tuple[Kind, str, str], Unread] = field(default_factory=dict)

    def read(self) -> tuple[Request, Side]:
        """Return the request, of which more is known now, and the caller's side."""
        holder = holder_of(self.request)
        (held,) = self._at_once(Kind.BOUNDARY, [lambda: self.iam.held(holder)])
        if not self._unread and (held is None or not _is_it(self.request, held)):
            return self.request, self._not_there(_nobody(self.request, holder, held))
        documents = [] if Kind.IDENTITY in self.skip else self._of_identity(holder)
        if held and held.boundary and Kind.BOUNDARY not in self.skip:
            limit = (held.boundary, "", partial(self.iam.managed_policy, held.boundary))
            documents += self._texts(Kind.BOUNDARY, [limit])
        unread = tuple(one for one in self._unread.values() if one.kind not in self.skip)
        side = Side(documents=tuple(documents), unread=unread)
        return (_known(self.request, held) if held else self.request), side

    def _not_there(self, said: str) -> Side:
        # Whose policies are given may be made yet.
        return Side(notes=(said,)) if Kind.IDENTITY in self.skip else Side(nothing=(said,))

    def _of_identity(self, holder: Holder) -> list[Document]:
        """Return what a user or a role has of its own, and by its groups."""
        holders = [holder]
        if holder.kind is HolderKind.USER:
            (names,) = self._at_once(Kind.IDENTITY, [lambda: self.iam.groups(holder.name)])
            holders += [Holder(HolderKind.GROUP, name) for name in names or ()]
        inline = self._at_once(Kind.IDENTITY, [partial(self.iam.inline, one) for one in holders])
        attached = self._at_once(Kind.IDENTITY, [partial(self.iam.attached, one) for one in holders])
        texts: list[_Text] = []
        for one, names in zip(holders, inline, strict=True):
            texts += [(name, str(one), partial(self.iam.inline_policy, one, name)) for name in names or ()]
        for one, arns in zip(holders, attached, strict=True):
            texts += [(arn, str(one), partial(self.iam.managed_policy, arn)) for arn in arns or ()]
        return self._texts(Kind.IDENTITY, texts)

    def _texts(self, kind: Kind, texts: Sequence[_Text]) -> list[Document]:
        found = self._at_once(kind, [read for _, _, read in texts])
        account = self.request.account
        return [
            Document(kind=kind, text=text, name=name, account=account, holder=holder)
            for (name, holder, _), text in zip(texts, found, strict=True)
            if text is not None
        ]

    def _at_once(self, kind: Kind, calls: Sequence[Callable[[], T]]) -> list[T | None]:
        """Return what each call answers; None where it is refused, so that policies of this kind are not all known."""

        def one(number: int) -> T:
            self.tools.cancellation.check()
            return calls[number]()

        found, errors = everywhere(one, range(len(calls)))
        for error in errors.values():
            lost = refused(error, kind, self.request.principal, self.request.account)
            self._unread.setdefault((kind, lost.call, lost.on), lost)
        return [found.get(number) for number in range(len(calls))]


def holder_of(request: Request) -> Holder:
    """Return whose policies a user's, a role's or a session's are."""
    return Holder(HolderKind.USER if request.who is Who.USER else HolderKind.ROLE, request.name)


def _is_it(request: Request, held: Held) -> bool:
    """Tell whether it is the one who asks: names are unique in an account, and paths may be mistaken."""
    return held.arn == request.principal or (request.who is Who.SESSION and not request.role)


def _nobody(request: Request, holder: Holder, held: Held | None) -> str:
    other = f" ({holder} is {held.arn})" if held else ""
    return f"There is no {holder.kind.value} {request.principal} in account {request.account}{other}."


def _known(request: Request, held: Held) -> Request:
    """Return the request with what IAM says of the caller: a session's role with its path, and tags."""
    tags: dict[str, Value] = {f"aws:principaltag/{key.lower()}": value for key, value in held.tags.items()}
    role = held.arn if request.who is Who.SESSION else request.role
    return replace(request, role=role, context=request.context.within(tags))
