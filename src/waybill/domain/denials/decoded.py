"""What STS decodes of an encoded authorization message, read. Pure.

https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
Of its context only the caller, the action and the resource are taken: the rest (addresses, tags) is not for logs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from waybill.domain.denials.sentences import Said, plain
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.services import ACTION

_LONGEST: Final = 2048
# As it names the policies that denied; there is no list of them in AWS's documentation.
_KINDS: Final = {
    "service control": Kind.SCP,
    "resource control": Kind.RCP,
    "boundary": Kind.BOUNDARY,
    "session": Kind.SESSION,
    "scope": Kind.SESSION,
    "endpoint": Kind.ENDPOINT,
    "resource": Kind.RESOURCE,
    "iam policy": Kind.IDENTITY,
    "identity": Kind.IDENTITY,
}


def decoded(said: Said, text: str) -> tuple[Said, str]:
    """Return what an answer says with what `text` (JSON) adds to it, and which statement denies, in words.

    What is no such document adds nothing.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return said, ""
    if not isinstance(found, dict) or found.get("allowed") is True:
        return said, ""
    context = _mapping(found.get("context"))
    action = _text(context.get("action"))
    # EC2 leaves its own name out: `RunInstances`.
    action = action if ACTION.match(action) else said.action
    denies = [each for each in _items(found.get("matchedStatements")) if _text(each.get("effect")).upper() == "DENY"]
    explicit = found.get("explicitDeny") is True or said.explicit
    better = replace(
        said,
        decoded=True,
        caller=_text(_mapping(context.get("principal")).get("arn")) or said.caller,
        action=action or said.action,
        resource=_text(context.get("resource")) or said.resource,
        explicit=explicit,
        kind=said.kind or (_kind(denies[0]) if denies else None),
        policy=said.policy or (_policy(denies[0]) if denies else ""),
    )
    return better, _name(denies[0]) if denies and explicit else ""


def _kind(statement: Mapping[str, Any]) -> Kind | None:
    said = _text(statement.get("sourcePolicyType")).lower().replace("_", " ")
    principals = [_text(each.get("value")) for each in _items(statement.get("principals"))]
    if "SCOPE_POLICY_ISSUER" in principals:
        return Kind.SESSION
    return next((kind for words, kind in _KINDS.items() if words in said), None)


def _policy(statement: Mapping[str, Any]) -> str:
    return _text(statement.get("sourcePolicyId"))


def _name(statement: Mapping[str, Any]) -> str:
    sid = _text(statement.get("statementId"))
    return f"the statement {sid}" if sid else "a statement"


def _items(value: Any) -> list[Mapping[str, Any]]:
    items = _mapping(value).get("items")
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return plain(value[:_LONGEST]) if isinstance(value, str) else ""
