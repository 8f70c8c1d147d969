"""What one policy that names principals lets somebody do, where not everything of a request is known. Pure.

A condition that only the live request answers (an organisation's id, an address, an endpoint) makes it neither so nor
not so: a correct account has many, and none of them is a failure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.domain.arns import s3_in
from waybill.domain.doctor.verdicts import unknown
from waybill.domain.findings import Finding
from waybill.domain.iam.context import Context
from waybill.domain.iam.documents import statements_of
from waybill.domain.iam.matching import match
from waybill.domain.iam.requests import Request
from waybill.domain.iam.truth import Truth

_ENDPOINTS = frozenset({"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"})
_ARN = re.compile(r"arn:[^:]+:(?:iam|sts)::(\d{12}):.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Whether a policy lets somebody. `hangs_on`: condition keys nobody knows; `denials`: statements that deny it."""

    truth: Truth
    hangs_on: tuple[str, ...] = ()
    denials: tuple[Mapping[str, Any], ...] = ()


def permit(policy: str, action: str, request: Request, *, itself: bool = False) -> Permit:
    """Return what a policy (JSON) says to a request. Raises `ValueError` for what is no JSON.

    `itself`: that it allows the caller's account as a whole does not count, for the account's own policies decide then.
    """
    asked = _live(request.described)
    allowed, denied = Truth.NO, Truth.NO
    hangs_on: list[str] = []
    denials: list[Mapping[str, Any]] = []
    for statement in statements_of(policy):
        found = match(statement, action, asked)
        if found.at_all is Truth.MAYBE:
            hangs_on += [one.about for one in found.unknown]
        if statement.denies:
            denied = max(denied, found.at_all)
            denials += [statement.body] if found.at_all is Truth.YES else []
        elif statement.allows:
            allowed = max(allowed, found.by_role if itself else found.at_all)
    truth = min(allowed, denied.turned())
    keys = tuple(dict.fromkeys(hangs_on)) if truth is Truth.MAYBE else ()
    return Permit(truth=truth, hangs_on=keys, denials=tuple(denials))


def _live(asked: Request) -> Request:
    """Return a request of which nobody knows whether it comes through an endpoint of a network."""
    values = {key: value for key, value in asked.context.values.items() if key not in _ENDPOINTS}
    return replace(asked, context=replace(asked.context, values=values))


def permits(
    policy: str,
    action: str,
    caller: str,
    resource: str,
    values: Mapping[str, str] | None = None,
    *,
    itself: bool = False,
) -> Permit:
    """Return what a policy says to a caller by its ARN; `values` are what the request says of itself."""
    found = _ARN.fullmatch(caller)
    request = Request(caller, found[1] if found else "", Context(dict(values or {})), resource)
    return permit(policy, action, request, itself=itself)


def through_s3(caller: str, region: str) -> dict[str, str]:
    """Return what a call of KMS says of itself that S3 makes for somebody."""
    found = _ARN.fullmatch(caller)
    return {
        "kms:viaservice": s3_in(region),
        "kms:calleraccount": found[1] if found else "",
        "aws:viaawsservice": "true",
    }


def mend(where: str, statement: Any, found: Iterable[Permit]) -> str:
    """Return what mends a policy that does not let somebody: what is to be added, or what denies it."""
    denials = [one for each in found for one in each.denials]
    if denials:
        return f"Take this out of {where}, or narrow it, for no allowance outweighs it: {json.dumps(dict(denials[0]))}"
    return f"Add to {where}: {json.dumps(statement)}"


def unclear(check: str, what: str, found: Iterable[Permit], *, region: str, subject: str) -> Finding:
    """Return that it hangs on what only the live request says."""
    keys = ", ".join(dict.fromkeys(key for one in found for key in one.hangs_on))
    return unknown(check, f"{what} hangs on {keys}, which only the request itself says", region=region, subject=subject)
