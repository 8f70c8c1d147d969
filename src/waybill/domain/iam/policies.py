"""What one policy that names principals (a role's trust, a bucket's, a key's) says to a request. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
What cannot be known of a condition counts as met in a Deny and as not met in an Allow: for whoever must decide.
`evaluation` tells the difference, over all policies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from waybill.domain.iam.documents import statements_of
from waybill.domain.iam.matching import match
from waybill.domain.iam.requests import Request
from waybill.domain.iam.truth import Truth


class Decision(Enum):
    """What a policy says to a request. An explicit denial wins."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, and which conditions could not be known, in words for people."""

    decision: Decision
    unknown: tuple[str, ...] = ()


def decide(policy: str, action: str, request: Request) -> Verdict:
    """Return what the policy document `policy` (JSON) says to `request` of `action`."""
    asked = request.described
    unknown: list[str] = []
    allowed = denied = False
    for statement in statements_of(policy):
        found = match(statement, action, asked)
        if found.at_all is Truth.NO:
            continue
        unknown += [f"{statement.body.get('Effect')} {statement.sid}: {each}" for each in found.unknown]
        denied = denied or statement.denies
        allowed = allowed or (statement.allows and found.at_all is Truth.YES)
    return Verdict(Decision.DENIED if denied else Decision.ALLOWED if allowed else Decision.NEITHER, tuple(unknown))
