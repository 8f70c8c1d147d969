"""A stack that somebody or an earlier run left in a failure: the next run goes on from there, and stops no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commands.setup.site import OUTPUT, REGISTRY, Site, actions, ends, plans
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.errors import ExitCode
from waybill.ports.stacks import StackEvent
from waybill.progress import Warned

HALTED = "UPDATE_ROLLBACK_FAILED"


def halt(site: Site, ref: StackRef = REGISTRY) -> None:
    site.world.cloudformation.stand(site.stack(ref), HALTED, "the role is gone")


def drop_the_registry(site: Site) -> None:
    del site.file["registries"], site.file["projects"]["SugarWater"]["registries"]


def test_a_rollback_that_failed_is_continued_and_the_plan_says_so(applied: Site) -> None:
    halt(applied)
    planned = plans(applied.plan())[REGISTRY]
    assert (planned.action, planned.continues_rollback, planned.changes) == ("update", True, ())
    assert not applied.called("continue-rollback")
    result = applied.apply()
    assert (ends(result)[REGISTRY], result.exit_code) == ("updated", ExitCode.OK)
    assert applied.standing()[REGISTRY] == "UPDATE_ROLLBACK_COMPLETE"
    assert not applied.plan().changed


def test_its_digest_is_another_than_that_of_an_update(applied: Site) -> None:
    halt(applied)
    body = applied.plan().body
    assert body is not None
    stacks = tuple(replace(one, continues_rollback=False) for one in body.stacks)  # type: ignore[attr-defined]
    assert replace(body, stacks=stacks).digest() != body.digest()  # type: ignore[type-var, attr-defined]


def test_what_changes_after_a_continued_rollback_was_in_no_plan_and_is_not_done(applied: Site) -> None:
    halt(applied)
    applied.file["registries"]["sugarwater"]["days-kept"] = 9
    result = applied.apply()
    assert (ends(result)[REGISTRY], result.exit_code) == ("failed", ExitCode.CONFLICT)
    assert "now that its rollback has ended" in (plans(result)[REGISTRY].error or "")
    assert applied.left() == []
    assert ends(applied.apply())[REGISTRY] == "updated"


def test_other_stacks_are_changed_while_one_cannot_go_back(applied: Site) -> None:
    halt(applied)
    applied.world.cloudformation.fail(REGISTRY.name, "Repository", "the role is still gone")
    applied.file["pipelines"]["site"]["output"]["folder"] = "site"
    result = applied.apply()
    assert ends(result)[REGISTRY] == "failed"
    assert "the role is still gone" in (plans(result)[REGISTRY].error or "")
    assert "updated" in {end for ref, end in ends(result).items() if ref != REGISTRY}


@pytest.mark.parametrize("word", ["DELETE_FAILED", HALTED])
def test_an_unwanted_stack_is_deleted_whatever_failed_there_before(applied: Site, word: str) -> None:
    applied.world.cloudformation.stand(applied.stack(REGISTRY), word, "it is not empty")
    drop_the_registry(applied)
    assert actions(applied.plan())[REGISTRY] == "delete"
    assert ends(applied.apply())[REGISTRY] == "deleted"
    assert REGISTRY not in applied.standing()


def test_a_wanted_stack_whose_deletion_failed_goes_first_and_is_made_again(applied: Site) -> None:
    applied.world.cloudformation.stand(applied.stack(OUTPUT), "DELETE_FAILED", "it is not empty")
    planned = plans(applied.plan())[OUTPUT]
    assert (planned.action, planned.replaces_broken) == ("create", True)


def test_what_a_stack_could_not_get_rid_of_is_told_though_it_stands(applied: Site) -> None:
    left = StackEvent(
        id="left",
        resource="Old",
        type="AWS::IAM::User",
        status="DELETE_FAILED",
        reason="it has keys",
        physical_id="bob",
    )

    def leave(_: object) -> None:
        events = applied.stack(REGISTRY).events
        if events[-1].status == "UPDATE_COMPLETE" and left not in events:
            events.insert(len(events) - 1, left)

    applied.world.on("stack-events", leave, times=None)
    applied.file["registries"]["sugarwater"]["days-kept"] = 9
    assert applied.apply().exit_code == ExitCode.OK
    (warned,) = [one.text for one in applied.reporter.of(Warned)]
    assert "Old (AWS::IAM::User bob)" in warned
    assert "it has keys" in warned
