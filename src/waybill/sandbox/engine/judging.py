"""Asks a policy in somebody's name: who that is, as IAM knows it, and a line of the log for what is not understood."""

from __future__ import annotations

import logging
import re
from typing import Final

from moto.iam.models import iam_backends

from waybill.domain.iam import policies
from waybill.domain.iam.context import Context
from waybill.domain.iam.policies import Decision
from waybill.domain.iam.requests import Request, role_of

_SESSION: Final = re.compile(r"arn:aws:sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/")


def judge(
    policy: str, action: str, *, caller: str, account: str, resource: str = "", context: Context, provider: str = ""
) -> Decision:
    """Return what `policy` says to a caller (`policies.Request`) of `account`."""
    role = role_arn(caller)
    verdict = policies.decide(policy, action, Request(caller, account, context, resource, role, provider))
    if verdict.unknown:
        what = "; ".join(verdict.unknown)
        logging.getLogger(__name__).warning("%s: not understood, met in a Deny, not met in an Allow: %s", action, what)
    return verdict.decision


def role_arn(caller: str) -> str:
    """Return the ARN of the role whose session `caller` is, with its path; "" where `caller` is none."""
    session = _SESSION.match(caller)
    if session is None:
        return ""
    roles = list(iam_backends[session["account"]]["aws"].roles.values())
    return next((str(role.arn) for role in roles if role.name == session["role"]), role_of(caller))
