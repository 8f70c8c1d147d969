"""What one policy that names principals (a role's trust, a bucket's, a key's) says to a request. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
`weigh` leaves open what cannot be known of a condition; in `decide` it counts as met in a Deny and as not met in an
Allow: for whoever must decide. `evaluation` tells the difference, over all policies.
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


@dataclass(frozen=True, slots=True)
class Weighed:
    """Whether a policy allows a request, and whether it denies it; what hangs on what is not known is MAYBE."""

    allowed: Truth = Truth.NO
    denied: Truth = Truth.NO
    unknown: tuple[str, ...] = ()

    @property
    def lets(self) -> Truth:
        """Whether it lets the request through: a denial wins."""
        return min(self.allowed, self.denied.turned())


def decide(policy: str, action: str, request: Request) -> Verdict:
    """Return what the policy document `policy` (JSON) says to `request` of `action`."""
    found = weigh(policy, action, request)
    allowed = Decision.ALLOWED if found.allowed is Truth.YES else Decision.NEITHER
    return Verdict(allowed if found.denied is Truth.NO else Decision.DENIED, found.unknown)


def weigh(policy: str, action: str, request: Request) -> Weighed:
    """Return what the policy document `policy` (JSON) says to `request` of `action`, as far as it is known."""
    asked = request.described
    unknown: list[str] = []
    allowed = denied = Truth.NO
    for statement in statements_of(policy):
        found = match(statement, action, asked)
        if found.at_all is Truth.NO:
            continue
        unknown += [f"{statement.body.get('Effect')} {statement.sid}: {each}" for each in found.unknown]
        if statement.denies:
            denied = max(denied, found.at_all)
        elif statement.allows:
            allowed = max(allowed, found.at_all)
    return Weighed(allowed, denied, tuple(unknown))
