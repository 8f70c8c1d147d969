"""The account whose pipelines are looked at, as a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waybill.commands.tools import Tools
from waybill.domain.arns import Caller
from waybill.ports.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """The account that has the pipelines. `staging` are the staging buckets, `accounts` those that were entered."""

    account: Account
    caller: Caller
    regions: Sequence[str]
    staging: frozenset[str]
    accounts: Mapping[str, Account]
    tools: Tools
