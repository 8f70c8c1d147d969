"""A refusal names who was refused what, on what, and the statement that is missing (tests/domain/denials has more)."""

from __future__ import annotations

import json
import re

import pytest

from aws.answers import KEY, OBJECT, SESSION, client_error
from fakes.clock import FakeClock
from waybill.aws.calls import Calls
from waybill.aws.denials import denial
from waybill.aws.meanings import Asked, meaning
from waybill.errors import AccessDenied, ExitCode
from waybill.retry import Retry

WHERE = "s3://acme-staging/SugarWater@1.2.3 in us-east-1"
MAY_NOT = f"User: {SESSION} is not authorized to perform: "


def refused(message: str, *, action: str = "s3:PutObject", resource: str = OBJECT, caller: str = "") -> AccessDenied:
    return denial(action, resource, WHERE, message, caller)


def statement_in(text: str) -> dict[str, str]:
    found = re.search(r"\{.*\}", text, re.DOTALL)
    assert found, text
    parsed: dict[str, str] = json.loads(found[0])
    return parsed


def allow(action: str, resource: str) -> dict[str, str]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def test_awss_own_words_name_caller_action_and_resource() -> None:
    error = refused(
        f'{MAY_NOT}s3:PutObject on resource: "{OBJECT}" because no identity-based policy allows the s3:PutObject action'
    )
    assert error.exit_code is ExitCode.IDENTITY
    assert (error.caller, error.action, error.resource) == (SESSION, "s3:PutObject", OBJECT)
    assert error.what.startswith(f"{WHERE}: {SESSION} may not s3:PutObject on {OBJECT}: no identity policy of")
    assert statement_in(error.advice) == json.loads(error.statement) == allow("s3:PutObject", OBJECT)


def test_a_refused_put_that_is_a_refused_key_asks_for_the_keys_statement() -> None:
    because = "because no identity-based policy allows the kms:GenerateDataKey action"
    error = refused(f"{MAY_NOT}kms:GenerateDataKey on resource: {KEY} {because}")
    assert statement_in(error.advice) == allow("kms:GenerateDataKey", KEY)
    assert error.refused.side == "identity"
    assert "key policy" not in error.advice


def test_a_refusal_without_a_word_is_named_by_what_was_asked() -> None:
    error = refused("Forbidden", action="s3:GetObject", caller=SESSION)
    assert (error.caller, error.action, error.resource) == (SESSION, "s3:GetObject", OBJECT)
    assert statement_in(error.advice) == allow("s3:GetObject", OBJECT)
    assert all(hint in error.advice for hint in ("bucket policy", "`expected-account`", "s3:ListBucket"))


def test_a_refusal_of_one_among_several_things_is_one_like_others() -> None:
    """DeleteObjects answers 200, and tells of each key that was not deleted why."""
    calls = Calls(Retry(clock=FakeClock(), random=lambda: 0.0), caller=SESSION)
    asked = Asked(action="s3:DeleteObjectVersion", resource=OBJECT, where=WHERE, owner="222222222222")
    calls.must(asked, {"Key": "k", "Code": "InternalError", "Message": "We had a problem."})
    with pytest.raises(AccessDenied) as caught:
        calls.must(asked, {"Key": "k", "Code": "AccessDenied", "Message": "Access Denied"})
    assert (caught.value.caller, caught.value.refused.side) == (SESSION, "identity")


def test_a_403_that_speaks_of_permissions_is_a_refusal_whatever_its_code() -> None:
    said = f"{MAY_NOT}s3:PutObject on resource: {OBJECT} because no session policy allows the s3:PutObject action"
    asked = Asked(action="s3:PutObject", resource=OBJECT, where=WHERE)
    error = meaning(asked, client_error("SomeNewException", said, status=403), SESSION)
    assert isinstance(error, AccessDenied)
    assert error.refused.side == "session"


def test_a_refusal_of_an_action_without_a_resource_keeps_what_was_asked() -> None:
    error = refused(f"{MAY_NOT}ssm:GetParameter because no identity-based policy allows it", action="ssm:GetParameter")
    assert (error.action, error.resource) == ("ssm:GetParameter", OBJECT)
