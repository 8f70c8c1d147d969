"""The policies that a question of access is held against, wherever they come from: files, or the accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from waybill.domain.access.holders import Held, Holder
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.unread import Unread
from waybill.errors import WaybillError


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is to hold a question against, and the question itself, of which more may be known by now.

    `nothing` are sentences where the one who asks, or what is asked for, is not there: nobody may then. `notes` are
    others on what was met, `assumed` on what is taken for granted. `also` are questions that AWS asks beside it, of a
    key: all must be allowed, but for those with `when`, which says of what alone they are asked. What is `open` could
    not be read, and there may be such a question. `error` is there where nothing at all could be read: it stands for an
    answer that hangs on that.
    """

    question: Question
    policies: Policies
    nothing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    also: tuple[Found, ...] = ()
    when: str = ""
    open: tuple[Unread, ...] = ()
    error: WaybillError | None = None


class Documents(Protocol):
    """Policies of callers and of resources."""

    def about(self, question: Question) -> Found:
        """Return every policy that a question is held against; what may not be read is in `unread`, with the reason."""


class IdentityPolicies(Protocol):
    """One account's IAM: users, roles and groups with their policies. What was deleted meanwhile is not there."""

    def held(self, holder: Holder) -> Held | None:
        """Return a user or a role; None where there is none of this name."""

    def groups(self, user: str) -> Sequence[str]:
        """Return the names of the groups that a user is in."""

    def inline(self, holder: Holder) -> Sequence[str]:
        """Return the names of the policies that are the holder's own."""

    def inline_policy(self, holder: Holder, name: str) -> str | None:
        """Return one of them, JSON; None where there is none."""

    def attached(self, holder: Holder) -> Sequence[str]:
        """Return the ARNs of the managed policies that a holder has."""

    def managed_policy(self, arn: str) -> str | None:
        """Return the version of a managed policy that holds, JSON; None where there is none."""

    def organisation(self) -> str | None:
        """Return the id of the organisation that the account is in; None where it is in none."""


class Whereabouts(Protocol):
    """Where in an account things are whose ARNs do not say it."""

    def bucket(self, name: str) -> str | None:
        """Return the region of a bucket of this account, empty where nobody says it; None where it has none such."""
