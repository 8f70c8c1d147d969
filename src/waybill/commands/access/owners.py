"""The resource's side, read live: the policies of a package repository, a bucket, a key or a role."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waybill.commands.access.encrypted import encrypted_with
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

WHOSE = "Say whose it is, by `resource-account`."
READABLE = frozenset({Kind.DOMAIN, Kind.REPOSITORY, Kind.BUCKET, Kind.KEY, Kind.TRUST})
NOUNS = {
    Kind.DOMAIN: "domain",
    Kind.REPOSITORY: "repository",
    Kind.BUCKET: "bucket",
    Kind.KEY: "key",
    Kind.TRUST: "role",
}


@dataclass(frozen=True, slots=True)
class _Gone:
    """What is asked for is not there."""

    said: str


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
            return self.question, self._bucket(account)
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
            nothing=tuple(one.said for one in found if isinstance(one, _Gone)),
        )

    def _document(self, account: Account, region: str, kind: Kind, number: str) -> Document | Unread | _Gone | str:
        """Return a policy; why it may not be read; that what it is of is not there; or a sentence where it has none."""
        ref = Ref(account=number, owner=number, region=region, kind=kind, name=_name(kind, self._of(kind)))
        try:
            live = account.policies(region).read(ref)
        except AccessDenied as error:
            return refused(error, kind, ref.arn, number)
        except InputError as error:
            if kind is not Kind.BUCKET and any(fault.rule.startswith("is no ") for fault in error.faults):
                return _Gone(f"There is no {NOUNS[kind]} {_short(ref)} in account {number}.")
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
        except InputError:
            return self.question, Side(nothing=(f"There is no key {named}.",))
        question = replace(self.question, resource=key.text) if key else self.question
        return question, replace(self, question=question)._documents(account, region)

    def _bucket(self, account: Account) -> Side:
        """Return the side of a bucket that is said to be this account's."""
        try:
            region = account.whereabouts(self.home).bucket(self._bucket_name)
        except AccessDenied:
            region = ""  # the bucket itself may still be asked
        if region is None:
            return Side(nothing=(f"There is no bucket {self._bucket_name} in account {self.question.account}.",))
        return self._bucket_in(account, region or self.home)

    def _bucket_in(self, account: Account, region: str) -> Side:
        side = self._documents(account, region)
        return replace(side, encrypted=encrypted_with(account, region, self._bucket_name, self.question.action))

    def _bucket_of_somebody(self) -> tuple[Question, Side]:
        """Look for the bucket in one account after the other: its ARN does not say whose it is."""
        name, without, closed = self._bucket_name, [], []
        for number in self.ways.candidates():
            self.ways.enter([number])
            account = self.ways.accounts.get(number)
            if account is None:
                continue
            try:
                region = account.whereabouts(self.home).bucket(name)
            except AccessDenied:
                side = self._bucket_in(account, self.home)
                if not side.unread:
                    return replace(self.question, owner=number), side
                closed.append(number)
                continue
            if region is not None:
                return replace(self.question, owner=number), self._bucket_in(account, region or self.home)
            without.append(number)
        told = [f"It is not known whose the bucket {name} is."]
        told += [f"It is not in {' or '.join(without)}."] if without else []
        told += [f"The buckets of {' and '.join(closed)} may not be listed (s3:ListAllMyBuckets)."] if closed else []
        lost = Unread(kind=Kind.BUCKET, of=self._of(Kind.BUCKET), why=" ".join(told), mend=WHOSE)
        return self.question, Side(unread=(lost,))

    @property
    def _bucket_name(self) -> str:
        return _name(Kind.BUCKET, self._of(Kind.BUCKET))


def _name(kind: Kind, arn: str) -> str:
    """Return a policy's name, as `Ref` has it, of the ARN of what it is attached to."""
    if kind is Kind.KEY:
        return arn
    rest = arn.split(":", 5)[5]
    return rest if kind is Kind.BUCKET else rest.partition("/")[2]


def _short(ref: Ref) -> str:
    return ref.name if ref.kind in {Kind.KEY, Kind.TRUST} else f"{ref.name} in {ref.region}"
