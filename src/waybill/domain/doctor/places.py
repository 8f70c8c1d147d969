"""Where what mends a finding is to be done: in which account, and commands that refuse in every other. Pure.

A mend that begins with `aws ` is a line for a shell; what is said of it stands behind ` # `. The credentials of whoever
pastes it are seldom those of the account that was looked at: a role led there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from waybill.domain.findings import Finding
from waybill.domain.iam.requests import role_of

_WHOSE = re.compile(r"\b(?:policy|boundary) of arn:[^:\s]+:[^:\s]*:[^:\s]*:(\d{12}):|^test .+? = (\d{12}) ")
_OF_A_BUCKET = re.compile(r"(aws s3api (?!create-bucket )\S+ [^|;&]*?--bucket \S+)")
_COMMENT = " # "


def placed(findings: Iterable[Finding], account: str, caller: str) -> list[Finding]:
    """Return findings with the account in which they are mended: that of the policy or guard that they have, else this.

    `caller` is the ARN of whoever looked there. Those that have their account already are kept as they are.
    """
    return [one if one.owner else _placed(one, account, caller) for one in findings]


def _placed(one: Finding, account: str, caller: str) -> Finding:
    named = _WHOSE.search(one.mend)
    owner = (named[1] or named[2]) if named else account
    seen_as = role_of(caller) if owner == account else ""
    mend, note = parted(one.mend)
    return replace(one, mend=guarded(mend, owner), note=note, owner=owner, seen_as=seen_as)


def parted(mend: str) -> tuple[str, str]:
    """Return a command and what is said of it; the latter without marks that a shell would run."""
    if not mend.startswith("aws "):
        return mend, ""
    command, _, note = mend.partition(_COMMENT)
    return command, note.replace("`", "'").replace(_COMMENT, ", ")


def guarded(mend: str, account: str) -> str:
    """Return a command that does nothing, and says so, with the credentials of another account; sentences as they are.

    A bucket's calls say whose it is as well, which S3 itself compares.
    """
    if not mend.startswith("aws "):
        return mend
    owned = _OF_A_BUCKET.sub(rf"\1 --expected-bucket-owner {account}", mend)
    return (
        f'test "$(aws sts get-caller-identity --query Account --output text)" = {account} '
        f"|| ! echo 'Not done: these are no credentials of account {account}.' && {owned}"
    )
