"""`setup apply`: the plan and nothing else, in the order of its needs, all at once that can be."""

from __future__ import annotations

import pytest

from commands.setup.site import (
    CLIENT,
    DEV_HOME,
    DEV_IDENTITY,
    DEV_WEST,
    EVERY,
    HOME,
    NUMBERS,
    OUTPUT,
    PIPELINE,
    PROD_HOME,
    PROD_IDENTITY,
    PROD_WEST,
    REGISTRY,
    WEST,
    Site,
    actions,
    ends,
    plans,
)
from fakes.aws import DEVELOPMENT, PRODUCTION
from fakes.clock import FakeClock
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.domain.setup.telling import ResourceTold, StackBegan, StackEnded
from waybill.errors import ConflictError, Declined, ExitCode, InputError, Unavailable

CONFIGURATION = "/startifact"


def order(site: Site) -> list[tuple[str, StackRef]]:
    """Return in which order stacks were begun and ended."""
    told = [one for one in site.reporter.events if isinstance(one, StackBegan | StackEnded)]
    return [("began", one.ref) if isinstance(one, StackBegan) else ("ended", one.plan.ref) for one in told]


def buckets(site: Site) -> set[str]:
    there = site.world.cloudformation.there
    return {name.removeprefix("AWS::S3::Bucket ") for _, _, name in there if name.startswith("AWS::S3::Bucket ")}


class TestFromNothing:
    def test_everything_is_made(self, site: Site) -> None:
        result = site.apply()
        assert (result.outcome, result.changed, result.exit_code) == ("created", True, 0)
        assert site.standing() == dict.fromkeys(EVERY, "CREATE_COMPLETE")
        assert ends(result) == dict.fromkeys(EVERY, "created")
        assert site.left() == []
        assert {"brewery-media", "site-input", "site-output"} <= buckets(site)
        assert site.stack(PIPELINE).target is not None

    def test_each_stack_begins_once_all_stand_that_it_needs(self, site: Site) -> None:
        site.apply()
        told = order(site)
        for stack in wanted_stacks(site.estate()):
            for needed in stack.needs:
                assert told.index(("ended", needed)) < told.index(("began", stack.ref)), f"{stack.ref} after {needed}"

    def test_a_stack_is_given_what_another_gives_out(self, site: Site) -> None:
        site.apply()
        target = site.stack(OUTPUT).target
        assert target is not None
        assert target.parameters["PipelineKeyArns"] == site.stack(PIPELINE).outputs["KeyArn"]

    def test_the_configuration_is_written_last_in_every_region(self, site: Site) -> None:
        site.apply()
        writes = [one.call for one in site.world.writes()]
        assert writes[-4:] == ["put-parameter"] * 4
        for region in (HOME, WEST):
            assert site.world.history(region, PRODUCTION, CONFIGURATION)

    def test_what_cloudformation_tells_is_told_on(self, site: Site) -> None:
        site.apply()
        told = {(one.ref, one.resource, one.status) for one in site.reporter.of(ResourceTold)}
        assert (DEV_HOME, "Bucket", "CREATE_COMPLETE") in told
        assert (DEV_HOME, DEV_HOME.name, "CREATE_COMPLETE") in told
        assert len(site.reporter.of(ResourceTold)) == len(told)

    def test_again_it_changes_nothing_and_says_so(self, applied: Site) -> None:
        result = applied.apply()
        assert (result.outcome, result.changed, result.exit_code) == ("already", False, 0)
        assert set(actions(result).values()) == {"nothing"}
        assert {one.call for one in applied.world.writes()} <= {"prepare-stack", "discard-stack"}
        assert applied.left() == []


class TestAtOnce:
    def test_a_slow_stack_does_not_hold_up_those_that_do_not_need_it(self, site: Site) -> None:
        """Everything of production but what needs the pipeline ends while development's first stack is being made."""
        free = {DEV_HOME, PROD_HOME, PROD_IDENTITY, CLIENT, REGISTRY}
        site.world.cloudformation.hold(DEV_HOME.name, WEST)

        def release(_: float) -> None:
            ended = {one.plan.ref for one in site.reporter.of(StackEnded)}
            if free | {PIPELINE, OUTPUT, DEV_IDENTITY} <= ended:
                site.world.cloudformation.release(DEV_HOME.name, WEST)

        site.clock = FakeClock(on_sleep=release)
        assert site.apply().exit_code == 0
        told = order(site)
        assert told.index(("began", DEV_WEST)) < told.index(("ended", OUTPUT)) < told.index(("ended", DEV_WEST))

    def test_a_stack_waits_for_what_it_needs_however_long_that_takes(self, site: Site) -> None:
        site.world.cloudformation.hold(PIPELINE.name)

        def release(_: float) -> None:
            if {one.plan.ref for one in site.reporter.of(StackEnded)} == EVERY - {PIPELINE, OUTPUT, DEV_IDENTITY}:
                assert not {OUTPUT, DEV_IDENTITY} & {one.ref for one in site.reporter.of(StackBegan)}
                site.world.cloudformation.release(PIPELINE.name)

        site.clock = FakeClock(on_sleep=release)
        assert site.apply().exit_code == 0


