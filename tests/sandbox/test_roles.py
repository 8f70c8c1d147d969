"""Who one is in the sandbox, and whom one can become."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from waybill.sandbox import layout

pytestmark = pytest.mark.engine

ASKED = {
    "RoleArn": layout.STAGE_ROLE_ARN,
    "RoleSessionName": "run-42",
    "ExternalId": layout.STAGE_EXTERNAL_ID,
}


def refusal(call: Any, **arguments: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def new_role(clients: Any, *actions: str, principal: str = f"arn:aws:iam::{layout.DEVELOPMENT}:root") -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": list(actions)}
    answer = clients.user("iam", account=layout.PRODUCTION).create_role(
        RoleName=f"role-{uuid4().hex}", AssumeRolePolicyDocument=json.dumps({"Statement": [statement]})
    )
    return str(answer["Role"]["Arn"])


def test_the_environments_keys_are_a_users_and_not_roots(clients: Any) -> None:
    identity = clients.user("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::111111111111:user/waybill-sandbox"
    assert identity["Account"] == "111111111111"


def test_root_is_known_as_root_and_may_not_assume_roles(clients: Any) -> None:
    assert clients.root("sts").get_caller_identity()["Arn"] == "arn:aws:iam::111111111111:root"
    assert refusal(clients.root("sts").assume_role, **ASKED)[:2] == ("AccessDenied", 403)


def test_the_assumed_roles_answer_and_its_keys_agree_on_who_it_is(clients: Any) -> None:
    answer = clients.user("sts").assume_role(**ASKED)
    expected = "arn:aws:sts::222222222222:assumed-role/waybill-stage/run-42"
    assert answer["AssumedRoleUser"]["Arn"] == expected
    identity = clients.session(answer["Credentials"], "sts").get_caller_identity()
    assert (identity["Arn"], identity["Account"]) == (expected, "222222222222")
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]


@pytest.mark.parametrize("external_id", [None, "another-one"])
def test_the_external_id_is_required(clients: Any, external_id: str | None) -> None:
    asked = {**ASKED, "ExternalId": external_id}
    given = {name: value for name, value in asked.items() if value is not None}
    code, status, message = refusal(clients.user("sts").assume_role, **given)
    assert (code, status) == ("AccessDenied", 403)
    assert "user/waybill-sandbox is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222" in message


def test_a_role_that_does_not_exist_is_refused_like_one_that_is_closed(clients: Any) -> None:
    asked = {**ASKED, "RoleArn": f"arn:aws:iam::{layout.PRODUCTION}:role/absent"}
    assert refusal(clients.user("sts").assume_role, **asked)[:2] == ("AccessDenied", 403)


def test_a_role_that_trusts_somebody_else_is_closed(clients: Any) -> None:
    arn = new_role(clients, "sts:AssumeRole", principal="arn:aws:iam::111111111111:user/somebody-else")
    asked = {"RoleArn": arn, "RoleSessionName": "run-42"}
    assert refusal(clients.user("sts").assume_role, **asked)[:2] == ("AccessDenied", 403)


def test_session_tags_need_the_trust_policys_leave(clients: Any) -> None:
    asked = {"RoleArn": new_role(clients, "sts:AssumeRole"), "RoleSessionName": "run-42"}
    tags = [{"Key": "repository", "Value": "acme/demo"}]
    assert "sts:TagSession" in refusal(clients.user("sts").assume_role, **asked, Tags=tags)[2]
    assert "sts:SetSourceIdentity" in refusal(clients.user("sts").assume_role, **asked, SourceIdentity="octocat")[2]
    assert clients.user("sts").assume_role(**asked)["Credentials"]


def test_the_stage_role_takes_tags_a_source_identity_and_a_session_policy(clients: Any) -> None:
    answer = clients.user("sts").assume_role(
        **ASKED,
        Tags=[{"Key": "repository", "Value": "acme/demo"}],
        SourceIdentity="octocat",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": []}),
    )
    assert answer["SourceIdentity"] == "octocat"


def test_a_chained_session_lasts_an_hour_at_most(clients: Any) -> None:
    chained = new_role(clients, "sts:AssumeRole", principal=layout.STAGE_ROLE_ARN)
    sts = clients.stage_role("sts")
    asked = {"RoleArn": chained, "RoleSessionName": "run-42"}
    code, _, message = refusal(sts.assume_role, **asked, DurationSeconds=3601)
    assert code == "ValidationError"
    assert "1 hour session limit" in message
    assert sts.assume_role(**asked)["AssumedRoleUser"]["Arn"].endswith("/run-42")


def test_a_session_policy_that_is_too_long_or_no_json_is_refused(clients: Any) -> None:
    sts = clients.user("sts")
    assert refusal(sts.assume_role, **ASKED, Policy=" " * 2049)[0] == "ValidationError"
    assert refusal(sts.assume_role, **ASKED, Policy="{")[0] == "MalformedPolicyDocument"


def test_any_web_identity_token_gets_the_oidc_roles_keys(clients: Any) -> None:
    answer = clients.strangers("sts").assume_role_with_web_identity(
        RoleArn=layout.OIDC_ROLE_ARN, RoleSessionName="run-42", WebIdentityToken="any.token.does"
    )
    arn = clients.session(answer["Credentials"], "sts").get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::111111111111:assumed-role/waybill-oidc/run-42" == answer["AssumedRoleUser"]["Arn"]
    onward = clients.session(answer["Credentials"], "sts").assume_role(**ASKED)
    assert onward["AssumedRoleUser"]["Arn"].startswith("arn:aws:sts::222222222222:assumed-role/waybill-stage/")


def test_a_web_identity_does_not_get_a_role_that_trusts_accounts(clients: Any) -> None:
    call = clients.user("sts").assume_role_with_web_identity
    asked = {"RoleArn": layout.STAGE_ROLE_ARN, "RoleSessionName": "run-42", "WebIdentityToken": "any.token.does"}
    assert refusal(call, **asked)[:2] == ("AccessDenied", 403)


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "code"),
    [
        ("sts", "get_caller_identity", {}, "InvalidClientTokenId"),
        ("ssm", "get_parameter", {"Name": "/startifact"}, "UnrecognizedClientException"),
        ("s3", "list_buckets", {}, "InvalidAccessKeyId"),
    ],
)
def test_keys_of_nobody_are_refused(
    clients: Any, service: str, operation: str, arguments: dict[str, str], code: str
) -> None:
    assert refusal(getattr(clients.strangers(service), operation), **arguments)[0] == code


def test_unsigned_requests_are_refused(sandbox: Any) -> None:
    own = layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{sandbox.url}/{own}")
    assert caught.value.code == 403
    caught.value.close()


def test_a_region_that_does_not_exist_is_refused_and_not_retried(clients: Any) -> None:
    code, status, message = refusal(clients.user("ssm", "mars-north-1").get_parameter, Name="/startifact")
    assert (code, status) == ("InvalidSignatureException", 400)
    assert "mars-north-1" in message


def test_what_moto_does_not_have_is_refused_and_not_retried(clients: Any) -> None:
    code, status, _ = refusal(clients.user("rolesanywhere").list_trust_anchors)
    assert (code, status) == ("NotImplemented", 501)
