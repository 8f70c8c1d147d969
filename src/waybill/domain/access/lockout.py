"""What must not be done to a policy: to lock out who does it, or to leave it without anybody who could change it. Pure.

We deny nobody anything, and keep what is not ours; so this is about what is taken away again: what hangs on a condition
before, and on the same after it, is as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from waybill.domain.access.meaning import principals, statements_in
from waybill.domain.access.refs import LIMITS, UNDELETABLE, Live, Ref
from waybill.domain.arns import Caller
from waybill.domain.iam.context import Context
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.policies import Weighed, weigh
from waybill.domain.iam.requests import Request, role_of
from waybill.domain.iam.truth import Truth

CHANGING: Final[Mapping[Kind, str]] = {
    Kind.DOMAIN: "codeartifact:PutDomainPermissionsPolicy",
    Kind.REPOSITORY: "codeartifact:PutRepositoryPermissionsPolicy",
    Kind.BUCKET: "s3:PutBucketPolicy",
    Kind.KEY: "kms:PutKeyPolicy",
    Kind.TRUST: "sts:AssumeRole",
}
"""What changes a document; of a role, what makes somebody that role."""

RAISED: Final = 4096
"""Characters of a trust policy where the account's quota is raised as far as it can be.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


def limit_of(ref: Ref) -> int:
    """Return how long a document may be at all."""
    return RAISED if ref.kind is Kind.TRUST else LIMITS[ref.kind]


def on_length(ref: Ref, before: Live | None, length: int) -> str | None:
    """Return what is to be known of a document that AWS takes only where a quota was raised; None of any other."""
    usual = LIMITS[ref.kind]
    if length <= usual or (before is not None and ref.length(before.text) > usual):
        return None
    return (
        f"It would have {length:,} characters, and AWS takes {usual:,} unless the account's quota for role trust "
        "policies is raised: whether it is, is seen when it is written."
    )


def refusal(ref: Ref, before: str | None, after: str | None, caller: Caller) -> str | None:
    """Return why a change is refused; None where nothing stands against it. `caller` is who would make it."""
    if after is None and ref.kind in UNDELETABLE:
        return "nothing would be left of it, and it cannot be deleted: add a statement of your own first"
    if before is None or after is None:
        return None
    if ref.kind is Kind.KEY and _administered(ref, after) < _administered(ref, before):
        return "nobody could change the key's policy any more: it needs a statement that lets the account do so"
    if ref.kind is Kind.TRUST:
        own = role_of(caller.arn) == ref.arn or _bare(ref.arn) == role_of(caller.arn)
        return (
            "this run works in this very role, and would be shut out of it" if own and _loses(before, after) else None
        )
    was, will = (_said(text, ref, caller.arn, caller.account) for text in (before, after))
    if will.denied > was.denied:
        return f"{caller.arn} could not change it again: it would be denied to them"
    if ref.kind is Kind.KEY and will.lets < was.lets:
        return f"{caller.arn} could not change it again: nothing else in it allows them to"
    return None


def _administered(ref: Ref, text: str) -> Truth:
    """Whether anybody of the key's own account may change its policy."""
    return max(_said(text, ref, arn, ref.owner).lets for arn in _own(ref, text))


def _own(ref: Ref, text: str) -> Iterator[str]:
    """Yield the owner's account itself, and whom of it a policy names."""
    begin = f"{':'.join(ref.arn.split(':')[:2])}:iam::{ref.owner}:"
    yield f"{begin}root"
    for statement in statements_in(text):
        for _, named in principals(statement.get("Principal", {})):
            if named.startswith((f"{begin}role/", f"{begin}user/")):
                yield named


def _said(text: str, ref: Ref, arn: str, account: str) -> Weighed:
    request = Request(caller=arn, account=account, context=Context({}), resource=ref.arn)
    return weigh(text, CHANGING[ref.kind], request)


def _loses(before: str, after: str) -> bool:
    """Whether any statement of `before` is not in `after` as it was."""
    left = statements_in(after)
    return any(each not in left for each in statements_in(before))


def _bare(arn: str) -> str:
    """Return a role's ARN without its path, which a session's does not tell."""
    begin, _, name = arn.partition(":role/")
    return f"{begin}:role/{name.rpartition('/')[2]}"