class TestWhereOneFails:
    @pytest.fixture
    def failed(self, site: Site) -> Site:
        site.world.cloudformation.fail(DEV_HOME.name, "Bucket", "the bucket's name is taken", region=HOME)
        return site

    def test_it_is_explained_by_the_event_that_began_it(self, failed: Site) -> None:
        result = failed.apply()
        said = plans(result)[DEV_HOME].error or ""
        assert "Bucket (AWS::S3::Bucket): the bucket's name is taken" in said
        assert "rolled back" in said
        assert "cancelled" not in said
        assert result.error == said

    def test_what_needs_it_is_not_reached_and_all_else_is_done(self, failed: Site) -> None:
        result = failed.apply()
        found = ends(result)
        assert found[DEV_HOME] == "failed"
        assert found[DEV_IDENTITY] == "not-reached"
        assert (found[DEV_WEST], found[PROD_HOME], found[REGISTRY]) == ("created", "created", "created")
        assert (result.outcome, result.exit_code) == ("partial", ExitCode.PARTIAL)
        assert "setup apply" in (result.resume or "")
        assert failed.left() == []
        assert not failed.world.history(HOME, DEVELOPMENT, CONFIGURATION)

    def test_nothing_that_it_made_is_left(self, failed: Site) -> None:
        failed.apply()
        assert failed.standing()[DEV_HOME] == "ROLLBACK_COMPLETE"
        assert not [name for name in buckets(failed) if name.startswith(f"waybill-staging-{DEVELOPMENT}-{HOME}")]

    def test_run_again_it_is_made_anew_and_the_rest_follows(self, failed: Site) -> None:
        failed.apply()
        result = failed.apply()
        assert (result.exit_code, result.changed) == (0, True)
        assert failed.standing() == dict.fromkeys(EVERY, "CREATE_COMPLETE")
        assert ends(result)[PROD_HOME] == "already"
        assert ends(result)[DEV_HOME] == "created"
        assert failed.apply().changed is False

    def test_a_change_that_fails_is_taken_back_and_told(self, applied: Site) -> None:
        applied.file["registries"]["sugarwater"]["days-kept"] = 9
        applied.world.cloudformation.fail(REGISTRY.name, "Repository", "no such policy")
        result = applied.apply()
        assert "Repository (AWS::ECR::Repository): no such policy" in (plans(result)[REGISTRY].error or "")
        assert applied.standing()[REGISTRY] == "UPDATE_ROLLBACK_COMPLETE"
        assert ends(applied.apply())[REGISTRY] == "updated"

    def test_a_refusal_is_a_matter_of_permission(self, site: Site) -> None:
        reason = "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: iam:CreateRole (AccessDenied)"
        site.world.cloudformation.fail(CLIENT.name, "Group", reason)
        result = site.apply()
        assert reason in (plans(result)[CLIENT].error or "")
        assert "role of the account" in (plans(result)[CLIENT].advice or "")
        assert result.exit_code == ExitCode.IDENTITY

    def test_a_deletion_that_fails_is_told_by_its_root(self, applied: Site) -> None:
        del applied.file["clients"], applied.file["projects"]["SugarWater"]["clients"]
        applied.world.cloudformation.fail(CLIENT.name, "Group", "people are in it")
        result = applied.apply()
        assert "Group (AWS::IAM::Group): people are in it" in (plans(result)[CLIENT].error or "")
        assert result.exit_code == ExitCode.PARTIAL

    def test_stacks_go_only_where_all_others_ended_well(self, applied: Site) -> None:
        del applied.file["clients"], applied.file["projects"]["SugarWater"]["clients"]
        applied.file["registries"]["sugarwater"]["days-kept"] = 9
        applied.world.cloudformation.fail(REGISTRY.name, "Repository", "no such policy")
        assert ends(applied.apply())[CLIENT] == "not-reached"
        assert CLIENT in applied.standing()


