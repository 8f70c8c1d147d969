"""`setup plan`: what would change is read of CloudFormation, and nothing is left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commands.setup.site import (
    CLIENT,
    DEV_HOME,
    DEV_WEST,
    EVERY,
    HOME,
    NUMBERS,
    OUTPUT,
    PIPELINE,
    PROD_HOME,
    REGISTRY,
    WEST,
    Site,
    actions,
    plans,
)
from domain.setup.organisations import pipeline
from fakes.aws import DEVELOPMENT, PRODUCTION
from fakes.state import DeclaredState
from waybill.domain.setup.plan import Kind
from waybill.errors import AccessDenied, Cancelled, ConflictError, IdentityError, Unavailable, WaybillError
from waybill.progress import Warned


def test_of_nothing_every_stack_would_be_made_and_nothing_is_left_behind(site: Site) -> None:
    result = site.plan()
    assert (result.command, result.outcome, result.exit_code, result.changed) == ("setup plan", "planned", 0, True)
    assert actions(result) == dict.fromkeys(EVERY, "create")
    assert site.standing() == {}
    assert site.left() == []
    assert site.world.cloudformation.there == {}
    assert not site.called("execute-stack")
    assert plans(result)[DEV_HOME].changes
    assert {change.kind for change in plans(result)[DEV_WEST].changes} == {Kind.ADDED}


def test_what_comes_of_other_stacks_is_named_where_it_is_not_known_yet(site: Site) -> None:
    found = plans(site.plan())
    assert [str(one) for one in found[OUTPUT].awaits] == [f"KeyArn of {PIPELINE}"]
    assert found[OUTPUT].parameters["PipelineKeyArns"] == f"(KeyArn of {PIPELINE})"
    assert found[DEV_HOME].awaits == found[DEV_WEST].awaits == ()


def test_after_apply_nothing_would_change(applied: Site) -> None:
    result = applied.plan()
    assert (result.outcome, result.changed, result.exit_code) == ("already", False, 0)
    assert set(actions(result).values()) == {"nothing"}
    assert applied.left() == []


def test_the_same_plan_has_the_same_digest_and_another_has_another(site: Site) -> None:
    first = site.plan().plan_digest
    assert site.plan().plan_digest == first
    site.file["registries"]["sugarwater"]["days-kept"] = 9
    assert site.plan().plan_digest != first


def test_what_a_pipeline_is_doing_is_told_where_a_change_would_cancel_it(applied: Site) -> None:
    name = applied.stack(PIPELINE).resources["Pipeline"].physical_id
    running = DeclaredState(document={"name": name}, under_way=["e-1"])
    applied.world.declarations[DEVELOPMENT, HOME, name] = running
    applied.plan()
    assert not applied.reporter.of(Warned)
    applied.file["pipelines"]["site"]["output"]["folder"] = "site"
    applied.plan()
    (warned,) = applied.reporter.of(Warned)
    assert f"pipeline {name} of {PIPELINE} is running (e-1)" in warned.text


def test_a_change_is_told_as_cloudformation_tells_it(applied: Site) -> None:
    applied.file["pipelines"]["site"]["output"]["folder"] = "site"
    applied.file["registries"]["sugarwater"]["days-kept"] = 9
    found = plans(applied.plan())
    assert {one: plan.action.value for one, plan in found.items() if plan.action != "nothing"} == {
        PIPELINE: "update",
        REGISTRY: "update",
    }
    (change,) = found[REGISTRY].changes
    assert (change.kind, change.resource, change.properties) == (Kind.CHANGED, "Repository", ("LifecyclePolicy",))


def test_a_replacement_that_keeps_what_was_there_is_shown_as_that(applied: Site) -> None:
    applied.file["clients"]["brewery"]["media"]["bucket"] = "brewery-other"
    changes = {one.resource: one for one in plans(applied.plan())[CLIENT].changes}
    assert (changes["MediaBucket"].kind, changes["MediaBucket"].kept) == (Kind.REPLACED, True)
    assert changes["MediaBucket"].physical_id == "brewery-media"


def test_a_replacement_that_would_lose_data_is_refused(applied: Site) -> None:
    applied.templates["application"] = applied.text("application").replace("UpdateReplacePolicy: Retain", "")
    applied.file["clients"]["brewery"]["media"]["bucket"] = "brewery-second"
    applied.apply()
    applied.file["clients"]["brewery"]["media"]["bucket"] = "brewery-other"
    with pytest.raises(ConflictError, match=r"MediaBucket \(AWS::S3::Bucket brewery-second\) of production/"):
        applied.plan()
    assert applied.left() == []


def test_a_stack_that_the_file_has_no_more_would_be_deleted_and_its_data_stays(applied: Site) -> None:
    del applied.file["registries"], applied.file["projects"]["SugarWater"]["registries"]
    result = applied.plan()
    assert actions(result)[REGISTRY] == "delete"
    (change,) = plans(result)[REGISTRY].changes
    assert (change.kind, change.kept, change.physical_id) == (Kind.REMOVED, True, "sugarwater")
    assert REGISTRY in applied.standing()
    assert plans(result)[REGISTRY].project == "SugarWater"


def test_what_a_killed_plan_left_is_not_in_the_way(site: Site) -> None:
    stack = site.world.cloudformation.add(DEVELOPMENT, HOME, DEV_HOME.name, "REVIEW_IN_PROGRESS")
    assert actions(site.plan())[DEV_HOME] == "create"
    assert stack.word == "REVIEW_IN_PROGRESS"
    assert stack.sets == {}
    assert site.apply().exit_code == 0
    assert stack.word == "CREATE_COMPLETE"


def test_a_stack_whose_creation_failed_would_be_made_anew(site: Site) -> None:
    site.world.cloudformation.add(DEVELOPMENT, HOME, DEV_HOME.name, "ROLLBACK_COMPLETE")
    site.stack(DEV_HOME).target = None
    own(site, DEV_HOME.name)
    result = site.plan()
    assert (plans(result)[DEV_HOME].action, plans(result)[DEV_HOME].replaces_broken) == ("create", True)
    assert site.standing() == {DEV_HOME: "ROLLBACK_COMPLETE"}


def own(site: Site, name: str) -> None:
    """Give a stack setup's tag."""
    from fakes.stack_state import Target

    for stack in site.world.cloudformation.stacks:
        if stack.name == name:
            stack.target = Target(template={"Resources": {}}, parameters={}, tags={"waybill:setup": "waybill"})


