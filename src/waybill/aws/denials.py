"""Explains a refusal: which action on which resource, whose side it is on, and the statement that is missing."""

from __future__ import annotations

import json
import re

from waybill.errors import AccessDenied

_SENTENCE = re.compile(
    r"User: (?P<caller>\S+) is not authorized to perform: (?P<action>[\w:*-]+)"
    r"(?: on (?:(?:this )?resource|the resource associated with this ciphertext)(?:: (?P<resource>\S+))?)?"
    # A missing allow comes as "because no ... allows", a denial as "with an explicit deny in ...".
    r"(?: (?P<why>(?:because|with) .*))?",
    re.DOTALL,
)
_NOT_ITS_OWN = {
    "session policy": "The session policy of these credentials",
    "permissions boundary": "The permissions boundary of the role",
    "service control policy": "A service control policy of the organisation",
    "resource control policy": "A resource control policy of the organisation",
    "VPC endpoint policy": "The policy of the VPC endpoint on the way",
}


def denial(action: str, resource: str, where: str, message: str, caller: str, *, key: str = "") -> AccessDenied:
    """Return the error for one refused call.

    AWS's own sentence, where there is one, names action and resource best: a refused PutObject may be a refused
    `kms:GenerateDataKey`. HEAD requests are refused without a word; then what was asked must do. `key` is the ARN (or
    a pattern of ARNs) of the KMS key behind the resource: AWS does not name a key of another account.
    """
    match = _SENTENCE.search(message)
    why = ""
    if match:
        caller = match["caller"] or caller
        action = match["action"] or action
        named = (match["resource"] or "").rstrip(".,")
        resource = named.strip('"') or _refused_resource(action, resource, key)
        why = (match["why"] or "").strip()
    statement = json.dumps({"Effect": "Allow", "Action": action, "Resource": resource}, indent=2)
    who = caller or "The caller"
    return AccessDenied(
        f"{where}: {who} may not {action} on {resource}{f' {why}' if why else '.'}",
        _advice(action, caller, why, statement),
        action=action,
        resource=resource,
        caller=caller,
        statement=statement,
    )


def copy_denial(error: AccessDenied, message: str, *, where: str, action: str, resource: str, key: str) -> AccessDenied:
    """Return the refusal of a copy: it is judged on both sides, and S3 seldom says on which it was refused.

    `error` is the refusal as of the target's side, `message` S3's words; `action` and `resource` are what the copy
    reads, `key` the pattern of the source's key.
    """
    match = _SENTENCE.search(message)
    if match is None:
        who = error.caller or "The caller"
        statement = json.dumps({"Effect": "Allow", "Action": action, "Resource": resource}, indent=2)
        return AccessDenied(
            f"{where}: {who} may not copy it there from {resource}: S3 does not say on which side.",
            f"Reading needs {action} on {resource} and kms:Decrypt on {key}, in the identity's policy and, across "
            f"accounts, in the source's bucket policy and key policy as well:\n{statement}\n"
            f"Writing needs {error.action} on {error.resource} and kms:GenerateDataKey on the target's key.",
            action=action,
            resource=resource,
            caller=error.caller,
            statement=statement,
        )
    if match["action"] == "kms:Decrypt" and not match["resource"]:
        return denial(action, resource, where, message, error.caller, key=key)
    return error


def _refused_resource(action: str, asked: str, key: str) -> str:
    """Return what the action was refused on, where AWS does not say: no `kms:` action is allowed on an object."""
    if not action.startswith("kms:") or asked.split(":")[2:3] == ["kms"]:
        return asked
    return key or f"arn:{asked.split(':')[1]}:kms:*:*:key/*"


def _advice(action: str, caller: str, why: str, statement: str) -> str:
    if "explicit deny" in why:
        return (
            "A policy denies this explicitly (see the reason above); an allow elsewhere does not help. "
            "Change that policy, or what it makes a condition of."
        )
    for kind, which in _NOT_ITS_OWN.items():
        if kind in why:
            return f"{which} does not allow it. What it would need:\n{statement}"
    if action.startswith("kms:"):
        return _kms_advice(caller, why, statement)
    if "resource-based policy" in why:
        return f"Add this to the resource's own policy, with the caller as `Principal`:\n{statement}"
    advice = f"Add this to the identity's policy:\n{statement}"
    if action.startswith("s3:") and not why:
        advice += (
            "\nS3 refuses in the same words when the bucket policy denies it, when the bucket belongs to another "
            "account than `expected-account`, and when a missing key is asked for without s3:ListBucket."
        )
    return advice


def _kms_advice(caller: str, why: str, statement: str) -> str:
    if "no identity-based policy" in why:
        return f"The identity's side is missing. Add this to its policy:\n{statement}"
    who = caller or "the caller"
    if "does not exist in this Region" in why:
        return (
            "AWS leaves open which of these it is. Check that the key exists, in the region of the bucket (`kms-key`, "
            "or the bucket's default). If it does, the key policy's side is missing, or denies it: "
            f'allow {who} (or its account) there; key policies say `Resource: "*"`. '
            f"A key of another account needs the identity's side, too:\n{statement}"
        )
    if "resource-based polic" in why:
        return (
            f"The key policy's side is missing: allow {who} (or its account) there. "
            f'Key policies say `Resource: "*"`; the action is the one in:\n{statement}'
        )
    return (
        "Both sides must allow the use of a key from another account; AWS did not say which is missing here. "
        f"In the key policy allow {who}, and in the identity's policy add:\n{statement}"
    )
