"""Into the accounts of `waybill.yaml`, all at once: each by its own role, and no other account (P7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from waybill.commands.account.target import right_caller
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.arns import Caller
from waybill.domain.setup.estate import Member
from waybill.domain.setup.requests import Members
from waybill.errors import WaybillError
from waybill.ports.account import Account
from waybill.progress import Identified


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The accounts by their names in the file, who we are in each, and why others could not be entered."""

    accounts: Mapping[str, Account]
    callers: Mapping[str, Caller]
    errors: Mapping[str, WaybillError]


def enter(members: Members, policy: Callable[[Member], str], tools: Tools) -> Entered:
    """Assume the roles and check who we are in each account. `policy` makes a role's session policy."""
    by_name = {member.name: member for member in members.among}

    def one(name: str) -> tuple[Account, Caller]:
        tools.cancellation.check()
        member = by_name[name]
        account = tools.gateways(members.identity(member)).enter(policy(member))
        where = f"accounts.{name}"
        caller = right_caller(account, member.id, role=f"{where}.role", by=f"{where}.id")
        tools.reporter.tell(Identified(caller.arn, caller.account))
        return account, caller

    found, errors = everywhere(one, list(by_name))
    return Entered(
        accounts={name: account for name, (account, _) in found.items()},
        callers={name: caller for name, (_, caller) in found.items()},
        errors=errors,
    )


def enter_all(members: Members, policy: Callable[[Member], str], tools: Tools) -> Entered:
    """Do as `enter` does; raises one error for all accounts that cannot be entered."""
    entered = enter(members, policy, tools)
    if entered.errors:
        raise together(list(entered.errors.values()))
    return entered
