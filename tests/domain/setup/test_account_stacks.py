from __future__ import annotations

from waybill.domain.setup.estate import Estate, Group, Member
from waybill.domain.setup.stacks.single import account_stacks
from waybill.domain.setup.stacks.wanted import text


def said(member: Member) -> list[dict[str, str]]:
    estate = Estate(accounts=(member,), regions=("us-east-1", "eu-west-1"))
    found = list(account_stacks(estate, member))
    assert {(stack.ref.region, stack.template) for stack in found} <= {("us-east-1", "account")}
    return [{name: text(value, str) for name, value in stack.parameters.items()} for stack in found]


def test_an_account_without_groups_has_no_stack_of_them() -> None:
    assert said(Member(name="a", id="111111111111")) == []


def test_a_group_that_is_not_asked_for_is_not_made() -> None:
    (parameters,) = said(Member(name="a", id="111111111111", billing=Group(name="billing", members=("alice", "bob"))))
    assert parameters == {
        "TechLeadGroupName": "",
        "TechLeadNames": "",
        "BillingGroupName": "billing",
        "BillingNames": "alice,bob",
    }
