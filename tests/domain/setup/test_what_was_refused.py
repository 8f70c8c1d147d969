"""A stack that was refused says so in the result document, as a region does."""

from __future__ import annotations

from waybill.domain.denials.words import denial_in
from waybill.domain.setup.plan import StackAction, StackPlan
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.errors import Unavailable

ROLE = "arn:aws:iam::222222222222:role/waybill-stage"


def test_a_stack_says_what_was_refused() -> None:
    plan = StackPlan(
        ref=StackRef("prod", "us-east-1", "waybill-region"),
        account="222222222222",
        template="region",
        action=StackAction.UPDATE,
    )
    who = "arn:aws:sts::222222222222:assumed-role/admin/ada"
    error = denial_in(f"User: {who} is not authorized to perform: iam:CreateRole on resource: {ROLE}", "no")
    assert error is not None
    told = plan.failed(error).to_json()["refused"]
    assert (told["caller"], told["action"], told["resource"], told["side"]) == (who, "iam:CreateRole", ROLE, "identity")
    assert "refused" not in plan.failed(Unavailable("down")).to_json()
