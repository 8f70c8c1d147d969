"""Whom a statement's Principal names, and how closely: that decides which other policies limit what it allows. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from waybill.domain.iam.conditions import many
from waybill.domain.iam.requests import Request, Who
from waybill.domain.iam.truth import Truth, Unknown

_PARTITION: Final = re.compile(r"arn:(aws[a-z-]*):")


class Closeness(IntEnum):
    """How closely a caller is named: by its account, which may pass it on; by its role or user; as itself, or all."""

    ACCOUNT = 1
    ROLE = 2
    ITSELF = 3


@dataclass(frozen=True, slots=True)
class Named:
    """Whether a caller is named at least so closely."""

    at_all: Truth = Truth.NO
    by_role: Truth = Truth.NO
    itself: Truth = Truth.NO
    unknown: tuple[Unknown, ...] = ()


EVERYBODY: Final = Named(Truth.YES, Truth.YES, Truth.YES)
NOBODY: Final = Named()


def named(statement_principal: Any, request: Request) -> Named:
    """Return whether the value of a Principal names the caller."""
    if statement_principal == "*":
        return EVERYBODY
    if not isinstance(statement_principal, dict):
        return NOBODY
    found = list(_matches(statement_principal, request))
    unknown = tuple(more for _, _, more in found if more is not None)

    def at_least(closeness: Closeness) -> Truth:
        return max((truth for how, truth, _ in found if how >= closeness), default=Truth.NO)

    return Named(
        at_all=at_least(Closeness.ACCOUNT),
        by_role=at_least(Closeness.ROLE),
        itself=at_least(Closeness.ITSELF),
        unknown=unknown,
    )


def not_named(excepted: Any, request: Request, *, denies: bool) -> Named:
    """Return whether a NotPrincipal leaves the caller concerned.

    A denial spares who is named with the account (a session with its role, too): where a part lacks, AWS might find
    the caller denied by it, depending on the service.
    """
    found = named(excepted, request)
    if not denies:
        return EVERYBODY if found.at_all is Truth.NO else Named(unknown=found.unknown)
    if excepted == "*" or request.who in {Who.SERVICE, Who.WEB}:
        return NOBODY if found.itself is Truth.YES else EVERYBODY
    if found.by_role is Truth.NO:
        return EVERYBODY
    listed = {str(each) for each in many(excepted.get("AWS", []))} if isinstance(excepted, dict) else set()
    whole = listed & _accounts(request) and (request.who is not Who.SESSION or listed & {request.principal, "*"})
    if "*" in listed or whole:
        return NOBODY
    maybe = Truth.MAYBE
    return Named(
        maybe, maybe, maybe, (Unknown("how the service reads a NotPrincipal without the account or the role"),)
    )


def _matches(principal: dict[str, Any], request: Request) -> Iterator[tuple[Closeness, Truth, Unknown | None]]:
    """Yield each way in which a map of principals names the caller, or may."""
    who = request.who
    aws = [str(each) for each in many(principal.get("AWS", []))]
    if who is Who.WEB:
        providers = many(principal.get("Federated", []))
        if request.provider in providers or (providers and not request.provider):
            yield Closeness.ITSELF, Truth.YES, None
        return
    if who is Who.SERVICE:
        if request.caller in many(principal.get("Service", [])) or "*" in aws:
            yield Closeness.ITSELF, Truth.YES, None
        return
    for each in aws:
        yield from _aws(each, request)
    if "CanonicalUser" in principal:
        yield Closeness.ACCOUNT, Truth.MAYBE, Unknown("whose canonical user id the policy names")


def _aws(entry: str, request: Request) -> Iterator[tuple[Closeness, Truth, Unknown | None]]:
    who, principal = request.who, request.principal
    if entry == "*" or (entry == request.caller and who is not Who.ROLE):
        yield Closeness.ITSELF, Truth.YES, None
    elif entry in _accounts(request):
        yield Closeness.ITSELF if who is Who.ROOT else Closeness.ACCOUNT, Truth.YES, None
    elif entry == principal or (
        who is Who.FEDERATED and entry == request.caller.replace(":sts:", ":iam:").replace("federated-user/", "user/")
    ):
        yield Closeness.ROLE, Truth.YES, None
    elif who is Who.ROLE and entry.startswith(_sessions(request)):
        yield Closeness.ITSELF, Truth.MAYBE, Unknown(f"whether the session is {entry.rpartition('/')[2]}")
    elif who is Who.SESSION and not request.role and _with_path(entry, principal):
        yield Closeness.ROLE, Truth.MAYBE, Unknown(f"whether the session's role is {entry}")


def _accounts(request: Request) -> set[str]:
    match = _PARTITION.match(request.caller)
    return {request.account, f"arn:{match[1] if match else 'aws'}:iam::{request.account}:root"}


def _sessions(request: Request) -> str:
    prefix = request.caller.partition(":role/")[0].replace(":iam:", ":sts:")
    return f"{prefix}:assumed-role/{request.name}/"


def _with_path(entry: str, role: str) -> bool:
    prefix, marker, name = role.partition(":role/")
    return bool(marker) and entry.startswith(f"{prefix}{marker}") and entry.endswith(f"/{name}")
