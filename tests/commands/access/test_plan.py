"""access plan: what would change, in words; nothing is written."""

from __future__ import annotations

import json
import re

import pytest

from commands.access.stand import (
    BUCKET,
    DOMAIN,
    REPOSITORY,
    ROLE,
    THEIRS,
    TRUSTED,
    Stand,
    plans,
    policy,
    ref,
    words,
)
from fakes.aws import DEVELOPMENT, PRODUCTION
from fakes.policies import add_document
from fakes.refusals import denied
from waybill.domain.access.changing import UNGUARDED
from waybill.domain.access.plan import AccessPlan, Act
from waybill.domain.iam.documents import Kind
from waybill.domain.result import Outcome
from waybill.errors import ArtifactError, ConflictError, IdentityError, InputError, Unavailable, WaybillError
from waybill.ports.bucket import DefaultEncryption, Encryption

BOB = "bob gains publish on npm/parity/ui in my_domain/my_repo"
PRODUCTION_ROLE = "arn:aws:iam::222222222222:role/waybill-promote"
SUGAR = {"account": "development", "project": "SugarWater"}


def test_what_is_new_is_told_in_words_and_nothing_is_written(stand: Stand) -> None:
    result = stand.plan()
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.PLANNED, True, 0)
    assert BOB in words(result)
    assert "production gains read on my_domain/my_repo" in words(result)
    assert stand.written() == []
    assert result.then == "To do it: waybill access apply"


def test_what_is_so_already_changes_nothing(applied: Stand) -> None:
    result = applied.plan()
    assert (result.outcome, result.changed) == (Outcome.ALREADY, False)
    assert words(result) == []
    assert applied.written() == []


def test_how_a_policy_is_written_changes_nothing(applied: Stand) -> None:
    statements = json.loads(applied.text(REPOSITORY) or "")["Statement"]
    for one in statements:
        one["Principal"] = {"AWS": [PRODUCTION]}
        one["Action"] = list(reversed(one["Action"])) if isinstance(one["Action"], list) else [one["Action"]]
    applied.put(REPOSITORY, *reversed(statements))
    assert not applied.plan().changed


def test_a_first_put_says_that_no_revision_guards_it(stand: Stand) -> None:
    assert plans(stand.plan())[REPOSITORY].notes == (UNGUARDED,)
    stand.put(REPOSITORY, THEIRS)
    assert plans(stand.plan())[REPOSITORY].notes == ()


def test_what_a_policy_has_of_others_is_counted(stand: Stand) -> None:
    stand.put(REPOSITORY, THEIRS, {**THEIRS, "Sid": "More"})
    found = plans(stand.plan())[REPOSITORY]
    assert (found.act, found.kept) == (Act.CHANGE, 2)


def test_what_somebody_took_out_of_a_grant_comes_back(applied: Stand) -> None:
    statements = json.loads(applied.text(REPOSITORY) or "")["Statement"]
    statements[0]["Action"] = statements[0]["Action"][:-1]
    applied.put(REPOSITORY, *statements)
    assert words(applied.plan()) == ["production gains download on my_domain/my_repo"]


def test_a_grant_that_the_file_dropped_is_lost(applied: Stand) -> None:
    del applied.file["grants"]["bob-publishes-ui"]
    said = words(applied.plan())
    assert "bob loses publish on npm/parity/ui in my_domain/my_repo" in said
    assert not any(" gains " in one for one in said)


def test_what_is_left_in_a_policy_that_no_grant_speaks_of_any_more_is_found(applied: Stand) -> None:
    """Otherwise who was let in once would stay in for ever."""
    applied.file["grants"] = {}
    result = applied.plan()
    assert {one.ref: one.act for one in plans(result).values() if one.act is not Act.NOTHING} == {
        DOMAIN: Act.DELETE,
        REPOSITORY: Act.DELETE,
    }


@pytest.mark.parametrize("kept", [BUCKET, ROLE])
def test_leftovers_are_found_in_buckets_and_roles_too(stand: Stand, kept: object) -> None:
    stand.file["grants"] = {}
    old = {**TRUSTED, "Sid": "WaybillOldTrust"} if kept is ROLE else {**THEIRS, "Sid": "WaybillOldRead"}
    stand.put(kept, TRUSTED if kept is ROLE else THEIRS, old)  # type: ignore[arg-type]
    found = plans(stand.plan())[kept]  # type: ignore[index]
    assert (found.act, found.kept) == (Act.CHANGE, 1)


