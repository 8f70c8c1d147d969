"""One question in one account: what every kind of policy says to it, and the ways that are open. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from waybill.domain.iam.answers import Looked, Missing, Near
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.missing import conditional, lacking, nowhere
from waybill.domain.iam.near import nearly
from waybill.domain.iam.principals import Closeness
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.requests import Request, Who
from waybill.domain.iam.services import Held, may_be_shared
from waybill.domain.iam.truth import Truth, Unknown
from waybill.domain.iam.weighing import Found, Weighed, weigh

SHARED = Unknown("whether its account shares the parameter, which it can if that is an advanced one")

_LINKED = ":role/aws-service-role/"
_ORDER = {"denies": 0, "allows": 1, "perhaps denies": 2, "perhaps allows": 3}


@dataclass(frozen=True, slots=True)
class Need:
    """A gate on a way: it opens where its policies allow to a caller that they name so closely."""

    weighed: Weighed
    closeness: Closeness = Closeness.ACCOUNT

    @property
    def truth(self) -> Truth:
        """Whether it opens."""
        return self.weighed.allowed(self.closeness)

    def by(self) -> Iterator[Found]:
        """Yield the statements that open it, those that surely do first."""
        for wanted in (Truth.YES, Truth.MAYBE):
            yield from (found for found in self.weighed.allows if found.truth(self.closeness) is wanted)


class Case:
    """One question in one account, with what every kind of policy says to it."""

    def __init__(self, question: Question, request: Request, held: Held, policies: Policies, *, crosses: bool) -> None:
        self.question, self.request, self.held, self.crosses = question, request, held, crosses
        self._unread = policies.unread
        identified = request.who not in {Who.SERVICE, Who.WEB, Who.ROOT}
        linked = _LINKED in request.principal
        self.identity = self._weigh(Kind.IDENTITY, policies.identity if identified else ())
        self.limits = [
            self._weigh(kind, documents)
            for kind, documents in ((Kind.BOUNDARY, policies.boundary), (Kind.SESSION, policies.session))
            if identified and (documents or self._lost(kind) or self._wants(kind))
        ]
        self.own = self._weigh_own(policies.own)
        self.levels = [
            self._weigh(kind, level)
            for kind, levels in ((Kind.SCP, policies.scps), (Kind.RCP, policies.rcps))
            for level in levels
            if not linked and (kind is Kind.RCP or request.account)
        ]
        self.weighed = [self.identity, *self.limits, self.own, *self.levels]
        self._documents = tuple(policies)

    def _wants(self, kind: Kind) -> bool:
        """Tell whether a federated user is asked for its session policy: without one it has nothing of the user's."""
        return kind is Kind.SESSION and self.request.who is Who.FEDERATED

    def _weigh(self, kind: Kind, documents: Sequence[Document], also: tuple[Kind, ...] = ()) -> Weighed:
        lost = self._lost(kind, *also)
        return weigh(kind, documents, self.question.action, self.request, unread=lost)

    def _lost(self, *kinds: Kind) -> tuple[Unknown, ...]:
        return tuple(dict.fromkeys(one.unknown for one in self._unread if one.kind in kinds))

    def _weigh_own(self, documents: Sequence[Document]) -> Weighed:
        kinds = self.held.kinds
        asked = [document for document in documents if document.kind in kinds]
        if kinds:
            return self._weigh(kinds[0], asked, kinds)
        shared = self.crosses and may_be_shared(self.question.action, self.request.resource)
        return Weighed(kind=Kind.RESOURCE, unread=(SHARED,) if shared else ())

    def ways(self) -> list[list[Need]]:
        """Return the ways on which the caller may come to it; the one that people should take first."""
        who, must = self.request.who, self.held.must
        levels = [Need(weighed) for weighed in self.levels]
        limits = [Need(weighed) for weighed in self.limits]
        own = Need(self.own)
        if who in {Who.SERVICE, Who.WEB}:
            return [[Need(self.own, Closeness.ITSELF), *levels]]
        if who is Who.ROOT:
            return [[*([own] if self.crosses or must else []), *levels]]
        by_identity = [Need(self.identity), *limits, *levels]
        if self.crosses:
            return [[Need(self.identity), own, *limits, *levels]]
        by_role = [Need(self.own, Closeness.ROLE), *limits, *levels]
        itself = [Need(self.own, Closeness.ITSELF), *levels]
        if not must:
            return [by_identity, itself, by_role]
        handed_on = [own, *by_identity]
        if own.truth is Truth.NO and self.identity.allowed() is Truth.NO:
            return [by_role, itself, handed_on]
        return [handed_on, itself, by_role]

    def missing(self) -> Iterator[Missing]:
        """Yield what lacks on the first way."""
        for need in self.ways()[0]:
            if need.truth is not Truth.NO:
                continue
            weighed = need.weighed
            if weighed is self.own and not self.held.kinds:
                yield nowhere(self.question, self.request)
                continue
            asked = [document for document in self._documents if document.kind is weighed.kind]
            # Of the policies that somebody has, it may be another that is to say it: AWS's own cannot.
            name = asked[0].name if len(asked) == 1 and not asked[0].holder else ""
            lacks = lacking(weighed.kind, self.question, self.request, name)
            nears = tuple(near for near in self._nearly(need) if near.unmet)
            yield conditional(lacks, nears) if nears else lacks

    def near(self) -> Iterator[Near]:
        """Yield the statements that nearly allow what lacks on the first way."""
        for need in self.ways()[0]:
            if need.truth is Truth.NO:
                yield from self._nearly(need)

    def _nearly(self, need: Need) -> Iterator[Near]:
        kinds = self.held.kinds if need.weighed is self.own else (need.weighed.kind,)
        asked = tuple(document for document in self._documents if document.kind in kinds)
        yield from nearly(asked, self.question.action, self.request)

    def looked(self) -> Iterator[Looked]:
        """Yield what every document says; those of the resource that are not asked say nothing."""
        by_document: dict[int, list[tuple[str, Found]]] = {}
        for weighed in self.weighed:
            for says, some in (("denies", weighed.denies), ("allows", weighed.allows)):
                for found in some:
                    by_document.setdefault(id(found.document), []).append((says, found))
        for document in self._documents:
            told = by_document.get(id(document), [])
            said = sorted(
                ((says if found.match.at_all is Truth.YES else f"perhaps {says}", found) for says, found in told),
                key=lambda pair: _ORDER[pair[0]],
            )
            first = said[0][0] if said else "nothing"
            yield Looked(
                document=document,
                says=first,
                by=tuple(found.statement for says, found in said if says == first),
            )
