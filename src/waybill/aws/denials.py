"""The one way from an answer of AWS that refuses to our error: what it says is read and explained in the domain.

The explainer is imported when something is refused, and not before: few runs are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from waybill.errors import AccessDenied

if TYPE_CHECKING:
    from waybill.domain.denials.causes import Cause

Decode = Callable[[str], str]
"""Returns what STS decodes of an encoded message (JSON); empty where it does not."""


def denial(
    action: str,
    resource: str,
    where: str,
    message: str,
    caller: str,
    *,
    key: str = "",
    owner: str = "",
    decode: Decode | None = None,
    hints: Sequence[str] = (),
) -> AccessDenied:
    """Return the error for one refused call.

    AWS's own sentence, where there is one, names action and resource best: a refused PutObject may be a refused
    `kms:GenerateDataKey`. HEAD requests are refused without a word; then what was asked must do. `key` is the ARN (or
    a pattern of ARNs) of the KMS key behind the resource: AWS does not name a key of another account. `owner` is the
    account that a bucket should be of.
    """
    from waybill.domain.denials.causes import Call, cause  # noqa: PLC0415 - see above
    from waybill.domain.denials.decoded import decoded  # noqa: PLC0415
    from waybill.domain.denials.sentences import read  # noqa: PLC0415
    from waybill.domain.denials.words import denied  # noqa: PLC0415

    said, denies = read(message), ""
    if said.encoded and decode is not None:
        said, denies = decoded(said, decode(said.encoded))
    asked = Call(action=action, resource=resource, caller=caller, key=key, owner=owner)
    return denied(cause(asked, said, denies), where, hints=hints)


def copy_denial(
    error: AccessDenied, message: str, *, where: str, action: str, resource: str, key: str, owner: str
) -> AccessDenied:
    """Return the refusal of a copy: it is judged on both sides, and S3 seldom says on which it was refused.

    `error` is the refusal as of the target's side, `message` S3's words; `action` and `resource` are what the copy
    reads, `key` the pattern of the source's key, `owner` the source's account.
    """
    from waybill.domain.denials.sentences import read  # noqa: PLC0415 - see above
    from waybill.domain.denials.words import denied  # noqa: PLC0415

    said = read(message)
    if said.action == "kms:Decrypt" and not said.resource:
        return denial(action, resource, where, message, error.caller, key=key, owner=owner)
    if said.action:
        return error
    found = _source(error, message, action, resource, owner)
    who = error.caller or "The caller"
    return denied(
        found,
        where,
        what=f"{where}: {who} may not copy it there from {resource}: S3 does not say on which side.",
        hints=[
            f"Reading also needs kms:Decrypt on {key}; where that is another account's, in its bucket policy and key "
            f"policy, too. Writing needs {error.action} on {error.resource} and kms:GenerateDataKey on the "
            "target's key."
        ],
    )


def _source(error: AccessDenied, message: str, action: str, resource: str, owner: str) -> Cause:
    from waybill.domain.denials.causes import Call, cause  # noqa: PLC0415 - see above
    from waybill.domain.denials.sentences import read  # noqa: PLC0415

    return cause(Call(action=action, resource=resource, caller=error.caller, owner=owner), read(message))
