"""Who may become a role is what its trust policy says, conditions and a token's claims included."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from waybill.sandbox import layout

pytestmark = pytest.mark.engine

GITHUB = "token.actions.githubusercontent.com"
FEDERATED = {"Federated": f"arn:aws:iam::{layout.DEVELOPMENT}:oidc-provider/{GITHUB}"}
CLAIMS = {
    "iss": f"https://{GITHUB}",
    "aud": "sts.amazonaws.com",
    "sub": "repo:acme/site:environment:production",
    "repository_owner_id": "12",
}
ROOT = {"AWS": f"arn:aws:iam::{layout.DEVELOPMENT}:root"}


def new_role(clients: Any, statement: dict[str, Any], *also: dict[str, Any], account: str = layout.DEVELOPMENT) -> str:
    whole = [{"Effect": "Allow", **each} for each in (statement, *also)]
    made = clients.user("iam", account=account).create_role(
        RoleName=f"role-{uuid4().hex}", AssumeRolePolicyDocument=json.dumps({"Statement": whole})
    )
    return str(made["Role"]["Arn"])


def token(**claims: Any) -> str:
    said = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, said)] + [b"not verified"]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def enter(clients: Any, arn: str, web_token: str) -> str:
    """Return "" or the code of the refusal."""
    try:
        clients.strangers("sts").assume_role_with_web_identity(
            RoleArn=arn, RoleSessionName="run-42", WebIdentityToken=web_token
        )
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def github_role(clients: Any, subjects: list[str]) -> str:
    condition = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}, "StringLike": {f"{GITHUB}:sub": subjects}}
    action = "sts:AssumeRoleWithWebIdentity"
    return new_role(clients, {"Principal": FEDERATED, "Action": action, "Condition": condition})


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("repo:acme/site:environment:production", ""),
        ("repo:acme/site:ref:refs/tags/v1.2.3", ""),
        ("repo:acme@12/site@34:environment:production", ""),
        ("repo:acme/site:environment:staging", "AccessDenied"),
        ("repo:acme/site-evil:environment:production", "AccessDenied"),
        ("repo:acme/site:ref:refs/heads/main", "AccessDenied"),
    ],
)
def test_a_github_job_gets_the_roles_of_its_subject_only(clients: Any, subject: str, code: str) -> None:
    known = ["repo:acme/site:environment:production", "repo:acme/site:ref:refs/tags/v*", "repo:acme@12/site@34:*"]
    assert enter(clients, github_role(clients, known), token(sub=subject)) == code


def test_a_token_is_of_a_provider_that_the_account_has_and_for_its_audience(clients: Any) -> None:
    arn = github_role(clients, ["*"])
    assert enter(clients, arn, token()) == ""
    assert enter(clients, arn, token(iss="https://elsewhere.example")) == "InvalidIdentityToken"
    assert enter(clients, arn, token(aud="somebody-else")) == "InvalidIdentityToken"
    assert enter(clients, layout.STAGE_ROLE_ARN, token()) == "InvalidIdentityToken"


def test_any_claim_can_be_asked_for(clients: Any) -> None:
    condition = {"StringEquals": {f"{GITHUB}:repository_owner_id": "12"}}
    trust = {"Principal": FEDERATED, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}
    arn = new_role(clients, trust)
    assert enter(clients, arn, token()) == ""
    assert enter(clients, arn, token(repository_owner_id="13")) == "AccessDenied"
    assert enter(clients, arn, token(repository_owner_id=None)) == "AccessDenied"


def test_the_prepared_oidc_role_takes_a_readable_token_too(clients: Any) -> None:
    assert enter(clients, layout.OIDC_ROLE_ARN, token()) == ""
    assert enter(clients, layout.OIDC_ROLE_ARN, "any.token.does") == ""


def test_a_role_takes_named_roles_of_another_account_with_the_external_id(clients: Any) -> None:
    builder = new_role(clients, {"Principal": ROOT, "Action": "sts:AssumeRole"})
    other = new_role(clients, {"Principal": ROOT, "Action": "sts:AssumeRole"})
    only = {"ArnEquals": {"aws:PrincipalArn": builder}}
    target = new_role(
        clients,
        {
            "Principal": ROOT,
            "Action": "sts:AssumeRole",
            "Condition": {**only, "StringEquals": {"sts:ExternalId": "acme-releases"}},
        },
        {"Principal": ROOT, "Action": ["sts:TagSession", "sts:SetSourceIdentity"], "Condition": only},
        account=layout.PRODUCTION,
    )
    asked = {"RoleArn": target, "RoleSessionName": "run-42", "ExternalId": "acme-releases"}
    session = {"SourceIdentity": "octocat", "Tags": [{"Key": "Repository", "Value": "acme/site"}]}
    assert clients.role(builder, "sts").assume_role(**asked, **session)["SourceIdentity"] == "octocat"
    for sts in (clients.role(other, "sts"), clients.user("sts")):
        with pytest.raises(ClientError, match="AccessDenied"):
            sts.assume_role(**asked)
    with pytest.raises(ClientError, match="AccessDenied"):
        clients.role(builder, "sts").assume_role(**{**asked, "ExternalId": "another"})


def test_a_role_may_ask_for_session_tags(clients: Any) -> None:
    tagged = {"StringEquals": {"aws:RequestTag/Repository": "acme/site"}}
    closed = {"ForAllValues:StringEquals": {"aws:TagKeys": ["Repository"]}}
    arn = new_role(
        clients,
        {"Principal": ROOT, "Action": "sts:AssumeRole"},
        {"Principal": ROOT, "Action": "sts:TagSession", "Condition": {**tagged, **closed}},
    )
    asked = {"RoleArn": arn, "RoleSessionName": "run-42"}
    right, wrong, more = ({"Key": key, "Value": value} for key, value in _TAGS)
    assert clients.user("sts").assume_role(**asked, Tags=[right])["Credentials"]
    for tags in ([wrong], [right, more]):
        with pytest.raises(ClientError, match="sts:TagSession"):
            clients.user("sts").assume_role(**asked, Tags=tags)


_TAGS = (("Repository", "acme/site"), ("Repository", "acme/other"), ("Team", "blue"))


def test_an_explicit_denial_in_a_trust_policy_wins(clients: Any) -> None:
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sts:AssumeRole",
        "Condition": {"StringNotLike": {"sts:RoleSessionName": "run-*"}},
    }
    arn = new_role(clients, {"Principal": ROOT, "Action": "sts:AssumeRole"}, denial)
    assert clients.user("sts").assume_role(RoleArn=arn, RoleSessionName="run-1")["Credentials"]
    with pytest.raises(ClientError, match="AccessDenied"):
        clients.user("sts").assume_role(RoleArn=arn, RoleSessionName="somebody")


@pytest.mark.parametrize(("account", "code"), [(layout.DEVELOPMENT, ""), (layout.PRODUCTION, "InvalidStructure")])
def test_codepipeline_is_trusted_on_behalf_of_an_account(clients: Any, account: str, code: str) -> None:
    trust = {
        "Principal": {"Service": "codepipeline.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    pipelines = clients.user("codepipeline")
    declared = pipelines.get_pipeline(name=layout.PIPELINE)["pipeline"]
    declared |= {"name": f"pipeline-{uuid4().hex}", "roleArn": new_role(clients, trust)}
    declared.pop("version")
    if code:
        with pytest.raises(ClientError, match=code):
            pipelines.create_pipeline(pipeline=declared)
    else:
        assert pipelines.create_pipeline(pipeline=declared)["pipeline"]["name"] == declared["name"]
