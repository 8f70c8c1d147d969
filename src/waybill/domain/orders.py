"""What a person asks of a promotion and of a rollback, before it is known which version is meant. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from waybill.domain.request import Place, Request
from waybill.domain.selector import Selector
from waybill.domain.versions import Version


class Transfer(StrEnum):
    """The input `transfer`: how bytes get from the source account to the target's."""

    AUTO = "auto"
    COPY = "copy"
    RELAY = "relay"


class Verification(StrEnum):
    """The input `verify`: whether what was copied is read back."""

    CHECKSUM = "checksum"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteOrder:
    """One `promote`, before it is known which version is meant.

    `wanted_by` is the input that names it. `request` makes the request for the target account once the version is
    known. `approved` is the digest of the plan that may be carried out, None where any may; `approved_facts` are what
    that plan rests on, where its document is at hand.
    """

    project: str
    source: Place
    wanted: Selector
    wanted_by: str
    request: Callable[[Version], Request]
    transfer: Transfer = Transfer.AUTO
    verify: Verification = Verification.CHECKSUM
    approved: str | None = None
    approved_facts: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackOrder:
    """One `rollback`, before it is known which version `previous` is. `to` is None for `previous`.

    `request` makes the request once the version is known. `only_from`: only while the channel names this version and
    nothing above it; else it is none of this rollback's.
    """

    project: str
    channel: str
    place: Place
    to: Version | None
    reason: str
    only_from: Version | None = None
    request: Callable[[Version], Request]
