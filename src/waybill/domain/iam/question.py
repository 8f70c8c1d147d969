"""A question of access, and the policies that it is asked of. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from waybill.domain.iam.context import Value
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.requests import Request
from waybill.domain.iam.services import account_of, makes_bucket, region_of
from waybill.domain.iam.unread import Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this caller do this here? `request` says who and in what context; its resource is set from `resource`.

    `owner` is the resource's account, where its ARN does not say it; empty where that is not known. `moment` is the UTC
    moment that it is asked for, ISO 8601; empty where nobody says.
    """

    request: Request
    action: str
    resource: str
    owner: str = ""
    moment: str = ""

    @property
    def account(self) -> str:
        """The resource's account; empty where that is not known."""
        own = self.request.account if self.resource == "*" or makes_bucket(self.action) else ""
        return account_of(self.resource) or self.owner or own

    def asked_with(self, resource: str, account: str) -> Request:
        """Return the described request for the ARN that policies are asked with, in its account."""
        values: dict[str, Value] = {}
        if account:
            values["aws:resourceaccount"] = account
        if region := region_of(resource):
            values["aws:requestedregion"] = region
        if self.moment:
            values["aws:currenttime"] = self.moment
            values["aws:epochtime"] = str(int(datetime.fromisoformat(self.moment).timestamp()))
        if self.action.lower().startswith("kms:") and self.request.account:
            values["kms:calleraccount"] = self.request.account
        request = replace(self.request, resource=resource, context=self.request.context.within(values))
        return request.described


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policies that there are. What is empty there is none of, unless `unread` has its kind, or `skipped`.

    Kinds in `skipped` were not looked for: answers take for granted that they are not in the way.

    `own` are those of the resource: a bucket's, a key's, a role's trust, a repository's and its domain's. `scps` and
    `rcps` are levels of the organisation, each of which must allow: root, units, account.
    """

    identity: tuple[Document, ...] = ()
    boundary: tuple[Document, ...] = ()
    session: tuple[Document, ...] = ()
    own: tuple[Document, ...] = ()
    scps: tuple[tuple[Document, ...], ...] = ()
    rcps: tuple[tuple[Document, ...], ...] = ()
    unread: tuple[Unread, ...] = ()
    skipped: frozenset[Kind] = frozenset()

    def __iter__(self) -> Iterator[Document]:
        """Yield every document."""
        yield from (*self.identity, *self.boundary, *self.session, *self.own)
        for level in (*self.scps, *self.rcps):
            yield from level
