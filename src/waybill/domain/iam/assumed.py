"""What an answer takes for granted, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.iam.conditions import many
from waybill.domain.iam.documents import Kind, Statement
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.requests import Request, Who
from waybill.domain.iam.services import Held, key_actions

_DEFAULTS = {
    "aws:securetransport": "that the request comes by TLS (aws:SecureTransport)",
    "aws:viaawsservice": "that no service asks on the caller's behalf (aws:ViaAWSService)",
    "aws:calledvia": "that no service asks on the caller's behalf (aws:CalledVia)",
    "aws:sourcearn": "that no service asks for a resource of its own (aws:SourceArn)",
    "aws:sourceaccount": "that no service asks for a resource of its own (aws:SourceAccount)",
    "aws:sourcevpc": "that the request comes by no VPC endpoint (aws:SourceVpc)",
    "aws:sourcevpce": "that the request comes by no VPC endpoint (aws:SourceVpce)",
}

NO_GRANT = "that no grant of the key allows it"
"""It matters only where no policy does."""


def assumptions(question: Question, request: Request, held: Held, policies: Policies) -> tuple[str, ...]:
    """Return what is taken for granted of a described request: only what conditions ask of, and nobody has said."""
    found = []
    if held.moved:
        found.append(f"{question.action} is asked on {held.resource}, which holds what was named")
    times = {"aws:currenttime", "aws:epochtime"}
    given = question.request.context
    asked = {key for document in policies for statement in document.statements for key in _keys(statement)}
    found += [
        said for key, said in _DEFAULTS.items() if key in asked and request.context.knows(key) and not given.knows(key)
    ]
    if question.moment and times & asked and not all(map(given.knows, times & asked)):
        found.append(f"that it is asked at {question.moment} (aws:CurrentTime)")
    if request.who in {Who.ROLE, Who.SESSION} and not policies.session:
        found.append("that the session was begun without a session policy, which nobody can read")
    if policies.skipped & {Kind.SCP, Kind.RCP}:
        found.append("that no policy of an organisation (SCP, RCP) is in the way: they are not looked at")
    if Kind.BOUNDARY in policies.skipped and request.who in {Who.USER, Who.ROLE, Who.SESSION}:
        found.append("that the caller has no permissions boundary: none is given")
    tags = sorted(key for key in asked if key.startswith("aws:principaltag/") and request.context.knows(key))
    if request.who in {Who.ROLE, Who.SESSION} and tags:
        found.append(f"that no tag of the session itself takes the place of its role's ({', '.join(tags)})")
    if Kind.BUCKET in held.kinds and question.account != request.account:
        found.append("that no access control list of the bucket or the object lets anybody in")
        if any(_is_for_all(one) for document in policies.own for one in document.statements):
            found.append("that Block Public Access does not keep out whom the bucket policy lets in with everybody")
    if Kind.KEY in held.kinds:
        found.append(NO_GRANT)
    unasked = [document for document in policies.own if document.kind not in held.kinds]
    found += [f"{document} is not asked about {question.action}" for document in unasked]
    return tuple(found)


def key_not_asked(question: Question) -> tuple[str, ...]:
    """Return that the key of a bucket is taken to let an object through, where an action on one asks such a key."""
    actions = " and ".join(action for action, when in key_actions(question.action) if not when)
    return (f"that the key of the bucket, where it has one, allows {actions}: it is not asked",) if actions else ()


def _is_for_all(statement: Statement) -> bool:
    principal = statement.body.get("Principal")
    named = many(principal.get("AWS", [])) if isinstance(principal, dict) else [principal]
    return statement.allows and "*" in named


def _keys(statement: Statement) -> Iterator[str]:
    condition = statement.body.get("Condition") or {}
    for pairs in condition.values():
        yield from (str(name).lower() for name in pairs)
