"""account.yaml: two groups, of policies that AWS keeps, and nothing that hands out more."""

from __future__ import annotations

import pytest

from templates.cases import CASES
from templates.reading import Stack, load, text

TEMPLATE = load("account")
WITH_PEOPLE = Stack(template=TEMPLATE, parameters=CASES["account"]["with its people"])
DEFAULTS = Stack(template=TEMPLATE)


def test_tech_leads_administer_and_billing_only_reads() -> None:
    assert DEFAULTS.properties("TechLeads") == {
        "GroupName": "tech-leads",
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
    }
    assert DEFAULTS.properties("Billing") == {
        "GroupName": "billing",
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AWSBillingReadOnlyAccess"],
    }
    assert set(DEFAULTS.resources) == {"TechLeads", "Billing"}


def test_users_that_are_there_join_and_none_is_made() -> None:
    assert WITH_PEOPLE.properties("TechLeadMembers") == {"GroupName": "<TechLeads>", "Users": ["ada", "grace"]}
    assert WITH_PEOPLE.properties("BillingMembers") == {"GroupName": "<Billing>", "Users": ["ada"]}
    assert not [one for one in TEMPLATE["Resources"].values() if one["Type"] in {"AWS::IAM::User", "AWS::IAM::Policy"}]


@pytest.mark.parametrize(("empty", "left"), [("TechLeadGroupName", "Billing"), ("BillingGroupName", "TechLeads")])
def test_a_group_without_a_name_is_not_made_nor_joined(empty: str, left: str) -> None:
    stack = Stack(template=TEMPLATE, parameters={**WITH_PEOPLE.parameters, empty: ""})
    members = {"Billing": "BillingMembers", "TechLeads": "TechLeadMembers"}[left]
    assert set(stack.resources) == {left, members}
    assert len(stack.outputs) == 1


def test_it_says_what_cloudformation_cannot_do() -> None:
    said = text("account")
    assert all(word in said for word in ("alias", "password policy", "root", "billing contact", "setup check"))