def test_a_role_is_looked_at_once(stand: Stand) -> None:
    """The list of roles has their trust policies already."""
    stand.put(ROLE, TRUSTED, {**TRUSTED, "Sid": "WaybillOldTrust"})
    assert plans(stand.plan())[ROLE].act is Act.CHANGE
    assert not [call for call in stand.world.calls.log() if call.name.startswith(Kind.TRUST.value)]


def test_roles_without_a_statement_of_ours_are_left_out(stand: Stand) -> None:
    assert ROLE not in plans(stand.plan())


def test_what_identities_need_beside_is_said_with_the_statements(stand: Stand) -> None:
    body = stand.plan().body
    assert isinstance(body, AccessPlan)
    needs = {need.grant: need for need in body.needs}
    assert needs["bob-publishes-ui"].who == "arn:aws:iam::222222222222:user/bob"
    statements = needs["bob-publishes-ui"].statements
    package = f"arn:aws:codeartifact:us-east-1:{DEVELOPMENT}:package/my_domain/my_repo/npm/parity/ui"
    assert {"Effect": "Allow", "Action": "codeartifact:PublishPackageVersion", "Resource": package} in statements
    assert {"Effect": "Allow", "Action": "sts:GetServiceBearerToken", "Resource": "*"} in statements


def test_staged_artifacts_are_granted_in_every_region_with_their_keys(stand: Stand) -> None:
    stand.file["regions"] = ["us-east-1", "eu-west-1"]
    stand.grants(promoting={"who": {"role": PRODUCTION_ROLE}, "may": "promote", "what": SUGAR})
    found = [one.ref for one in plans(stand.plan()).values() if one.act is not Act.NOTHING]
    assert {(one.kind.value, one.region) for one in found} == {
        ("bucket policy", "us-east-1"),
        ("key policy", "us-east-1"),
        ("bucket policy", "eu-west-1"),
        ("key policy", "eu-west-1"),
    }


def test_a_pipeline_is_granted_by_the_role_that_is_taken_for_it(stand: Stand) -> None:
    who = {"repository": "acme/website", "environment": "production"}
    what = {"account": "development", "pipeline": "crossaccountdeploy"}
    stand.grants(deploying={"who": who, "may": "deploy", "what": what, "through": ROLE.arn})
    assert words(stand.plan()) == ["acme/website (environment production) gains entry to the role waybill-publish"]


class TestWhatCannotBe:
    def test_a_domain_that_is_not_there_is_an_input_error(self, stand: Stand) -> None:
        stand.world.policies.pop(next(one for one in stand.world.policies if one.name == "my_domain"))
        with pytest.raises(InputError, match="is no domain in us-east-1 of the account development"):
            stand.plan()

    def test_everything_that_is_not_there_is_told_at_once(self, stand: Stand) -> None:
        stand.file["grants"]["production-reads"]["what"]["repository"] = "other"
        stand.grants(**stand.file["grants"], more={"who": {"account": "production"}, "may": "read", "what": SUGAR})
        for region in stand.world.regions:
            stand.world.delete_parameter(region, DEVELOPMENT, "/buckets/staging")
        with pytest.raises(InputError, match="so that nobody knows which bucket is the staging bucket"):
            stand.plan()

    def test_a_bucket_with_awss_own_key_is_no_other_accounts(self, stand: Stand) -> None:
        stand.world.managed_key("us-east-1", DEVELOPMENT)
        name = BUCKET.name
        stand.world.add_bucket("us-east-1", name, owner=DEVELOPMENT, key="alias/aws/s3")
        stand.grants(promoting={"who": {"role": PRODUCTION_ROLE}, "may": "promote", "what": SUGAR})
        with pytest.raises(InputError, match="encrypted with AWS's own key, which no other account can use"):
            stand.plan()

    def test_a_policy_that_is_too_long_is_refused_with_its_length(self, stand: Stand) -> None:
        stand.put(REPOSITORY, {**THEIRS, "Action": [f"x:{number:0300}" for number in range(24)]})
        with pytest.raises(InputError, match=re.escape("AWS takes 7,168")):
            stand.plan()
        assert stand.written() == []

    def test_a_policy_that_is_none_is_left_alone(self, stand: Stand) -> None:
        add_document(stand.world, REPOSITORY, "<policy/>")
        with pytest.raises(InputError, match="cannot be read"):
            stand.plan()