class TestNothingIsLeftWhere:
    def test_one_stack_cannot_be_planned(self, site: Site) -> None:
        site.world.deny("prepare-stack", key=PIPELINE.name)
        with pytest.raises(AccessDenied):
            site.plan()
        assert site.left() == []
        assert site.standing() == {}

    def test_a_change_set_cannot_be_looked_at(self, site: Site) -> None:
        site.world.fail(call="look-change-set", key="waybill-42", skip=5, error=Unavailable("down"), times=1)
        with pytest.raises(Unavailable):
            site.plan()
        assert site.left() == []

    def test_the_answer_to_its_making_was_lost(self, site: Site) -> None:
        """What CloudFormation did all the same is not in the next run's way."""
        site.world.fail(call="prepare-stack", key=PIPELINE.name, error=Unavailable("down"), when="after")
        with pytest.raises(Unavailable):
            site.plan()
        assert len(site.left()) == 2
        assert site.apply().exit_code == 0
        assert site.left() == []

    def test_what_is_to_go_cannot_be_looked_at(self, applied: Site) -> None:
        applied.file["regions"] = ["us-east-1", "eu-west-1"]
        applied.world.deny("stack-resources")
        with pytest.raises(AccessDenied):
            applied.plan()
        assert applied.left() == []

    def test_somebody_stops_it(self, site: Site) -> None:
        site.world.on("look-change-set", lambda _: site.cancellation.cancel(2), skip=3)
        with pytest.raises(Cancelled):
            site.plan()
        assert site.left() == []

    def test_a_change_set_is_never_made(self, site: Site) -> None:
        site.world.on("look-change-set", lambda call: never(site, call.name), times=None)
        with pytest.raises(WaybillError, match="did not make the change set"):
            site.plan()
        assert site.left() == []


def never(site: Site, change_set: str) -> None:
    for stack in site.world.cloudformation.stacks:
        if change_set in stack.sets:
            stack.sets[change_set].asked = -10


