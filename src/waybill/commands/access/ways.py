"""Ways into accounts, for a question: the roles that a file names, and the credentials at hand for their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from waybill.commands.account.target import right_caller
from waybill.commands.tools import Tools, everywhere
from waybill.domain.access.narrowing import explain_policy
from waybill.domain.access.requests import ExplainRequest
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.requests import Who
from waybill.domain.setup.estate import Member
from waybill.errors import Cancelled, IdentityError, Unavailable, WaybillError
from waybill.ports.account import Account
from waybill.progress import Identified

HOW = "Name the account, with a role that leads into it, in a file, and that file by `config`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be read, by accounts: of whom, in `caller`; the resource's `kinds`, in `owner`, or nobody knows where.

    Both are numbers of accounts, empty where nothing is read on that side.
    """

    who: Who
    caller: str = ""
    owner: str = ""
    kinds: Sequence[Kind] = ()

    def policy(self, account: str) -> str:
        """Return the session policy for an account (P8)."""
        # A bucket's key may be anybody's.
        mine = account == self.owner or not self.owner
        kinds = self.kinds if mine else [kind for kind in self.kinds if kind is Kind.KEY]
        return explain_policy(self.who if account == self.caller else None, kinds)

    @property
    def whole_policy(self) -> str:
        """The session policy of whoever is let in by a token, of whom nobody knows the account before."""
        return explain_policy(self.who if self.caller else None, self.kinds)


@dataclass(slots=True)
class Ways:
    """The accounts that could be entered, and why others could not; each is entered once."""

    request: ExplainRequest
    wanted: Wanted
    tools: Tools
    accounts: dict[str, Account] = field(default_factory=dict)
    errors: dict[str, WaybillError] = field(default_factory=dict)
    _at_hand: Account | WaybillError | None = None
    _lock: Lock = field(default_factory=Lock)

    def enter(self, numbers: Sequence[str]) -> None:
        """Enter these accounts, at once. Raises `Cancelled`, and `Unavailable` where STS does not answer."""
        new = [one for one in dict.fromkeys(numbers) if one and one not in self.accounts and one not in self.errors]
        if not new:
            return
        if not all(self._member(one) for one in new):
            self.at_hand()
        found, errors = everywhere(self._one, new)
        for error in errors.values():
            if isinstance(error, (Cancelled, Unavailable)):
                raise error
        self.accounts.update(found)
        self.errors.update(errors)

    def candidates(self) -> list[str]:
        """Return the accounts that there is a way into, for what might be in any: the caller's own first."""
        here = self.at_hand()
        own = [] if isinstance(here, WaybillError) else [here.caller().account]
        members = [member.id for member in self.request.ways]
        return list(dict.fromkeys(one for one in (self.wanted.caller, *own, *members) if one))

    def at_hand(self) -> Account | WaybillError:
        """Return the account of the credentials at hand, or why there is none; they are asked once."""
        with self._lock:
            if self._at_hand is None:
                self._at_hand = self._as_begun()
            return self._at_hand

    def _as_begun(self) -> Account | WaybillError:
        session = self.request.session
        try:
            account = self.tools.gateways(session).enter(self.wanted.whole_policy if session.oidc_role else "")
            caller = right_caller(account, None)
        except (Cancelled, Unavailable):
            raise
        except WaybillError as error:
            return error
        self.tools.reporter.tell(Identified(caller.arn, caller.account))
        return account

    def _one(self, number: str) -> Account:
        self.tools.cancellation.check()
        member = self._member(number)
        if member is None:
            return self._as_at_hand(number)
        try:
            return self._as_role(member)
        except IdentityError as error:
            # Whoever is in the account already needs no role.
            here = self.at_hand()
            if isinstance(here, WaybillError) or here.caller().account != number:
                raise error
            return here

    def _as_role(self, member: Member) -> Account:
        session = replace(
            self.request.session, role=member.role, role_external_id=member.external_id, expected_account=member.id
        )
        account = self.tools.gateways(session).enter(self.wanted.policy(member.id))
        caller = right_caller(account, member.id, role=f"accounts.{member.name}.role", by=f"accounts.{member.name}.id")
        self.tools.reporter.tell(Identified(caller.arn, caller.account))
        return account

    def _as_at_hand(self, number: str) -> Account:
        here = self.at_hand()
        if isinstance(here, WaybillError):
            raise here
        caller = here.caller()
        if caller.account != number:
            said = f"No way into account {number} is known: the credentials at hand are those of {caller.arn}."
            raise IdentityError(said, HOW)
        return here

    def _member(self, number: str) -> Member | None:
        return next((one for one in self.request.ways if one.id == number and one.role is not None), None)