class TestKeysOfOtherAccounts:
    """Bucket and key go together: one without the other lets nobody read."""

    def encrypted(self, stand: Stand, key: str) -> Stand:
        stand.grants(reading={"who": {"account": "production"}, "may": "read", "what": SUGAR})
        stand.world.buckets[BUCKET.name].default = DefaultEncryption(Encryption.KMS, key)
        return stand

    def test_an_account_that_the_file_has_not_is_named(self, stand: Stand) -> None:
        key = stand.key("production").name.replace(PRODUCTION, "333333333333")
        with pytest.raises(InputError, match="a key of the account 333333333333") as refused:
            self.encrypted(stand, key).plan()
        assert [fault.name for fault in refused.value.faults] == ["grants.reading.what"]

    def test_an_account_that_cannot_be_entered_is_told_why(self, stand: Stand) -> None:
        stand.world.fail(call="enter", key=PRODUCTION, error=IdentityError("the role is gone"))
        with pytest.raises(IdentityError, match="the role is gone"):
            self.encrypted(stand, stand.key("production").name).plan()

    def test_its_policy_is_written_where_the_file_has_the_account(self, stand: Stand) -> None:
        key = stand.key("production")
        assert plans(self.encrypted(stand, key.name).plan())[key].act is Act.CHANGE

    def test_what_is_no_key_is_not_taken_for_none(self, stand: Stand) -> None:
        with pytest.raises(InputError, match="no key"):
            self.encrypted(stand, "arn:aws:kms:odd").plan()

    def test_what_no_grant_speaks_of_is_no_fault(self, stand: Stand) -> None:
        self.encrypted(stand, "arn:aws:kms:odd").grants()
        assert stand.plan().exit_code == 0


class TestWhoMayNotLook:
    def test_an_account_that_a_grant_needs_must_be_entered(self, stand: Stand) -> None:
        stand.world.fail(call="enter", key=DEVELOPMENT, error=IdentityError("no"))
        with pytest.raises(IdentityError):
            stand.plan()

    def test_another_account_is_warned_of(self, stand: Stand) -> None:
        stand.world.fail(call="enter", key=PRODUCTION, error=IdentityError("no"))
        assert stand.plan().outcome is Outcome.PLANNED
        assert "The account production cannot be entered" in stand.warnings()

    @pytest.mark.parametrize(
        ("call", "said"), [("list-policies", "is not known"), ("default-encryption", "is not known")]
    )
    def test_where_nobody_may_look_for_leftovers_a_warning_says_so(self, stand: Stand, call: str, said: str) -> None:
        stand.world.fail(call=call, times=None, error=lambda: denied("x:Y", "arn"))
        assert stand.plan().outcome is Outcome.PLANNED
        assert said in stand.warnings()

    @pytest.mark.parametrize("error", [IdentityError("not enabled"), ArtifactError("odd"), InputError([], "gone")])
    @pytest.mark.parametrize("call", ["list-policies", "default-encryption", "read-policy"])
    def test_nothing_that_no_grant_needs_ends_the_run(self, stand: Stand, call: str, error: WaybillError) -> None:
        stand.file["grants"] = {}
        stand.world.fail(call=call, times=None, error=error)
        assert stand.plan().exit_code == 0
        assert "is not known" in stand.warnings()

    def test_codeartifact_is_not_asked_where_it_is_not(self, stand: Stand) -> None:
        stand.file["regions"] = ["us-east-1", "eu-west-1"]
        stand.world.without_packages.add("eu-west-1")
        assert stand.plan().exit_code == 0
        asked = {call.region for call in stand.world.calls.log() if call.call == "list-policies"}
        assert asked == {"us-east-1"}

    def test_codeartifact_is_asked_where_a_grant_says_that_it_is(self, stand: Stand) -> None:
        """The SDK may be older than a region."""
        stand.world.without_packages.add("us-east-1")
        left = ref(Kind.REPOSITORY, "my_domain/other")
        add_document(stand.world, left, policy({**THEIRS, "Sid": "WaybillOldRead"}))
        assert plans(stand.plan())[left].act is Act.DELETE

    def test_a_policy_that_a_grant_needs_must_be_read(self, stand: Stand) -> None:
        stand.world.fail(call="read-policy", key="my_repo", error=lambda: denied("codeartifact:Get", "arn"))
        with pytest.raises(IdentityError):
            stand.plan()

    def test_who_does_not_answer_is_no_leftover_that_may_be_passed_over(self, stand: Stand) -> None:
        stand.world.fail(call="list-policies", times=None, error=Unavailable("down"))
        with pytest.raises(Unavailable):
            stand.plan()


