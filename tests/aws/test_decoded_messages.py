"""An encoded message of a refusal is decoded by who may, once, and else told with how to decode it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import pytest

from aws.answers import ROLE, SESSION, ssm_error, sts_caller, sts_error, sts_session
from aws.doors import REGION, Told, lead
from aws.loopback import Answer, Heard, loopback
from waybill.domain.arns import RoleArn
from waybill.domain.identity import Identity
from waybill.errors import AccessDenied

ENCODED = "4Ai9qvVQYCx3kKoQaOtnKpzKCvrDlzzn_8R3vhbWP-TGw5hHcV-nA1oa2OYqRJGLTVXT5ObYDbfI1VxJv6wIxIkcDra0jmVs3wbRel4f="
MESSAGE = f"You are not authorized to perform this operation. Encoded authorization failure message: {ENCODED}"
PARAMETER = "arn:aws:ssm:us-east-1:222222222222:parameter/sugar"
USER = "arn:aws:iam::222222222222:user/ada"
# As EC2's are; AWS documents no more of the form than what the names of its members say.
DECODED: dict[str, Any] = {
    "allowed": False,
    "explicitDeny": True,
    "matchedStatements": {
        "items": [
            {
                "statementId": "RegionFence",
                "effect": "DENY",
                "principals": {"items": [{"value": "AROA3XFRBF535PLBIFPI4"}]},
                "actions": {"items": [{"value": "*"}]},
                "resources": {"items": [{"value": "*"}]},
                "conditions": {"items": []},
            }
        ]
    },
    "failures": {"items": []},
    "context": {
        "principal": {"id": "AROA3XFRBF535PLBIFPI4:ada", "arn": USER},
        "action": "ssm:GetParameter",
        "resource": PARAMETER,
        "conditions": {"items": [{"key": "aws:SourceIp", "values": {"items": [{"value": "192.0.2.7"}]}}]},
    },
}


def decoded(document: str) -> Answer:
    body = (
        '<DecodeAuthorizationMessageResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<DecodeAuthorizationMessageResult><DecodedMessage>{escape(document)}</DecodedMessage>"
        "</DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>"
    )
    return Answer(200, body, {"Content-Type": "text/xml"})


def refusal(
    monkeypatch: pytest.MonkeyPatch, answer: Answer | None, identity: Identity | None = None
) -> tuple[AccessDenied, list[dict[str, str]]]:
    """Return the error of a refused GetParameter, and what STS was asked to decode, and by whom."""
    asked: list[dict[str, str]] = []

    def sts(one: dict[str, str]) -> Answer | None:
        if one["Action"] == "DecodeAuthorizationMessage":
            asked.append(one)
            return answer
        return sts_caller(USER) if one["Action"] == "GetCallerIdentity" else sts_session(one["Action"])

    def script(heard: Heard) -> Answer | None:
        if "x-amz-target" in heard.headers:
            return ssm_error(400, "AccessDeniedException", MESSAGE)
        return sts(dict(parse_qsl(heard.read().decode())) | {"signed": heard.headers.get("authorization", "")})

    told = Told()
    with loopback(script) as server:
        lead(monkeypatch, server.url)
        account = told.gateway(identity or Identity()).enter("{}")
        with pytest.raises(AccessDenied) as caught:
            account.region(REGION).parameters.get("/sugar")
    assert not told.clock.sleeps, "a refusal is told at once, whatever becomes of its message"
    return caught.value, asked


def test_what_sts_decodes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    error, asked = refusal(monkeypatch, decoded(json.dumps(DECODED)))
    assert [one["EncodedMessage"] for one in asked] == [ENCODED]
    assert (error.caller, error.action, error.resource) == (USER, "ssm:GetParameter", PARAMETER)
    assert error.refused.explicit
    assert "denied by the statement RegionFence of a policy that AWS does not name" in error.what
    assert "decode-authorization-message" not in error.advice, "that was done"
    assert "192.0.2.7" not in str(error) + json.dumps(error.refused.to_json()), "addresses are not for logs"


def test_a_statement_that_is_missing_is_told_as_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {**DECODED, "explicitDeny": False, "matchedStatements": {"items": []}}
    error, _ = refusal(monkeypatch, decoded(json.dumps(document)))
    assert (error.refused.side, error.refused.explicit) == ("identity", False)
    assert json.loads(error.statement) == {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": PARAMETER}


@pytest.mark.parametrize(
    "answer",
    [
        sts_error(403, "AccessDenied", "User: x is not authorized to perform: sts:DecodeAuthorizationMessage"),
        sts_error(400, "InvalidAuthorizationMessageException", "Message is not valid"),
        sts_error(503, "ServiceUnavailable"),
        decoded("no JSON"),
        decoded("[]"),
        None,
    ],
    ids=["refused", "not valid", "down", "no JSON", "a list", "cut off"],
)
def test_what_is_not_decoded_is_told_with_how_to_decode_it(
    monkeypatch: pytest.MonkeyPatch, answer: Answer | None
) -> None:
    error, asked = refusal(monkeypatch, answer)
    assert len(asked) == 1
    assert (error.action, error.resource, error.refused.encoded) == ("ssm:GetParameter", PARAMETER, ENCODED)
    assert f"aws sts decode-authorization-message --encoded-message {ENCODED[:60]}…" in error.advice


def test_the_role_that_is_assumed_is_not_asked_but_who_assumes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session policy of a run allows it never: no run needs it (P8)."""
    error, asked = refusal(monkeypatch, decoded(json.dumps(DECODED)), Identity(role=RoleArn.parse(ROLE)))
    assert ["ASIA" in one["signed"] for one in asked] == [False]
    assert error.refused.explicit


def test_where_a_token_stands_for_the_credentials_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    error, asked = refusal(monkeypatch, None, Identity(oidc_role=RoleArn.parse(ROLE)))
    assert not asked
    assert error.caller == SESSION
    assert "decode-authorization-message" in error.advice