class TestBeforeAnythingIsTouched:
    def test_a_stack_that_somebody_changes_is_waited_for(self, applied: Site) -> None:
        stack = applied.stack(REGISTRY)
        assert stack.target is not None
        applied.world.cloudformation.begin_update(stack, replace(stack.target, tags={"waybill:setup": "waybill"}))
        while not stack.busy:
            applied.world.cloudformation.advance(stack)
        result = applied.plan()
        assert actions(result)[REGISTRY] == "update"
        assert "registry-sugarwater is being changed already" in applied.reporter.of(Warned)[0].text
        assert applied.left() == []

    def test_stacks_that_only_a_person_can_go_on_with_are_refused_all_at_once(self, applied: Site) -> None:
        for ref, why in {REGISTRY: "the role is gone", OUTPUT: "the name is taken"}.items():
            applied.world.cloudformation.stand(applied.stack(ref), "UPDATE_FAILED", why)
        with pytest.raises(ConflictError) as raised:
            applied.plan()
        assert f"{REGISTRY} in UPDATE_FAILED: the role is gone" in raised.value.what
        assert f"{OUTPUT} in UPDATE_FAILED: the name is taken" in raised.value.what
        assert not applied.called("prepare-stack")

    def test_a_stack_of_that_name_that_setup_did_not_make_is_refused(self, site: Site) -> None:
        site.world.cloudformation.add(PRODUCTION, HOME, OUTPUT.name, "CREATE_COMPLETE")
        with pytest.raises(ConflictError, match="setup did not make them: production"):
            site.plan()
        assert not site.called("prepare-stack")

    def test_a_broken_stack_of_that_name_that_setup_did_not_make_is_refused(self, site: Site) -> None:
        site.world.cloudformation.add(PRODUCTION, HOME, OUTPUT.name, "ROLLBACK_COMPLETE")
        with pytest.raises(ConflictError, match="setup did not make them"):
            site.apply()
        assert site.standing() == {OUTPUT: "ROLLBACK_COMPLETE"}

    def test_another_home_region_is_refused(self, applied: Site) -> None:
        applied.file["regions"] = [WEST, HOME]
        with pytest.raises(ConflictError, match=f"home region of development is {HOME}"):
            applied.plan()
        assert not applied.called("prepare-stack")
        applied.file["regions"] = [HOME, "eu-west-1", WEST]
        assert applied.plan().exit_code == 0

    def test_p7_the_wrong_account_is_refused(self, site: Site) -> None:
        site.gateways[PRODUCTION] = site.world.gateway(DEVELOPMENT)
        with pytest.raises(IdentityError, match=r"accounts\.production"):
            site.plan()
        assert not site.world.writes()

    def test_p7_root_is_refused(self, site: Site) -> None:
        site.gateways[DEVELOPMENT] = site.world.gateway(DEVELOPMENT, arn=f"arn:aws:iam::{DEVELOPMENT}:root")
        with pytest.raises(IdentityError, match="root"):
            site.plan()
        assert not site.world.writes()

    def test_a_configuration_that_is_none_is_refused(self, site: Site) -> None:
        site.world.set_parameter(HOME, PRODUCTION, "/startifact", "[]")
        with pytest.raises(ConflictError, match="/startifact"):
            site.plan()
        assert not site.world.writes()


def test_stacks_that_are_not_ours_are_not_even_told(applied: Site) -> None:
    others = [
        applied.world.cloudformation.add(PRODUCTION, HOME, name, word)
        for name, word in {
            "network": "CREATE_COMPLETE",
            "waybill-old": "ROLLBACK_COMPLETE",
            "x": "DELETE_FAILED",
        }.items()
    ]
    result = applied.plan()
    assert not result.changed
    assert {one.ref.name for one in plans(result).values()}.isdisjoint(one.name for one in others)


def test_stacks_of_another_prefix_are_others(applied: Site) -> None:
    applied.file["prefixes"] = {"stack": "acme", "bucket": "acme-staging", "policy": "acme-", "role": "acme-"}
    found = actions(applied.plan())
    assert {one.name.partition("-")[0] for one in found} == {"acme"}
    assert set(found.values()) == {"create"}


def test_a_pipeline_that_is_added_changes_who_may_deploy(applied: Site) -> None:
    applied.file["pipelines"]["other"] = pipeline("other", deploy_role="other")
    found = {one.name: action for one, action in actions(applied.plan()).items() if action != "nothing"}
    assert found == {
        "waybill-pipeline-other": "create",
        "waybill-production-other": "create",
        "waybill-identity": "update",
        "waybill-region": "update",
    }


def test_every_account_is_asked_as_its_own_role(site: Site) -> None:
    for number in NUMBERS.values():
        site.gateways[number] = site.world.gateway(number)
    site.plan()
    for gateway in site.gateways.values():
        assert all("cloudformation:*" in policy for policy in gateway.policies)
    assert PROD_HOME in EVERY
