"""The resource's side, read live: the policies of a package repository, a bucket, a key or a role."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waybill.commands.access.encrypted import also_asked
from waybill.commands.access.reading import Side, all_refused, refused
from waybill.commands.access.ways import Ways
from waybill.commands.together import in_words
from waybill.domain.access.refs import Ref
from waybill.domain.arns import KeyArn
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.question import Question
from waybill.domain.iam.services import attached_to, held, region_of
from waybill.domain.iam.unread import Unread
from waybill.errors import AccessDenied, InputError
from waybill.ports.account import Account

READABLE = frozenset({Kind.DOMAIN, Kind.REPOSITORY, Kind.BUCKET, Kind.KEY, Kind.TRUST})
NOUNS = {
    Kind.DOMAIN: "domain",
    Kind.REPOSITORY: "repository",
    Kind.BUCKET: "bucket",
    Kind.KEY: "key",
    Kind.TRUST: "role",
}


@dataclass(frozen=True, slots=True)
class Owners:
    """Reads the policies of what is asked for, of `kinds`; `home` is the region for what has none."""

    question: Question
    kinds: tuple[Kind, ...]
    ways: Ways
    home: str

    def read(self) -> tuple[Question, Side]:
        """Return the question, of which more is known now (a bucket's account, an alias's key), and this side."""
        if not self.kinds:
            return self.question, Side()
        if not set(self.kinds) <= READABLE:
            return self.question, self._unreadable()
        if self.kinds == (Kind.BUCKET,) and not self.question.account:
            return self._bucket_of_somebody()
        number = self.question.account
        if number in self.ways.errors:
            return self.question, all_refused(self.ways.errors[number], self.kinds, self._of(self.kinds[0]), number)
        account = self.ways.accounts[number]
        if self.kinds == (Kind.KEY,):
            return self._key(account)
        if self.kinds == (Kind.BUCKET,):
            gone = Side(notes=(f"There is no bucket {_name(Kind.BUCKET, self._of(Kind.BUCKET))} in account {number}.",))
            return self.question, self._bucket(account) or gone
        return self.question, self._documents(account, region_of(self.question.resource) or self.home)

    def _of(self, kind: Kind) -> str:
        """Return what a policy of this kind is attached to."""
        return attached_to(kind, held(self.question.action, self.question.resource).resource)

    def _unreadable(self) -> Side:
        service = self.question.action.partition(":")[0]
        why = f"Waybill reads no policies of {service}."
        number = self.question.account
        return Side(unread=tuple(Unread(kind=kind, of=self._of(kind), account=number, why=why) for kind in self.kinds))

    def _documents(self, account: Account, region: str) -> Side:
        number = account.caller().account
        found = [self._document(account, region, kind, number) for kind in self.kinds]
        return Side(
            documents=tuple(one for one in found if isinstance(one, Document)),
            unread=tuple(one for one in found if isinstance(one, Unread)),
            notes=tuple(one for one in found if isinstance(one, str)),
        )

    def _document(self, account: Account, region: str, kind: Kind, number: str) -> Document | Unread | str:
        """Return a policy; why it may not be read; or a sentence where there is none."""
        ref = Ref(account=number, owner=number, region=region, kind=kind, name=_name(kind, self._of(kind)))
        try:
            live = account.policies(region).read(ref)
        except AccessDenied as error:
            return refused(error, kind, ref.arn, number)
        except InputError as error:
            if any(fault.rule.startswith("is no ") for fault in error.faults):
                return f"There is no {NOUNS[kind]} {_short(ref)} in account {number}."
            return Unread(kind=kind, of=ref.arn, account=number, why=in_words(error))
        if live is None:
            return f"The {NOUNS[kind]} {ref.name} has no policy."
        return Document(kind=kind, text=live.text, name=ref.name, account=number)

    def _key(self, account: Account) -> tuple[Question, Side]:
        """Read a key's policy; an alias has none, and policies are asked about the key behind it."""
        named, region = self.question.resource, region_of(self.question.resource)
        try:
            key = account.region(region).keys.resolve(KeyArn.parse(named)) if ":alias/" in named else None
        except AccessDenied as error:
            return self.question, all_refused(error, self.kinds, named, self.question.account)
        question = replace(self.question, resource=key.text) if key else self.question
        return question, replace(self, question=question)._documents(account, region)

    def _bucket(self, account: Account) -> Side | None:
        """Return the side of a bucket of this account; None where it has none of this name."""
        name = _name(Kind.BUCKET, self._of(Kind.BUCKET))
        try:
            region = account.whereabouts(self.home).bucket(name)
        except AccessDenied:
            region = ""  # the bucket itself may still be asked
        if region is None:
            return None
        side = self._documents(account, region or self.home)
        also = also_asked(account, region or self.home, name, self.question.action)
        return replace(side, notes=(*side.notes, also)) if also else side

    def _bucket_of_somebody(self) -> tuple[Question, Side]:
        """Look for the bucket in one account after the other: its ARN does not say whose it is."""
        side = Side()
        where: list[str] = []
        for number in self.ways.candidates():
            self.ways.enter([number])
            account = self.ways.accounts.get(number)
            found = self._bucket(account) if account else None
            if found and found.documents + found.notes:
                return replace(self.question, owner=number), found
            side, where = found or side, [*where, *([number] if account else [])]
        named = _name(Kind.BUCKET, self._of(Kind.BUCKET))
        looked = f" It is not in {' or '.join(where)}." if where else ""
        why = f"Whose bucket {named} is is not known.{looked} Say it by `resource-account`."
        lost = Unread(kind=Kind.BUCKET, of=self._of(Kind.BUCKET), why=why)
        return self.question, side if side.unread else Side(unread=(lost,))


def _name(kind: Kind, arn: str) -> str:
    """Return a policy's name, as `Ref` has it, of the ARN of what it is attached to."""
    if kind is Kind.KEY:
        return arn
    rest = arn.split(":", 5)[5]
    return rest if kind is Kind.BUCKET else rest.partition("/")[2]


def _short(ref: Ref) -> str:
    return ref.name if ref.kind in {Kind.KEY, Kind.TRUST} else f"{ref.name} in {ref.region}"
