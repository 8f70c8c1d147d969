"""A refused key of another account: AWS says "this resource", and leaves open whose side it is on."""

from __future__ import annotations

import json

import pytest

from aws.answers import KEY, OBJECT, ROLE, SESSION, client_error
from waybill.aws.denials import denial
from waybill.aws.meanings import Asked, meaning
from waybill.errors import AccessDenied

WHERE = "s3://acme-staging/SugarWater@1.2.3 in us-east-1"
OPEN = (
    "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based "
    "policy explicitly denies access"
)
ON = ["this resource", "the resource associated with this ciphertext"]
ACTIONS = ["kms:GenerateDataKey", "kms:Decrypt"]


def refused(sentence: str, *, key: str = "", resource: str = OBJECT) -> AccessDenied:
    said = f"User: {SESSION} is not authorized to perform: {sentence}"
    return denial("s3:PutObject", resource, WHERE, said, "", key=key)


@pytest.mark.parametrize("on", ON)
@pytest.mark.parametrize("action", ACTIONS)
def test_the_key_that_was_sent_is_the_one_that_is_named(on: str, action: str) -> None:
    error = refused(f"{action} on {on} {OPEN}", key=KEY)
    assert (error.caller, error.action, error.resource) == (SESSION, action, KEY)
    assert json.loads(error.statement) == {
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": action,
        "Resource": "*",
    }
    assert f"may not {action} on {KEY}: the key does not exist in this region, or" in error.what


@pytest.mark.parametrize("on", ON)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_no_action_on_keys_is_allowed_on_an_object(on: str, action: str, partition: str) -> None:
    error = refused(f"{action} on {on} {OPEN}", resource=f"arn:{partition}:s3:::acme-staging/SugarWater@1.2.3")
    assert error.resource == f"arn:{partition}:kms:*:*:key/*"
    assert [each["policy"] for each in error.refused.missing] == ["key policy", "identity policy"]
    assert ":s3:" not in str(error)


@pytest.mark.parametrize("why", ["", f" {OPEN}", " because no identity-based policy allows the kms:Decrypt action"])
def test_a_key_without_on_anything_is_no_object_either(why: str) -> None:
    assert refused(f"kms:Decrypt{why}", key=KEY).resource == KEY
    assert refused(f"kms:Decrypt{why}").resource.startswith("arn:aws:kms:")


def test_a_key_that_aws_names_is_that_one() -> None:
    other = KEY.replace("1234abcd", "ffffffff")
    assert refused(f"kms:Decrypt on resource: {other} {OPEN}", key=KEY).resource == other


def test_an_answer_of_s3_is_told_with_the_key_that_the_call_sent() -> None:
    asked = Asked(action="s3:PutObject", resource=OBJECT, where=WHERE, key=KEY)
    said = f"User: {SESSION} is not authorized to perform: kms:GenerateDataKey on this resource {OPEN}"
    error = meaning(asked, client_error("AccessDenied", said, status=403), SESSION)
    assert isinstance(error, AccessDenied)
    assert (error.action, error.resource) == ("kms:GenerateDataKey", KEY)
    assert ":s3:" not in error.advice