class TestRefused:
    """A plan that locks somebody out is shown, and is exit 5."""

    def test_a_key_is_not_left_without_an_administrator(self, stand: Stand) -> None:
        own = {"Sid": "WaybillOldKey", "Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "kms:*"}
        stand.put(stand.key(), {**own, "Resource": "*"}, {**THEIRS, "Action": "kms:Decrypt"})
        stand.file["grants"] = {}
        result = stand.plan()
        assert (result.outcome, result.exit_code, result.changed) == (Outcome.CONFLICT, 5, False)
        assert "nobody could change the key's policy any more" in (result.error or "")

    def test_a_role_is_not_left_without_anybody(self, stand: Stand) -> None:
        stand.put(ROLE, {**TRUSTED, "Sid": "WaybillOldTrust"})
        stand.file["grants"] = {}
        assert "nothing would be left of it" in (stand.plan().error or "")

    def test_the_digest_is_of_what_would_change(self, stand: Stand) -> None:
        first = stand.plan().plan_digest
        assert first == stand.plan().plan_digest
        stand.put(REPOSITORY, THEIRS)
        assert first != stand.plan().plan_digest


def test_a_plan_that_changed_is_no_plan_that_was_approved(stand: Stand) -> None:
    with pytest.raises(ConflictError, match="not the one that was approved"):
        stand.apply(plan_digest="0" * 64)
    assert stand.written() == []


def test_the_session_that_only_looks_may_not_write(stand: Stand) -> None:
    stand.gateways[PRODUCTION] = stand.world.gateway(PRODUCTION)
    stand.plan()
    (looking,) = stand.gateways[PRODUCTION].policies
    assert "Put" not in looking
    stand.apply()
    assert "codeartifact:PutRepositoryPermissionsPolicy" in stand.gateways[PRODUCTION].policies[-1]
    assert all(len(one) <= 2048 for one in stand.gateways[PRODUCTION].policies)


@pytest.mark.parametrize(
    "theirs",
    [
        {"Sid": "Waybill"},
        {"Sid": "WaybillRead"},
        {"Sid": "WaybillPeopleOwn"},
        {"Sid": "WaybillsRead"},
        {"Sid": "WaybillPeopleOwn", "Effect": "Deny"},
        {"Sid": "WaybillPeopleRead", "Effect": "Deny"},
    ],
)
def test_what_others_wrote_is_not_ours_by_its_sid(stand: Stand, theirs: dict[str, str]) -> None:
    stand.put(REPOSITORY, {**THEIRS, **theirs})
    stand.file["grants"] = {}
    assert not stand.plan().changed
    stand.remove(everything="true", yes="true")
    assert stand.sids(REPOSITORY) == [theirs["Sid"]]


def test_what_has_the_very_name_of_a_grants_statement_is_put_back(applied: Stand) -> None:
    """AWS takes no two statements of one name."""
    statements = json.loads(applied.text(REPOSITORY) or "")["Statement"]
    statements[0]["Effect"] = "Deny"
    applied.put(REPOSITORY, *statements)
    assert any("is not denied any more" in said for said in words(applied.plan()))
    applied.apply()
    assert len(set(applied.sids(REPOSITORY))) == len(applied.sids(REPOSITORY)) == len(statements)
