"""Explains a refusal: which action on which resource, whose side it is on, and the statement that is missing."""

from __future__ import annotations

import json
import re

from waybill.errors import AccessDenied

_SENTENCE = re.compile(
    r"User: (?P<caller>\S+) is not authorized to perform: (?P<action>[\w:*-]+)"
    r"(?: on (?:resource|the resource associated with this ciphertext)(?:: (?P<resource>\S+))?)?"
    r"(?: because (?P<because>.*))?",
    re.DOTALL,
)


def denial(action: str, resource: str, where: str, message: str, caller: str) -> AccessDenied:
    """Return the error for one refused call.

    AWS's own sentence, where there is one, names action and resource best: a refused PutObject may be a refused
    `kms:GenerateDataKey`. HEAD requests are refused without a word; then what was asked must do.
    """
    match = _SENTENCE.search(message)
    because = ""
    if match:
        caller = match["caller"] or caller
        action = match["action"] or action
        named = (match["resource"] or "").rstrip(".,")
        resource = named.strip('"') or resource
        because = (match["because"] or "").strip()
    statement = json.dumps({"Effect": "Allow", "Action": action, "Resource": resource}, indent=2)
    who = caller or "The caller"
    return AccessDenied(
        f"{where}: {who} may not {action} on {resource}{f' because {because}' if because else '.'}",
        _advice(action, caller, because, statement),
        action=action,
        resource=resource,
        caller=caller,
        statement=statement,
    )


def _advice(action: str, caller: str, because: str, statement: str) -> str:
    if "explicit deny" in because:
        return (
            "A policy denies this explicitly (see the reason above); an allow elsewhere does not help. "
            "Change that policy, or what it makes a condition of."
        )
    if "session policy" in because:
        return f"The session policy of these credentials does not allow it. What it would need:\n{statement}"
    if "permissions boundary" in because:
        return f"The permissions boundary of the role does not allow it. What it would need:\n{statement}"
    if action.startswith("kms:"):
        return _kms_advice(caller, because, statement)
    if "resource-based policy" in because:
        return f"Add this to the resource's own policy, with the caller as `Principal`:\n{statement}"
    advice = f"Add this to the identity's policy:\n{statement}"
    if action.startswith("s3:") and not because:
        advice += (
            "\nS3 refuses in the same words when the bucket policy denies it, when the bucket belongs to another "
            "account than `expected-account`, and when a missing key is asked for without s3:ListBucket."
        )
    return advice


def _kms_advice(caller: str, because: str, statement: str) -> str:
    if "no identity-based policy" in because:
        return f"The identity's side is missing. Add this to its policy:\n{statement}"
    if "resource-based policy" in because:
        principal = caller or "the caller"
        return (
            f"The key policy's side is missing: allow {principal} (or its account) there. "
            f'Key policies say `Resource: "*"`; the action is the one in:\n{statement}'
        )
    return (
        "Both sides must allow the use of a key from another account; AWS did not say which is missing here. "
        f"In the key policy allow {caller or 'the caller'}, and in the identity's policy add:\n{statement}"
    )
