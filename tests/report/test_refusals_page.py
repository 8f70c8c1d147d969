"""The page "When access is refused" shows what a person really sees: each screen is made anew and found there."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from domain.denials.told import OPEN, SCP
from waybill.aws.denials import denial
from waybill.domain.denials.tokens import token_denied
from waybill.errors import AccessDenied
from waybill.report.text import failure

PAGE = Path(__file__).parents[2] / "docs" / "refusals.md"
STAGE = "arn:aws:sts::222222222222:assumed-role/waybill-stage/waybill-42"
PROMOTE = "arn:aws:sts::222222222222:assumed-role/waybill-promote/waybill-42"
ROLE = "arn:aws:iam::222222222222:role/waybill-stage"
MINE, THEIRS = "s3://production-us-east-1/SugarWater@1.2.3", "s3://development-us-east-1/SugarWater@1.2.3"
MY_OBJECT, THEIR_OBJECT = (f"arn:aws:s3:::{place.removeprefix('s3://')}" for place in (MINE, THEIRS))
ENCODED = "4Ai9qvVQYCx3kKoQaOtnKpzKCvrDlzzn_8R3vhbWP-TGw5hHcV-nA1oa2OYqRJGLTVXT5ObYDbfI1VxJv6wIxIkcDra0jmVs3wbRel4f"


def said(who: str, action: str, rest: str) -> str:
    return f"User: {who} is not authorized to perform: {action}{rest}"


def put(rest: str) -> AccessDenied:
    where, owner = f"{MINE} in us-east-1", "222222222222"
    return denial("s3:PutObject", MY_OBJECT, where, said(STAGE, "s3:PutObject", rest), STAGE, owner=owner)


def no(policy: str, action: str = "s3:PutObject") -> str:
    return f" because no {policy} allows the {action} action"


def get(message: str, **more: str) -> AccessDenied:
    where, owner = f"{THEIRS} in us-east-1", "111111111111"
    return denial("s3:GetObject", THEIR_OBJECT, where, message, PROMOTE, owner=owner, **more)  # type: ignore[arg-type]


SCREENS = {
    "identity": put(no("identity-based policy")),
    "resource": get(said(PROMOTE, "s3:GetObject", no("resource-based policy", "s3:GetObject"))),
    "not said": get("Access Denied"),
    "key": get(
        said(PROMOTE, "kms:Decrypt", f" on the resource associated with this ciphertext {OPEN}"),
        key="arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    "trust": denial(
        "sts:AssumeRole",
        ROLE,
        f"{ROLE} cannot be assumed",
        said("arn:aws:iam::111111111111:user/ci", "sts:AssumeRole", f" on resource: {ROLE}"),
        "",
        hints=["Check that the role exists and its trust policy names the caller."],
    ),
    "boundary": put(no("permissions boundary")),
    "session": put(no("session policy")),
    "organisation": put(f" with an explicit deny in a service control policy: {SCP}"),
    "endpoint": put(no("VPC endpoint policy")),
    "token": token_denied(
        "GitHub refused it (403 Resource not accessible by integration).",
        "The token needs `contents: read` of this repository: in a job, `permissions:` gives it.",
        permission="contents: read",
        resource="acme/sugarwater",
    ),
    "encoded": denial(
        "cloudformation:CreateStack",
        "arn:aws:cloudformation:us-east-1:222222222222:stack/waybill-region/*",
        "stack waybill-region in us-east-1",
        f"You are not authorized to perform this operation. Encoded authorization failure message: {ENCODED}",
        STAGE,
    ),
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_of_the_page_is_what_is_shown(name: str) -> None:
    assert indent(failure(SCREENS[name]), "    ") in PAGE.read_text(), failure(SCREENS[name])
