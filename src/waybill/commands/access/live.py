"""The policies that a question is held against, read from the accounts as they are; files take the place of some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from waybill.commands.access.callers import KINDS, Callers
from waybill.commands.access.keyed import ENCRYPTED, KeyQuestions
from waybill.commands.access.owners import Owners
from waybill.commands.access.providers import provider_of
from waybill.commands.access.reading import Encrypted, Side, all_refused
from waybill.commands.access.ways import Wanted, Ways
from waybill.commands.together import together
from waybill.commands.tools import Tools
from waybill.domain.access.requests import ExplainRequest
from waybill.domain.arns import FIRST_REGIONS, partition_of
from waybill.domain.iam.assumed import key_not_asked
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.requests import Request, Who
from waybill.domain.iam.services import held, is_free, key_actions
from waybill.domain.iam.unread import Unread
from waybill.errors import Cancelled, WaybillError
from waybill.ports.account import Account
from waybill.ports.documents import Found

ORGANISATION = "aws:principalorgid"

FEDERATED = (Kind.IDENTITY, Kind.SESSION)
"""What decides about a federated user, and what nobody can read of it."""


@dataclass(frozen=True, slots=True)
class LiveDocuments:
    """Implements `ports.Documents`."""

    asked: ExplainRequest
    tools: Tools

    def about(self, question: Question) -> Found:
        """Return every policy that there is; what may not be read is in `unread`."""
        request, stated = question.request, self.asked.stated
        readable = request.who in {Who.USER, Who.ROLE, Who.SESSION} and not is_free(question.action)
        mine = tuple(kind for kind in KINDS if kind not in stated) if readable else ()
        theirs = () if is_free(question.action) else held(question.action, question.resource).kinds
        kinds = tuple(kind for kind in theirs if kind not in stated)
        keyed = Kind.BUCKET in kinds and bool(key_actions(question.action))
        wanted = Wanted(
            who=request.who,
            caller=request.account if mine else "",
            owner=question.account if kinds else "",
            kinds=(*kinds, Kind.KEY) if keyed else kinds,
        )
        ways = Ways(self.asked, wanted, self.tools)
        ways.enter([wanted.caller, wanted.owner])
        request, caller = self._caller(request, mine, ways)
        home = self._home(question.resource)
        question, owner = Owners(replace(question, request=request), kinds, ways, home).read()
        provider = self._provider(question, ways) if Kind.TRUST in kinds else Side()
        policies = self._policies(caller, owner)
        question = _with_organisation(question, policies, ways.accounts.get(wanted.caller))
        also: tuple[Found, ...] = ()
        if isinstance(owner.encrypted, Encrypted):
            also = tuple(KeyQuestions(question, policies, caller, ways, home).about(owner.encrypted))
        return Found(
            question=question,
            policies=policies,
            nothing=(*caller.nothing, *owner.nothing, *provider.nothing),
            notes=(*caller.notes, *owner.notes),
            assumed=(*self._assumed(question, kinds), *([ENCRYPTED] if also else [])),
            also=also,
            open=(*([owner.encrypted] if isinstance(owner.encrypted, Unread) else []), *provider.unread),
            error=self._nothing_read(caller, owner, ways),
        )

    def _assumed(self, question: Question, kinds: Sequence[Kind]) -> tuple[str, ...]:
        """Return what is taken for granted of what files stand for: of that nothing is read."""
        return () if Kind.BUCKET in kinds else key_not_asked(question)

    def _provider(self, question: Question, ways: Ways) -> Side:
        account = ways.accounts.get(question.account)
        return provider_of(question, account) if account and question.request.provider else Side()

    def _home(self, resource: str) -> str:
        """Return the region in which that is asked which has none."""
        partition = resource.split(":")[1] if resource.startswith("arn:") else "aws"
        region = self.asked.region
        return region if region and partition_of(region) == partition else FIRST_REGIONS.get(partition, region)

    def _caller(self, request: Request, kinds: Sequence[Kind], ways: Ways) -> tuple[Request, Side]:
        number = request.account
        if request.who is Who.FEDERATED:
            lost = (kind for kind in FEDERATED if kind not in self.asked.stated)
            why = "AWS does not say which user's it is, nor with which policy it was begun."
            return request, Side(
                unread=tuple(Unread(kind=kind, of=request.caller, account=number, why=why) for kind in lost)
            )
        if not kinds:
            return request, Side()
        if number in ways.errors:
            return request, all_refused(ways.errors[number], kinds, request.principal, number)
        return Callers(request, ways.accounts[number].identity_policies(), self.asked.stated, self.tools).read()

    def _policies(self, caller: Side, owner: Side) -> Policies:
        given, documents = self.asked.given, (*caller.documents, *owner.documents)
        return Policies(
            identity=given.identity or _of(documents, Kind.IDENTITY),
            boundary=given.boundary or _of(documents, Kind.BOUNDARY),
            session=given.session,
            own=(*given.own, *owner.documents),
            scps=given.scps,
            rcps=given.rcps,
            unread=(*caller.unread, *owner.unread),
            skipped=frozenset({Kind.SCP, Kind.RCP}) - self.asked.stated,
        )

    def _nothing_read(self, caller: Side, owner: Side, ways: Ways) -> WaybillError | None:
        """Return what keeps everything from being read, where nothing was, and nothing is given either."""
        some = caller.documents or owner.documents or caller.nothing or owner.notes or self.asked.stated
        some = some or owner.nothing
        return together(list(ways.errors.values())) if ways.errors and not ways.accounts and not some else None


def _of(documents: Sequence[Document], kind: Kind) -> tuple[Document, ...]:
    return tuple(document for document in documents if document.kind is kind)


def _with_organisation(question: Question, policies: Policies, account: Account | None) -> Question:
    """Return the question with the caller's organisation, where a policy asks for it and it may be known."""
    context = question.request.context
    asked = any(ORGANISATION in document.text.lower() for document in policies)
    if account is None or not asked or context.knows(ORGANISATION):
        return question
    try:
        found = account.identity_policies().organisation()
    except Cancelled:
        raise
    except WaybillError:
        return question
    return replace(question, request=replace(question.request, context=context.within({ORGANISATION: found})))
