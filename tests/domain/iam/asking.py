"""Questions of access in few words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from waybill.domain.iam.answers import Answer, Outcome
from waybill.domain.iam.context import Context, Value
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.evaluation import evaluate
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.requests import request_of
from waybill.domain.iam.unread import Unread

Body = Mapping[str, Any]

ALLOWED, DENIED, DEPENDS = Outcome.ALLOWED, Outcome.DENIED, Outcome.DEPENDS


def policy(kind: Kind, *statements: Body, name: str = "", account: str = "", version: str = "2012-10-17") -> Document:
    text = json.dumps({"Version": version, "Statement": list(statements)})
    return Document(kind=kind, text=text, name=name or kind.value.split()[0], account=account)


def allow(action: str | list[str], resource: Any = "*", **more: Any) -> Body:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: Any = "*", **more: Any) -> Body:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def to(principal: Any, statement: Body) -> Body:
    """Return a statement about a principal: an ARN, a list of them, `*`, or a map."""
    return {**statement, "Principal": {"AWS": principal} if isinstance(principal, (str, list)) else principal}


def ask(
    principal: str,
    action: str,
    resource: str,
    *own: Document,
    identity: Iterable[Body] = (),
    boundary: Iterable[Body] | None = None,
    session: Iterable[Body] | None = None,
    scps: Iterable[Iterable[Body]] = (),
    rcps: Iterable[Iterable[Body]] = (),
    context: Mapping[str, Value] | None = None,
    owner: str = "",
    role: str = "",
    unread: Iterable[Kind] = (),
) -> Answer:
    """Ask whether a principal may do something; `own` are the resource's policies."""
    given = Context({name.lower(): value for name, value in (context or {}).items()})
    identities = tuple(identity)
    policies = Policies(
        identity=(policy(Kind.IDENTITY, *identities),) if identities else (),
        boundary=() if boundary is None else (policy(Kind.BOUNDARY, *boundary),),
        session=() if session is None else (policy(Kind.SESSION, *session),),
        own=own,
        scps=tuple((policy(Kind.SCP, *level),) for level in scps),
        rcps=tuple((policy(Kind.RCP, *level),) for level in rcps),
        unread=tuple(Unread(kind=kind) for kind in unread),
    )
    request = request_of(principal, given, role=role)
    return evaluate(Question(request=request, action=action, resource=resource, owner=owner), policies)
