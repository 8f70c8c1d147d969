"""identity.yaml: who may assume which role, from GitHub and from other accounts, and what bounds it."""

from __future__ import annotations

import re

import pytest

from templates.cases import CASES
from templates.reading import Stack, by_sid, listed, load
from waybill.domain import calls

TEMPLATE = load("identity")
DEVELOPMENT = Stack(template=TEMPLATE, parameters=CASES["identity"]["development, from GitHub"], account="111111111111")
PRODUCTION = Stack(template=TEMPLATE, parameters=CASES["identity"]["production, from development"])
ROLES = ("Stage", "Promote", "Deploy", "Read")
ENTERING = {"sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"}


@pytest.mark.parametrize("role", ROLES)
def test_github_enters_with_this_audience_and_these_subjects_only(role: str) -> None:
    trust = by_sid(DEVELOPMENT.properties(f"{role}Role")["AssumeRolePolicyDocument"])
    assert set(trust) == {"GitHub"}
    assert trust["GitHub"]["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["GitHub"]["Principal"] == {"Federated": "<Provider>"}
    assert trust["GitHub"]["Condition"] == {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
        "StringLike": {"token.actions.githubusercontent.com:sub": DEVELOPMENT.parameters[f"{role}Subjects"].split(",")},
    }
    assert DEVELOPMENT.properties("Provider") == {
        "Url": "https://token.actions.githubusercontent.com",
        "ClientIdList": ["sts.amazonaws.com"],
    }


def test_a_provider_that_is_there_already_is_named() -> None:
    parameters = {**DEVELOPMENT.parameters, "MakeProvider": "no"}
    stack = Stack(template=TEMPLATE, parameters=parameters, account="111111111111")
    trust = by_sid(stack.properties("StageRole")["AssumeRolePolicyDocument"])
    arn = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
    assert trust["GitHub"]["Principal"] == {"Federated": arn}
    assert "Provider" not in stack.resources


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("subject", "taken"),
    [
        ("repo:OWNER/REPO:environment:production", True),
        ("repo:OWNER/my.repo_1-2:ref:refs/tags/v*", True),
        ("repo:OWNER/REPO:ref:refs/heads/main", True),
        ("repo:OWNER@123/REPO@456:environment:production", True),
        ("repo:OWNER@123/REPO@456:ref:refs/tags/v*", True),
        ("", True),
        ("repo:OWNER/*:environment:production", False),
        ("repo:*/REPO:environment:production", False),
        ("repo:OWNER/REPO:*", False),
        ("repo:OWNER/REPO:environment:*", False),
        ("repo:OWNER/REPO:pull_request", False),
        ("repo:OWNER/REPO:ref:*", False),
        ("repo:OWNER@123/REPO:environment:production", False),
        ("repo:OWNER/REPO@456:environment:production", False),
        ("OWNER/REPO", False),
        ("*", False),
    ],
)
def test_a_subject_names_a_repository_in_either_form_and_its_environment_or_ref(
    role: str, subject: str, taken: bool
) -> None:
    pattern = TEMPLATE["Parameters"][f"{role}Subjects"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, subject)) is taken


@pytest.mark.parametrize("role", ROLES)
def test_roles_of_other_accounts_enter_with_the_external_id_tags_and_a_source_identity(role: str) -> None:
    trust = by_sid(PRODUCTION.properties(f"{role}Role")["AssumeRolePolicyDocument"])
    assert set(trust) == {"Assume", "Session"}
    assumer = {"aws:PrincipalArn": [f"arn:aws:iam::111111111111:role/waybill-{role.lower()}"]}
    for statement in trust.values():
        assert statement["Principal"] == {"AWS": ["111111111111"]}
        assert statement["Condition"]["ArnEquals"] == assumer
    assert trust["Assume"]["Condition"]["StringEquals"] == {"sts:ExternalId": "acme-releases"}
    assert {action for one in trust.values() for action in listed(one["Action"])} == ENTERING


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_go_on_to_its_targets_and_has_its_policies(role: str) -> None:
    going = DEVELOPMENT.properties(f"{role}MayAssume")
    (statement,) = going["PolicyDocument"]["Statement"]
    assert set(statement["Action"]) == ENTERING
    assert statement["Resource"] == [f"arn:aws:iam::222222222222:role/waybill-{role.lower()}"]
    assert f"{role}MayAssume" not in PRODUCTION.resources
    made = PRODUCTION.properties(f"{role}Role")
    assert made["ManagedPolicyArns"] == [PRODUCTION.parameters[f"{role}PolicyArns"]]
    assert made["RoleName"] == f"waybill-{role.lower()}"


@pytest.mark.parametrize(
    ("role", "policy"),
    [("Stage", "AllowWrite"), ("Promote", "AllowPromote"), ("Deploy", "AllowDeploy"), ("Read", "AllowRead")],
)
def test_a_role_may_have_its_accounts_own_policy_without_anybody_saying_the_account(role: str, policy: str) -> None:
    own = CASES["identity"]["production, by the names of its own policies"]
    for account in ("222222222222", "333333333333"):
        stack = Stack(template=TEMPLATE, parameters=own, account=account)
        made = stack.properties(f"{role}Role")["ManagedPolicyArns"]
        assert made == [f"arn:aws:iam::{account}:policy/waybill-{policy}"]
    given = {**PRODUCTION.parameters, "PolicyNamePrefix": "waybill-"}
    made = Stack(template=TEMPLATE, parameters=given).properties(f"{role}Role")["ManagedPolicyArns"]
    assert made == [PRODUCTION.parameters[f"{role}PolicyArns"]]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_nobody_may_assume_is_not_made(role: str) -> None:
    parameters = {
        name: value for name, value in DEVELOPMENT.parameters.items() if name not in {f"{role}Subjects", "MakeProvider"}
    }
    stack = Stack(template=TEMPLATE, parameters=parameters)
    assert not {f"{role}Role", f"{role}MayAssume"} & set(stack.resources)
    assert f"{role}RoleArn" not in stack.outputs


def test_every_role_is_bounded_and_its_sessions_end() -> None:
    for role in ROLES:
        assert DEVELOPMENT.properties(f"{role}Role")["PermissionsBoundary"] == "<Boundary>"
        bounded = PRODUCTION.properties(f"{role}Role")
        assert bounded["PermissionsBoundary"] == "arn:aws:iam::222222222222:policy/company-boundary"
        assert bounded["MaxSessionDuration"] == "7200"
    assert "Boundary" not in PRODUCTION.resources


def test_the_boundary_is_what_the_commands_of_the_roles_ever_call() -> None:
    tables = (
        calls.STAGE_CALLS,
        calls.ROLLBACK_CALLS,
        calls.PROMOTE_CALLS,
        calls.SOURCE_CALLS,
        calls.STATUS_CALLS,
        calls.DEPLOY_CALLS,
        calls.PIPELINE_CALLS,
    )
    (statement,) = DEVELOPMENT.properties("Boundary")["PolicyDocument"]["Statement"]
    assert set(statement["Action"]) == {call.action for table in tables for call in table} | ENTERING
    assert not [action for action in statement["Action"] if "Delete" in action or action.startswith("iam:")]


def test_without_an_external_id_no_role_of_another_account_gets_in() -> None:
    stack = Stack(template=TEMPLATE, parameters={**PRODUCTION.parameters, "ExternalId": ""})
    trust = by_sid(stack.properties("PromoteRole")["AssumeRolePolicyDocument"])
    # STS takes no empty external id, so that none can equal this one.
    assert trust["Assume"]["Condition"]["StringEquals"] == {"sts:ExternalId": ""}
