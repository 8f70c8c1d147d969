"""CodeArtifact's operations on policies: a request's JSON in, an answer's JSON out. Each raises `Refusal`.

A put or a deletion that names a revision is refused when the policy has another one by then.
"""

from __future__ import annotations

import json
from uuid import uuid4

from waybill.sandbox.engine.codeartifact.desk import Desk, Json, Request
from waybill.sandbox.engine.codeartifact.holdings import MOST_CHARACTERS, Holder, Policy, conflict, invalid, missing


def put_domain_permissions_policy(desk: Desk, request: Request) -> Json:
    """PutDomainPermissionsPolicy."""
    return _put(desk.domain(request), request)


def get_domain_permissions_policy(desk: Desk, request: Request) -> Json:
    """GetDomainPermissionsPolicy."""
    return _get(desk.domain(request))


def delete_domain_permissions_policy(desk: Desk, request: Request) -> Json:
    """DeleteDomainPermissionsPolicy."""
    return _delete(desk.domain(request), request)


def put_repository_permissions_policy(desk: Desk, request: Request) -> Json:
    """PutRepositoryPermissionsPolicy."""
    return _put(desk.repository(request)[1], request)


def get_repository_permissions_policy(desk: Desk, request: Request) -> Json:
    """GetRepositoryPermissionsPolicy."""
    return _get(desk.repository(request)[1])


def delete_repository_permissions_policy(desk: Desk, request: Request) -> Json:
    """DeleteRepositoryPermissionsPolicy."""
    return _delete(desk.repository(request)[1], request)


def _put(holder: Holder, request: Request) -> Json:
    document = request["policyDocument"]
    _check(document)
    _check_revision(holder, request)
    holder.policy = Policy(document, uuid4().hex)
    return {"policy": _told(holder, holder.policy)}


def _get(holder: Holder) -> Json:
    return {"policy": _told(holder, _there(holder))}


def _delete(holder: Holder, request: Request) -> Json:
    found = _there(holder)
    _check_revision(holder, request)
    holder.policy = None
    return {"policy": _told(holder, found)}


def _there(holder: Holder) -> Policy:
    if holder.policy is None:
        raise missing(f"The policy of {holder.arn} was not found")
    return holder.policy


def _check_revision(holder: Holder, request: Request) -> None:
    named = request.get("policyRevision")
    if named and (holder.policy is None or holder.policy.revision != named):
        raise conflict(f"The policy of {holder.arn} has another revision than {named}")


def _check(document: str) -> None:
    if len(document) > MOST_CHARACTERS:
        raise invalid(f"A policy document has at most {MOST_CHARACTERS} characters")
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise invalid("The policy document is not a policy: it needs a Statement") from None
    listed = statements if isinstance(statements, list) else [statements]
    for statement in listed:
        if not isinstance(statement, dict) or not {"Effect", "Principal", "Action", "Resource"} <= statement.keys():
            raise invalid("A statement of a resource's policy needs Effect, Principal, Action and Resource")


def _told(holder: Holder, policy: Policy) -> Json:
    return {"resourceArn": holder.arn, "revision": policy.revision, "document": policy.document}
