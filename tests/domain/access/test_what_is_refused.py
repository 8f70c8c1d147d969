"""Nobody is locked out, no key is left without an administrator, and no document is too long."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.access.making import (
    BOB,
    BUCKET,
    CALLER,
    DEVELOPMENT,
    DOMAIN,
    KEY,
    NAMES,
    READER,
    REPOSITORY,
    ROLE,
    TRUST,
    grant,
    packages,
)
from waybill.domain.access.changing import change
from waybill.domain.access.grants import IdentityWho, May
from waybill.domain.access.lockout import refusal
from waybill.domain.access.merging import compact
from waybill.domain.access.packages import package_statements
from waybill.domain.access.plan import Act, DocumentPlan
from waybill.domain.access.refs import Live, Ref
from waybill.domain.access.trust import trust_statements
from waybill.domain.arns import Caller
from waybill.errors import Fault

ROOT = f"arn:aws:iam::{DEVELOPMENT}:root"
OURS = {"Sid": "WaybillXKey", "Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}


def document(*statements: dict[str, Any]) -> str:
    return compact({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: Any, action: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}


def deny(condition: Any) -> dict[str, Any]:
    return {**allow("*", "kms:*"), "Effect": "Deny", "Condition": condition}


USE = allow({"AWS": BOB}, "kms:Decrypt")
OWN = allow({"AWS": ROOT}, "kms:*")


class TestKeys:
    def test_a_key_without_anybody_who_could_change_its_policy_is_refused(self) -> None:
        said = refusal(KEY, document(OURS, USE), document(USE), CALLER)
        assert said is not None
        assert "nobody could change the key's policy" in said

    @pytest.mark.parametrize(
        "administrator", [{"AWS": ROOT}, {"AWS": DEVELOPMENT}, {"AWS": CALLER.arn}, {"AWS": [BOB, CALLER.arn]}]
    )
    def test_one_administrator_is_enough(self, administrator: Any) -> None:
        assert refusal(KEY, document(OURS, USE), document(allow(administrator, "kms:Put*")), CALLER) is None

    def test_another_administrator_does_not_help_who_makes_the_change(self) -> None:
        other = allow({"AWS": f"arn:aws:iam::{DEVELOPMENT}:role/keeper"}, "kms:*")
        said = refusal(KEY, document(OURS, other), document(other), CALLER)
        assert said is not None
        assert f"{CALLER.arn} could not change it again" in said

    def test_an_administrator_of_another_account_is_none(self) -> None:
        assert refusal(KEY, document(OURS), document(allow({"AWS": BOB}, "kms:*")), CALLER)

    @pytest.mark.parametrize(
        "guarded",
        [
            (OWN, deny({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-mine"}})),
            (OWN, deny({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
            (allow("*", "kms:*") | {"Condition": {"StringEquals": {"kms:CallerAccount": DEVELOPMENT}}},),
            (allow("*", "kms:*") | {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "keys"}}},),
            (allow({"AWS": BOB}, "kms:*"),),
        ],
    )
    def test_who_administers_it_by_what_nobody_knows_does_so_after_a_change_too(self, guarded: Any) -> None:
        assert refusal(KEY, document(*guarded), document(*guarded, USE), CALLER) is None
        assert refusal(KEY, document(*guarded, USE), document(*guarded), CALLER) is None

    def test_what_hangs_on_a_condition_does_not_take_the_place_of_what_does_not(self) -> None:
        unsure = allow("*", "kms:*") | {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "keys"}}}
        assert refusal(KEY, document(OURS, unsure), document(unsure), CALLER)

    def test_a_key_has_a_policy_always(self) -> None:
        assert "nothing would be left" in (refusal(KEY, document(OURS), None, CALLER) or "")


class TestOthers:
    def test_a_role_has_a_trust_policy_always(self) -> None:
        assert "nothing would be left" in (refusal(TRUST, document(OURS), None, CALLER) or "")

    def test_a_run_does_not_shut_itself_out_of_its_own_role(self) -> None:
        own = Caller(f"arn:aws:sts::{DEVELOPMENT}:assumed-role/waybill-publish/waybill", DEVELOPMENT)
        theirs, ours = ({"Effect": "Allow", "Sid": sid} for sid in ("Theirs", "WaybillXTrust"))
        assert "in this very role" in (refusal(TRUST, document(theirs, ours), document(theirs), own) or "")
        assert refusal(TRUST, document(theirs), document(theirs, ours), own) is None
        assert refusal(TRUST, document(theirs, ours), document(theirs), CALLER) is None

    @pytest.mark.parametrize("ref", [DOMAIN, REPOSITORY, BUCKET])
    def test_what_others_denied_before_is_not_our_doing(self, ref: Ref) -> None:
        deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
        assert refusal(ref, document(deny, OURS), document(deny), CALLER) is None

    @pytest.mark.parametrize("ref", [DOMAIN, REPOSITORY, BUCKET])
    def test_a_denial_that_comes_with_it_is_refused(self, ref: Ref) -> None:
        deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
        assert "would be denied" in (refusal(ref, document(OURS), document(deny), CALLER) or "")

    @pytest.mark.parametrize("ref", [DOMAIN, REPOSITORY, BUCKET])
    def test_what_is_empty_then_may_go(self, ref: Ref) -> None:
        assert refusal(ref, document(OURS), None, CALLER) is None


class TestLengths:
    """AWS counts characters, so they are counted before anything is written."""

    def plan(self, number: int, live: Live | None = None) -> DocumentPlan | Fault:
        whos = (IdentityWho(arn=f"arn:aws:iam::222222222222:user/somebody-{one:04}") for one in range(number))
        grants = [grant(who, May.PUBLISH, packages(), name=f"g{one}") for one, who in enumerate(whos)]
        wanted = [one for made in grants for one in package_statements(made, packages()) if one.ref == REPOSITORY]
        return change(REPOSITORY, live, wanted, names=NAMES, caller=CALLER)

    def test_a_document_that_is_too_long_is_a_fault_with_its_length(self) -> None:
        fault = self.plan(40)
        assert isinstance(fault, Fault)
        assert "AWS takes 7,168" in fault.rule
        assert isinstance(self.plan(5), DocumentPlan)

    def test_what_is_not_ours_counts_too(self) -> None:
        long = Live(text=document(allow({"AWS": BOB}, "x" * 6500)), revision="1")
        fault = self.plan(2, long)
        assert isinstance(fault, Fault)
        assert "1 of its statements" in fault.rule
        assert isinstance(self.plan(2), DocumentPlan)

    def trusting(self, number: int, live: str) -> DocumentPlan | Fault:
        whos = (IdentityWho(arn=f"arn:aws:iam::222222222222:user/somebody-{one:04}") for one in range(number))
        grants = [grant(who, May.PUBLISH, packages(), name=f"g{one}", through=ROLE) for one, who in enumerate(whos)]
        wanted = [one for made in grants for one in trust_statements(made, TRUST)]
        return change(TRUST, Live(text=live), wanted, names=NAMES, caller=CALLER)

    def test_whether_the_quota_of_trust_policies_is_raised_is_left_to_iam_and_noted(self) -> None:
        short, long = (document({"Effect": "Allow", "Sid": "Theirs", "Action": "x" * size}) for size in (9, 2500))
        found = self.trusting(5, short)
        assert isinstance(found, DocumentPlan)
        assert 2048 < len(found.after or "") < 4096
        assert "unless the account's quota" in " ".join(found.notes)
        for unmarked in (self.trusting(1, short), self.trusting(1, long)):
            assert isinstance(unmarked, DocumentPlan)
            assert unmarked.notes == ()
        fault = self.trusting(12, short)
        assert isinstance(fault, Fault)
        assert "AWS takes 4,096" in fault.rule

    def test_a_trust_policy_that_is_longer_already_shows_a_raised_quota(self) -> None:
        long = document({"Effect": "Allow", "Sid": "Theirs", "Action": "x" * 2500})
        plan = change(TRUST, Live(text=json.dumps(json.loads(long), indent=9)), (), names=NAMES, caller=CALLER)
        assert isinstance(plan, DocumentPlan)
        assert plan.act is Act.NOTHING


def test_a_document_that_cannot_be_read_is_a_fault_and_not_overwritten() -> None:
    wanted = list(package_statements(grant(READER, May.READ, packages()), packages()))
    fault = change(REPOSITORY, Live(text="<policy/>", revision="1"), wanted, names=NAMES, caller=CALLER)
    assert isinstance(fault, Fault)
    assert "cannot be read" in fault.rule
