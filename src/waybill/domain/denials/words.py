"""Refusals in words: who may not do what on what, why as far as AWS says, and the statement with its exact place.

Pure. The words for each side are those of `access explain` (`domain/iam/words.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from waybill.domain.denials.causes import WEB, Call, Cause
from waybill.domain.denials.causes import cause as cause_of
from waybill.domain.denials.sentences import read
from waybill.domain.iam.answers import Missing
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.words import denied_by, lacks, place
from waybill.errors import AccessDenied, Refused

SHOWN: Final = 60
"""Characters of an encoded message that are shown; the result document has all of it."""

_ORGANISATION: Final = frozenset({Kind.SCP, Kind.RCP})
_LIMITS: Final = {
    Kind.BOUNDARY: "A boundary only limits: it must allow it beside the identity policy. It would need:",
    Kind.SESSION: "A session policy only limits: whoever makes these credentials puts it on them. (Where Waybill "
    "assumed the role, please report it.) It would need:",
    Kind.SCP: "It limits the whole account. It would need:",
    Kind.RCP: "It limits the whole account. It would need:",
    Kind.ENDPOINT: "Its policy would need:",
}
_TRUSTED: Final = (
    "Where {place} asks for an external id, send the right one (`role-external-id`), and add nothing. Only where no "
    "statement of it names the caller, add this, with the condition that its others have:"
)
_S3_OWN: Final = "But S3 says it to the bucket's own account, so look whose bucket that is."
_S3: Final = (
    "S3 says no more than this where the bucket policy denies it, where the bucket belongs to another account "
    "than `expected-account`, and where a missing key is asked for without s3:ListBucket."
)


def denied(cause: Cause, where: str, *, what: str = "", hints: Iterable[str] = ()) -> AccessDenied:
    """Return the error for a refused call. `where` begins the sentence; `what` is said in the place of that sentence.

    `hints` are what whoever knows more of such calls says to check, where AWS does not say whose policy it is, or says
    that it is a trust policy: those have conditions.
    """
    statements = [each.statement for each in cause.mends]
    return AccessDenied(
        what or sentence(cause, where),
        advice(cause, hints),
        refused=Refused(
            caller=cause.caller,
            action=cause.action,
            resource=cause.resource,
            side=cause.side.value,
            likely=cause.likely,
            explicit=cause.said.explicit,
            policy=cause.said.policy,
            missing=tuple(each.to_json() for each in cause.mends),
            statement=json.dumps(statements[0], indent=2) if statements else "",
            said=cause.said.words,
            encoded=cause.said.encoded,
        ),
    )


def denial_in(text: str, what: str, *, advice_too: str = "") -> AccessDenied | None:
    """Return the error for a refusal that somebody hands on, as CloudFormation in its events.

    None where it is none, or names no ARN: nobody is told to allow something everywhere. `what` is said of it, and
    `advice_too` after what else there is to do.
    """
    said = read(text)
    if not said.action or not said.resource.startswith("arn:"):
        return None
    found = denied(cause_of(Call(action=said.action, resource=said.resource), said), "", what=what)
    return found.told(what, f"{found.advice}\n{advice_too}".strip())


def sentence(cause: Cause, where: str) -> str:
    """Return who may not do what on what, and why, as far as AWS says."""
    who = cause.caller or ("The token of this job" if cause.action == WEB else "The caller")
    why = _why(cause)
    return f"{where}: {who} may not {cause.action} on {cause.resource}{f': {why}' if why else ''}."


def advice(cause: Cause, hints: Iterable[str] = ()) -> str:
    """Return what to do: each statement with its place, or what to change where no statement helps."""
    told = [_unsaid(cause), *(hints if cause.likely or cause.kind is Kind.TRUST else ())]
    told += [_of_denial(cause)] if cause.said.explicit else []
    told += ["No policy helps: change that setting."] if cause.said.setting else []
    told += ["Check that the key exists in the region of the bucket."] if cause.said.open else []
    told = [" ".join(each for each in told if each)]
    told += [_step(cause, each) for each in cause.mends]
    told += [_others(cause), _encoded(cause)]
    return "\n".join(each for each in told if each)


def _why(cause: Cause) -> str:
    if cause.said.setting:
        return cause.said.why.removeprefix("because ")
    if cause.said.explicit:
        return denied_by(f"{cause.denies or 'a statement'} of {_policy(cause)}")
    if cause.said.open:
        return "the key does not exist in this region, or its policy does not allow it, or denies it"
    return "" if cause.likely or not cause.missing else lacks(cause.missing[0])


def _policy(cause: Cause) -> str:
    if cause.kind is None:
        return f"the policy {cause.said.policy}" if cause.said.policy else "a policy that AWS does not name"
    if cause.said.policy:
        return f"the {cause.kind.value} {cause.said.policy}"
    anyones = cause.kind in {*_ORGANISATION, Kind.ENDPOINT} or not cause.missing
    return f"a {cause.kind.value}" if anyones else place(cause.missing[0])


def _unsaid(cause: Cause) -> str:
    if not cause.likely:
        return ""
    hint = ""
    if cause.action.startswith("s3:"):
        # To callers of the bucket's own account and organisation S3 says whose policy it is, but not to a HEAD.
        hint = f" {_S3}" if cause.said.silent or cause.crosses is not False else f" {_S3_OWN} {_S3}"
    return f"AWS does not say whose policy it is; {cause.likely}.{hint}"


def _of_denial(cause: Cause) -> str:
    whom = _whom(cause, cause.missing[0]) if cause.missing else ""
    return (
        f"Nothing that allows it elsewhere helps. Have that statement changed, or meet its conditions. {whom}".strip()
    )


def _step(cause: Cause, missing: Missing) -> str:
    statement = json.dumps(dict(missing.statement or {}), indent=2)
    whom = _whom(cause, missing)
    asked = f"{whom} " if whom else ""
    if missing.kind in _LIMITS:
        return f"{asked}{_LIMITS[missing.kind]}\n{statement}"
    if cause.likely and missing.kind is Kind.TRUST:
        # A statement without the external id beside one with it would let in whoever may ask through somebody else.
        return f"{asked}{_TRUSTED.format(place=place(missing))}\n{statement}"
    return f"{asked}Add this to {place(missing)}:\n{statement}"


def _whom(cause: Cause, missing: Missing) -> str:
    """Return whom to ask, where that is not the caller's own account."""
    if missing.kind in _ORGANISATION:
        owner = [*cause.said.policy.split(":"), *[""] * 5][4]
        return f"Ask whoever administers the organisation{f' (account {owner})' if owner.isdigit() else ''}."
    if missing.kind is Kind.ENDPOINT:
        return "Ask whoever runs the network, and the endpoint in it."
    foreign = missing.account and missing.account != cause.account
    return f"Ask whoever administers account {missing.account}." if foreign else ""


def _others(cause: Cause) -> str:
    """Return what else must allow it: AWS names one side at a time."""
    if cause.likely or not cause.mends or not cause.crosses or len(cause.mends) > 1:
        return ""
    if cause.kind is Kind.IDENTITY:
        return f"Across accounts the policy of {cause.resource} must allow it, too."
    return "Across accounts the caller's own policy must allow it, too."


def _encoded(cause: Cause) -> str:
    text = cause.said.encoded
    if not text or cause.said.decoded:
        return ""
    account = f" in account {cause.account}" if cause.account else ""
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    cut = " The whole of it is `refused.encoded` of the result (`--json`)." if shown != text else ""
    return (
        f"AWS says more, encoded. Who may sts:DecodeAuthorizationMessage{account} can read it:{cut}\n"
        f"aws sts decode-authorization-message --encoded-message {shown}"
    )