class TestAgreement:
    def test_the_approved_plan_is_carried_out(self, site: Site) -> None:
        digest = site.plan().plan_digest
        assert digest is not None
        assert site.apply({"plan-digest": digest}).exit_code == 0
        assert set(site.standing()) == EVERY

    def test_another_plan_than_the_approved_is_refused_and_nothing_is_left(self, site: Site) -> None:
        digest = site.plan().plan_digest
        assert digest is not None
        site.file["registries"]["sugarwater"]["days-kept"] = 9
        with pytest.raises(ConflictError, match=digest):
            site.apply({"plan-digest": digest, "yes": "true"})
        assert site.left() == []
        assert site.standing() == {}

    def test_a_plan_that_somebody_carried_out_already_is_another(self, applied: Site) -> None:
        applied.file["registries"]["sugarwater"]["days-kept"] = 9
        digest = applied.plan().plan_digest
        assert digest is not None
        applied.apply()
        with pytest.raises(ConflictError):
            applied.apply({"plan-digest": digest})

    @pytest.mark.parametrize(("answer", "error"), [(False, Declined), (None, InputError)])
    def test_without_agreement_nothing_is_changed_and_nothing_left(
        self, site: Site, answer: bool | None, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            site.apply({}, answer=answer)
        assert site.left() == []
        assert site.standing() == {}
        assert site.world.cloudformation.there == {}

    def test_who_agrees_is_asked_once(self, site: Site) -> None:
        assert site.apply({}, answer=True).exit_code == 0
        assert len(site.questions) == 1
        assert site.apply({}, answer=True).changed is False
        assert len(site.questions) == 1


class TestWhatTheFileHasNoMore:
    @pytest.fixture
    def without(self, applied: Site) -> Site:
        for part in ("registries", "pipelines", "clients"):
            del applied.file[part]
        del applied.file["projects"]
        return applied

    def test_its_stacks_go_after_all_others_and_its_data_stays(self, without: Site) -> None:
        before = buckets(without)
        result = without.apply()
        assert {one for one, end in ends(result).items() if end == "deleted"} == {REGISTRY, PIPELINE, OUTPUT, CLIENT}
        assert {"brewery-media", "site-input", "site-output"} <= before == buckets(without)
        assert (DEVELOPMENT, HOME, "AWS::ECR::Repository sugarwater") in without.world.cloudformation.there
        calls = [one.call for one in without.world.writes()]
        assert calls.index("delete-stack") > max(n for n, call in enumerate(calls) if call == "execute-stack")
        assert without.apply().changed is False

    def test_no_stack_is_touched_that_setup_did_not_make(self, without: Site) -> None:
        others = {}
        for word, name in (("CREATE_COMPLETE", "network"), ("ROLLBACK_COMPLETE", "waybill-client-of-another")):
            others[name] = without.world.cloudformation.add(PRODUCTION, HOME, name, word)
        without.apply()
        assert {one.word for one in others.values()} == {"CREATE_COMPLETE", "ROLLBACK_COMPLETE"}
        touched = {one.name for one in without.world.writes() if "stack" in one.call}
        assert not [name for name in others if any(name in one for one in touched)]

    def test_a_region_that_the_file_has_no_more_goes_and_its_bucket_and_key_stay(self, applied: Site) -> None:
        applied.file["regions"] = [HOME]
        result = applied.apply()
        assert result.exit_code == 0
        assert {one for one, end in ends(result).items() if end == "deleted"} == {DEV_WEST, PROD_WEST}
        assert {f"waybill-staging-{number}-{WEST}" for number in NUMBERS.values()} <= buckets(applied)


class TestWhereOthersActMeanwhile:
    def test_a_stack_that_somebody_changed_since_is_left_as_it_is(self, applied: Site) -> None:
        applied.file["registries"]["sugarwater"]["days-kept"] = 9
        stack = applied.stack(REGISTRY)
        before = stack.target
        applied.world.on("execute-stack", lambda _: applied.world.cloudformation.change(stack))
        result = applied.apply()
        assert ends(result)[REGISTRY] == "failed"
        assert stack.target is before
        assert result.exit_code == ExitCode.CONFLICT
        assert applied.left() == []

    def test_a_stack_that_somebody_deleted_since_is_a_conflict(self, applied: Site) -> None:
        applied.file["registries"]["sugarwater"]["days-kept"] = 9
        stack = applied.stack(REGISTRY)
        applied.world.on("execute-stack", lambda _: applied.world.cloudformation.stand(stack, "DELETE_COMPLETE"))
        result = applied.apply()
        assert ends(result)[REGISTRY] == "failed"

    def test_a_stack_made_meanwhile_by_somebody_is_not_taken(self, site: Site) -> None:
        """Its change set is gone with the stack that was only reviewed."""

        def make(_: object) -> None:
            for stack in site.world.cloudformation.stacks:
                if stack.name == REGISTRY.name and stack.word == "REVIEW_IN_PROGRESS":
                    stack.sets.clear()
                    site.world.cloudformation.stand(stack, "CREATE_COMPLETE")

        site.world.on("execute-stack", make)
        result = site.apply()
        assert ends(result)[REGISTRY] == "failed"
        assert site.standing()[REGISTRY] == "CREATE_COMPLETE"

    def test_an_answer_that_is_lost_is_no_end_and_the_next_run_finishes(self, site: Site) -> None:
        site.world.fail(call="execute-stack", key=PIPELINE.name, error=Unavailable("down"), when="after")
        first = site.apply()
        assert ends(first)[PIPELINE] == "failed"
        assert site.apply().exit_code == 0
        assert site.standing() == dict.fromkeys(EVERY, "CREATE_COMPLETE")

    def test_what_an_earlier_run_began_is_waited_for(self, site: Site) -> None:
        site.world.cloudformation.hold(DEV_HOME.name, HOME)
        site.clock = FakeClock(on_sleep=lambda _: site.cancellation.cancel(2) if REGISTRY in begun(site) else None)
        stopped = site.apply()
        assert stopped.exit_code == ExitCode.INTERRUPTED
        assert site.left() == []
        again = Site(world=site.world)
        again.clock = FakeClock(on_sleep=lambda _: site.world.cloudformation.release(DEV_HOME.name, HOME))
        assert again.apply().exit_code == 0
        assert again.standing() == dict.fromkeys(EVERY, "CREATE_COMPLETE")

    def test_an_output_that_changes_on_the_way_is_not_passed_over(self, applied: Site) -> None:
        """A stack that would stay as it is would change now that what it needs did: that was not in the plan."""
        other = f"arn:aws:kms:{HOME}:{DEVELOPMENT}:key/mrk-{'1' * 32}"
        before, _, outputs = applied.text("pipeline").partition("\nOutputs:\n")
        assert "Value: !GetAtt Key.Arn" in outputs
        outputs = outputs.replace("Value: !GetAtt Key.Arn", f"Value: {other}")
        applied.templates["pipeline"] = f"{before}\nOutputs:\n{outputs}"
        assert actions(applied.plan())[OUTPUT] == "nothing"
        result = applied.apply()
        assert (ends(result)[PIPELINE], ends(result)[OUTPUT]) == ("updated", "failed")
        assert "otherwise than was planned" in (plans(result)[OUTPUT].error or "")
        assert result.exit_code == ExitCode.CONFLICT
        assert applied.left() == []
        assert applied.apply().exit_code == 0
        target = applied.stack(OUTPUT).target
        assert target is not None
        assert target.parameters["PipelineKeyArns"] == other
        assert applied.apply().changed is False


def begun(site: Site) -> set[StackRef]:
    return {one.ref for one in site.reporter.of(StackBegan)}


class TestDataInTheWay:
    def test_what_an_earlier_stack_left_is_said_where_it_is_in_the_way(self, applied: Site) -> None:
        registries = applied.file.pop("registries")
        applied.file["projects"]["SugarWater"]["registries"] = []
        applied.apply()
        applied.file["registries"] = registries
        result = applied.apply()
        assert "sugarwater already exists" in (plans(result)[REGISTRY].error or "")
        assert "left when its stack went" in (plans(result)[REGISTRY].advice or "")

    def test_a_replacement_that_keeps_what_was_there_leaves_both(self, applied: Site) -> None:
        applied.file["clients"]["brewery"]["media"]["bucket"] = "brewery-second"
        assert applied.apply().exit_code == 0
        assert {"brewery-media", "brewery-second"} <= buckets(applied)


def test_the_document_has_every_stack_with_its_end(site: Site) -> None:
    document = site.apply().to_json()
    assert (document["command"], document["outcome"], document["changed"]) == ("setup apply", "created", True)
    assert len(document["stacks"]) == len(EVERY)
    assert {one["end"] for one in document["stacks"]} == {"created"}
    assert {one["account"] for one in document["stacks"]} == set(NUMBERS.values())
    assert {(one["what"], one["end"]) for one in document["beside"]} == {(CONFIGURATION, "created")}
    again = site.apply().to_json()
    assert {one["end"] for one in again["stacks"]} == {"already"}
