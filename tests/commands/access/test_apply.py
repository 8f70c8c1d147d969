"""access apply: what the plan says, and nothing else; nobody's newer policy is overwritten."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commands.access.stand import (
    BUCKET,
    DOMAIN,
    HOME,
    REPOSITORY,
    ROLE,
    THEIRS,
    TRUSTED,
    Stand,
    plans,
    ref,
    words,
)
from fakes.aws import DEVELOPMENT
from fakes.policies import document
from fakes.refusals import denied
from waybill.cancel import Cancellation
from waybill.domain.access.meaning import statements_in
from waybill.domain.access.plan import AccessPlan, Act, End
from waybill.domain.access.refs import Ref
from waybill.domain.iam.documents import Kind
from waybill.domain.result import Outcome
from waybill.errors import Cancelled, ConflictError, Declined, InputError, Unavailable

PROMOTER = {"role": "arn:aws:iam::222222222222:role/waybill-promote"}
SUGAR = {"account": "development", "project": "SugarWater"}
PROMOTING = {"who": PROMOTER, "may": "promote", "what": SUGAR}
ELSE = {**THEIRS, "Sid": "Newer", "Action": "codeartifact:DeletePackageVersions"}


def test_every_policy_says_what_the_file_says_then(stand: Stand) -> None:
    result = stand.apply()
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.CREATED, True, 0)
    assert stand.sids(REPOSITORY) == ["WaybillProductionReadsRead", "WaybillBobPublishesUiPublish"]
    assert stand.sids(DOMAIN) == ["WaybillProductionReadsToken", "WaybillBobPublishesUiToken"]
    assert plans(result)[REPOSITORY].revision
    assert not stand.plan().changed


def test_again_writes_nothing_and_says_so(applied: Stand) -> None:
    result = applied.apply()
    assert (result.outcome, result.changed) == (Outcome.ALREADY, False)
    assert applied.written() == []


def test_statements_that_are_not_ours_stay_as_they_are(stand: Stand) -> None:
    stand.put(REPOSITORY, THEIRS, {**ELSE, "Condition": {"Bool": {"aws:SecureTransport": "true"}}})
    before = statements_in(stand.text(REPOSITORY) or "")
    stand.apply()
    assert statements_in(stand.text(REPOSITORY) or "")[:2] == before
    stand.file["grants"] = {}
    stand.apply()
    assert statements_in(stand.text(REPOSITORY) or "") == before


def test_what_the_file_dropped_goes_and_an_empty_policy_is_deleted(applied: Stand) -> None:
    applied.put(DOMAIN, THEIRS, *statements_in(applied.text(DOMAIN) or ""))
    applied.file["grants"] = {}
    result = applied.apply()
    assert {one: plan.end for one, plan in plans(result).items() if plan.words} == {
        DOMAIN: End.WRITTEN,
        REPOSITORY: End.DELETED,
    }
    assert applied.sids(DOMAIN) == ["Theirs"]
    assert applied.text(REPOSITORY) is None


def test_staged_artifacts_keys_and_roles_are_granted(stand: Stand) -> None:
    who = {"repository": "acme/website", "environment": "production"}
    stand.grants(promoting=PROMOTING, reading={"who": who, "may": "read", "what": SUGAR, "through": ROLE.arn})
    stand.apply()
    assert stand.sids(BUCKET) == [
        "WaybillPromotingPromote",
        "WaybillPromotingList",
        "WaybillReadingRead",
        "WaybillReadingList",
    ]
    assert stand.sids(stand.key()) == ["", "WaybillPromotingKey", "WaybillReadingKey"]
    assert stand.sids(ROLE) == ["Theirs", "WaybillReadingTrust"]
    assert not stand.plan().changed


class TestSomebodyElse:
    """Between the look and the put."""

    @pytest.mark.parametrize("of", [REPOSITORY, DOMAIN])
    def test_a_newer_policy_is_never_overwritten_and_is_told(self, applied: Stand, of: Ref) -> None:
        applied.file["grants"]["more"] = {**applied.file["grants"]["production-reads"], "may": "administer"}
        applied.file["grants"]["bob-publishes-ui"]["may"] = ["publish"]
        applied.file["grants"]["another"] = dict(applied.file["grants"]["bob-publishes-ui"], who={"account": "3" * 12})
        now = statements_in(applied.text(of) or "")
        applied.world.on("put-policy", lambda _: applied.put(of, ELSE, *now), key=f"{of.name}$")
        result = applied.apply()
        assert (result.exit_code, result.changed) == (5, True)
        assert plans(result)[of].end is End.CONFLICT
        error = plans(result)[of].error or ""
        assert "Somebody else changed" in error
        assert f"444444444444 gains codeartifact:DeletePackageVersions on {of.name}" in error
        assert statements_in(applied.text(of) or "") == [ELSE, *now]
        assert result.resume == "waybill access apply"

    def test_the_other_policies_are_written_all_the_same_and_running_again_finishes(self, stand: Stand) -> None:
        stand.world.on("put-policy", lambda _: stand.put(REPOSITORY, ELSE), key="my_repo$")
        result = stand.apply()
        assert result.outcome is Outcome.PARTIAL
        assert plans(result)[DOMAIN].end is End.WRITTEN
        assert stand.apply().exit_code == 0
        assert stand.sids(REPOSITORY)[0] == "Newer"
        assert len(stand.sids(REPOSITORY)) == 3

    def test_a_first_policy_that_somebody_else_put_first_stays(self, stand: Stand) -> None:
        stand.world.on("put-policy", lambda _: stand.put(REPOSITORY, ELSE), key="my_repo$")
        assert plans(stand.apply())[REPOSITORY].end is End.CONFLICT
        assert stand.sids(REPOSITORY) == ["Newer"]

    def test_a_policy_that_somebody_deleted_is_told_as_that(self, applied: Stand) -> None:
        del applied.file["grants"]["bob-publishes-ui"]
        applied.world.on("put-policy", lambda _: applied.put(REPOSITORY), key="my_repo$")
        assert "they deleted it" in (plans(applied.apply())[REPOSITORY].error or "")

    def test_a_policy_that_is_not_empty_any_more_is_not_deleted(self, applied: Stand) -> None:
        applied.file["grants"] = {}
        applied.world.on("delete-policy", lambda _: applied.put(REPOSITORY, ELSE), key="my_repo$")
        assert applied.apply().exit_code == 5
        assert applied.sids(REPOSITORY) == ["Newer"]

    @pytest.mark.parametrize("kind", [Kind.BUCKET, Kind.KEY])
    def test_what_has_no_revisions_is_guarded_by_a_second_look(self, stand: Stand, kind: Kind) -> None:
        stand.grants(promoting=PROMOTING)
        of = BUCKET if kind is Kind.BUCKET else stand.key()
        newer = {**THEIRS, "Principal": {"AWS": DEVELOPMENT}, "Action": "kms:*"}
        stand.world.on("put-policy", lambda _: stand.put(of, newer), key=of.name)
        result = stand.apply()
        assert plans(result)[of].end is End.CONFLICT
        assert statements_in(stand.text(of) or "") == [newer]

    def test_the_same_written_otherwise_is_no_change_of_somebody_elses(self, stand: Stand) -> None:
        stand.grants(promoting=PROMOTING)
        key = stand.key()
        (own,) = statements_in(stand.text(key) or "")
        spelled = {**own, "Principal": {"AWS": [f"arn:aws:iam::{DEVELOPMENT}:root"]}}
        stand.world.on("put-policy", lambda _: stand.put(key, spelled), key=key.name)
        assert stand.apply().exit_code == 0


class TestTrouble:
    def test_an_answer_that_was_lost_is_no_conflict_when_it_is_run_again(self, stand: Stand) -> None:
        stand.world.fail(call="put-policy", key="my_repo$", when="after", error=Unavailable("lost"))
        result = stand.apply()
        assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, 9)
        again = stand.apply()
        assert (again.outcome, again.exit_code) == (Outcome.ALREADY, 0)

    def test_a_refusal_is_that_policys_end_and_the_others_are_written(self, stand: Stand) -> None:
        stand.world.fail(call="put-policy", key="my_domain$", error=lambda: denied("codeartifact:Put", DOMAIN.arn))
        result = stand.apply()
        assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, 3)
        assert plans(result)[DOMAIN].end is End.FAILED
        assert plans(result)[REPOSITORY].end is End.WRITTEN
        assert "may not codeartifact:Put" in (result.error or "")

    def test_all_of_them_failing_changed_nothing(self, stand: Stand) -> None:
        stand.world.deny("put-policy")
        result = stand.apply()
        assert (result.outcome, result.changed) == (Outcome.FAILED, False)

    def test_who_asks_to_stop_is_told_what_was_not_reached(self, stand: Stand) -> None:
        stand.world.on("read-policy", lambda _: stand.cancellation.cancel(15), key="my_repo$", when="after")
        with pytest.raises(Cancelled, match="No policy was changed"):
            stand.apply()
        assert stand.written() == []

    def test_what_was_begun_when_somebody_asked_to_stop_has_its_end(self, stand: Stand) -> None:
        stand.grants(**stand.file["grants"], promoting=PROMOTING)
        stand.world.on("put-policy", lambda _: stand.cancellation.cancel(15), when="after", times=None)
        result = stand.apply()
        ended = [one for one in plans(result).values() if one.act is not Act.NOTHING]
        left = [str(one.ref) for one in ended if one.end is not End.WRITTEN]
        assert result.exit_code == (143 if left else 0)
        if left:
            written, _, missed = (result.error or "").partition("; not changed ")
            assert all(str(one.ref) in written for one in ended if one.end is End.WRITTEN)
            assert all(each in missed for each in left)
        stand.cancellation = Cancellation()
        stand.world.calls.forgive()
        assert stand.apply().exit_code == 0
        assert not stand.plan().changed


class TestAsking:
    def test_at_a_terminal_the_plan_is_shown_first(self, stand: Stand) -> None:
        assert stand.apply(answer=True).outcome is Outcome.CREATED
        (shown,) = stand.asked
        assert isinstance(shown, AccessPlan)
        assert shown.pending

    def test_who_does_not_agree_changed_nothing(self, stand: Stand) -> None:
        with pytest.raises(Declined):
            stand.apply(answer=False)
        assert stand.written() == []

    @pytest.mark.parametrize("values", [{"yes": "true"}, {}])
    def test_nobody_is_asked_with_yes_or_where_nobody_is(self, stand: Stand, values: dict[str, str]) -> None:
        assert stand.apply(answer=False if values else None, **values).outcome is Outcome.CREATED
        assert stand.asked == []

    def test_nobody_is_asked_where_nothing_changes(self, applied: Stand) -> None:
        assert applied.apply(answer=False).outcome is Outcome.ALREADY

    def test_an_approved_plan_is_carried_out_by_its_digest(self, stand: Stand) -> None:
        digest = stand.plan().plan_digest or ""
        assert stand.apply(answer=False, plan_digest=digest).outcome is Outcome.CREATED
        again = stand.apply(plan_digest=digest)
        assert (again.outcome, again.exit_code) == (Outcome.ALREADY, 0)

    def test_the_rest_of_an_approved_plan_is_approved_too(self, stand: Stand) -> None:
        digest = stand.plan().plan_digest or ""
        stand.world.fail(call="put-policy", key="my_repo", error=Unavailable("down"), times=None)
        resume = (stand.apply(plan_digest=digest).resume or "").split()
        assert resume[:4] == ["waybill", "access", "apply", "--plan-digest"]
        stand.world.calls.forgive()
        with pytest.raises(ConflictError, match="a run did a part of it already"):
            stand.apply(plan_digest=digest)
        assert stand.apply(plan_digest=resume[4]).outcome is Outcome.CREATED
        assert not stand.plan().changed

    def test_the_rest_is_not_approved_where_the_file_says_something_else_by_now(self, stand: Stand) -> None:
        stand.world.fail(call="put-policy", key="my_repo", error=Unavailable("down"), times=1)
        resume = (stand.apply(plan_digest=stand.plan().plan_digest or "").resume or "").split()
        del stand.file["grants"]["bob-publishes-ui"]
        with pytest.raises(ConflictError):
            stand.apply(plan_digest=resume[4])


class TestRefused:
    def test_nothing_at_all_is_written_of_a_plan_that_would_lock_somebody_out(self, stand: Stand) -> None:
        stand.put(ROLE, {**TRUSTED, "Sid": "WaybillOldTrust"})
        result = stand.apply(yes="true")
        assert (result.outcome, result.exit_code, result.changed) == (Outcome.CONFLICT, 5, False)
        assert stand.written() == []

    def test_a_run_does_not_shut_itself_out_of_the_role_it_works_in(self, stand: Stand) -> None:
        arn = f"arn:aws:sts::{DEVELOPMENT}:assumed-role/waybill-publish/waybill"
        stand.gateways[DEVELOPMENT] = stand.world.gateway(DEVELOPMENT, arn=arn)
        stand.put(ROLE, TRUSTED, {**TRUSTED, "Sid": "WaybillOldTrust"})
        result = stand.apply(yes="true")
        assert "would be shut out of it" in (result.error or "")


class TestRemove:
    def test_one_grant_is_taken_back_and_the_others_stay(self, applied: Stand) -> None:
        result = applied.remove("bob-publishes-ui", yes="true")
        assert (result.outcome, result.changed, result.exit_code) == (Outcome.CREATED, True, 0)
        assert applied.sids(REPOSITORY) == ["WaybillProductionReadsRead"]
        assert "bob loses publish on npm/parity/ui in my_domain/my_repo" in words(result)
        assert "The file still grants bob-publishes-ui" in applied.warnings()

    def test_everything_is_taken_back_and_what_is_empty_is_deleted(self, applied: Stand) -> None:
        applied.put(DOMAIN, THEIRS, *statements_in(applied.text(DOMAIN) or ""))
        applied.remove(everything="true", yes="true")
        assert applied.sids(DOMAIN) == ["Theirs"]
        assert document(applied.world, REPOSITORY).text is None

    def test_a_grant_that_the_file_has_not_any_more_is_taken_back(self, applied: Stand) -> None:
        applied.file["grants"] = {}
        applied.remove("bob-publishes-ui", yes="true")
        assert applied.sids(REPOSITORY) == ["WaybillProductionReadsRead"]
        assert applied.warnings() == ""

    def test_where_nobody_can_be_asked_it_is_only_shown(self, applied: Stand) -> None:
        result = applied.remove("bob-publishes-ui")
        assert (result.outcome, result.changed) == (Outcome.PLANNED, False)
        assert result.then == "To do it: waybill access remove --grant bob-publishes-ui --yes"
        assert applied.written() == []

    def test_a_person_is_asked(self, applied: Stand) -> None:
        with pytest.raises(Declined):
            applied.remove("bob-publishes-ui", answer=False)
        assert applied.written() == []
        assert applied.remove("bob-publishes-ui", answer=True).changed

    def test_a_grant_of_the_file_that_no_policy_has_is_no_fault(self, stand: Stand) -> None:
        result = stand.remove("bob-publishes-ui", yes="true")
        assert (result.outcome, result.changed) == (Outcome.ALREADY, False)

    def test_a_name_that_nobody_knows_is_a_fault_with_what_was_meant(self, applied: Stand) -> None:
        with pytest.raises(InputError, match="Did you mean `bob-publishes-ui`"):
            applied.remove("bob-publish-ui", yes="true")
        assert applied.written() == []

    def test_a_newer_policy_is_not_deleted(self, applied: Stand) -> None:
        applied.world.on("delete-policy", lambda _: applied.put(REPOSITORY, ELSE), key="my_repo$")
        assert applied.remove(everything="true", yes="true").exit_code == 5
        assert applied.sids(REPOSITORY) == ["Newer"]

    def test_it_works_where_a_grant_of_the_file_speaks_of_what_is_gone(self, applied: Stand) -> None:
        applied.file["grants"]["production-reads"]["what"]["repository"] = "gone"
        assert applied.remove("bob-publishes-ui", yes="true").exit_code == 0


class TestShow:
    def test_every_policy_is_shown_as_it_is_with_its_revision(self, applied: Stand) -> None:
        applied.put(ref(Kind.BUCKET, BUCKET.name), THEIRS)
        found = {(one["kind"], one["name"]): one for one in shown(applied)}
        repository = found["repository policy", "my_domain/my_repo"]
        assert repository["text"] == applied.text(REPOSITORY)
        assert repository["document"] == json.loads(applied.text(REPOSITORY) or "")
        assert repository["revision"] == "my_domain/my_repo-1"
        assert (repository["ours"], repository["others"]) == (2, 0)
        assert (found["bucket policy", BUCKET.name]["ours"], found["bucket policy", BUCKET.name]["others"]) == (0, 1)
        assert found["key policy", applied.key().name]["arn"] == applied.key().name
        assert ("trust policy", "waybill-publish") in found

    def test_what_has_no_policy_is_shown_too(self, stand: Stand) -> None:
        found = {one["name"]: one for one in shown(stand)}
        assert found["my_domain"]["text"] is None

    def test_one_account_is_shown_alone(self, stand: Stand) -> None:
        assert {one["account"] for one in shown(stand)} == {"development", "production"}
        assert {one["account"] for one in shown(stand, account="production")} == {"production"}
        assert stand.written() == []

    def test_every_region_is_shown(self, stand: Stand) -> None:
        stand.file["regions"] = [HOME, "eu-west-1"]
        assert {one["region"] for one in shown(stand)} == {HOME, "eu-west-1"}


def shown(stand: Stand, **values: str) -> list[dict[str, Any]]:
    result = stand.show(**values)
    assert not result.changed
    assert result.body is not None
    documents: list[dict[str, Any]] = result.body.to_json()["documents"]
    return documents
