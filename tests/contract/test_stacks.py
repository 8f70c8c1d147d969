from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from contract.stack_places import StackPlace, deleted, ended, made, new_name, newest, still
from waybill.domain.setup.plan import Kind
from waybill.errors import ConflictError, InputError
from waybill.ports.stacks import ChangeSet, Readiness, Standing

TAGS = {"waybill:setup": "waybill", "waybill:project": "SugarWater"}


def parameter(name: str, value: Any = "one") -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Name": f"/{name}", "Value": value}}


def bucket(name: str, policy: str = "Retain") -> dict[str, Any]:
    return {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": policy,
        "UpdateReplacePolicy": policy,
        "Properties": {"BucketName": name},
    }


def template(outputs: dict[str, Any] | None = None, **resources: dict[str, Any]) -> str:
    """Return a template with one parameter, which some resources take."""
    return json.dumps(
        {
            "Parameters": {"Value": {"Type": "String", "Default": "one", "AllowedPattern": "[a-z]+"}},
            "Resources": resources,
            "Outputs": {name: {"Value": value} for name, value in (outputs or {}).items()},
        }
    )


def simple(name: str, value: Any = "one") -> str:
    return template(One=parameter(f"{name}/one", value), outputs={"Name": {"Ref": "One"}})


def prepared(
    place: StackPlace, name: str, text: str, parameters: Mapping[str, str] | None = None, *, new: bool = True
) -> ChangeSet:
    return made(place, place.stacks.prepare(name, "waybill-1", text, parameters or {}, TAGS, new=new))


def stood(place: StackPlace, name: str, text: str) -> str:
    """Make a stack; return its id."""
    stack = ended(place, prepared(place, name, text))
    assert stack.standing is Standing.WHOLE
    return stack.id


def test_what_is_not_there_is_nothing(stack_place: StackPlace) -> None:
    assert stack_place.stacks.look(new_name()) is None


def test_a_change_set_of_a_new_stack_makes_nothing_and_is_executed_as_it_says(stack_place: StackPlace) -> None:
    name = new_name()
    ready = prepared(stack_place, name, simple(name))
    assert ready.readiness is Readiness.READY
    assert [(one.kind, one.resource, one.type) for one in ready.changes] == [(Kind.ADDED, "One", "AWS::SSM::Parameter")]
    reviewed = stack_place.stacks.look(name)
    assert reviewed is not None
    assert (reviewed.standing, reviewed.id) == (Standing.REVIEW, ready.stack_id)
    assert stack_place.value(f"/{name}/one") is None
    last = newest(stack_place, ready.stack_id)
    stack_place.stacks.execute(ready)
    stack = still(stack_place, ready.stack_id, last)
    assert (stack.standing, stack.name, stack.outputs) == (Standing.WHOLE, name, {"Name": f"/{name}/one"})
    assert stack.tags == TAGS
    assert stack_place.value(f"/{name}/one") == "one"
    assert name in {one.name for one in stack_place.stacks.every()}


def test_what_is_discarded_leaves_neither_change_set_nor_stack(stack_place: StackPlace) -> None:
    name = new_name()
    ready = prepared(stack_place, name, simple(name))
    stack_place.stacks.discard(ready, fresh=True)
    assert still(stack_place, ready.stack_id).standing is Standing.GONE
    assert stack_place.stacks.look(name) is None
    assert name not in {one.name for one in stack_place.stacks.every()}
    stack_place.stacks.discard(ready, fresh=True)
    with pytest.raises(ConflictError):
        stack_place.stacks.execute(ready)
    stood(stack_place, name, simple(name))


def test_a_stack_that_anything_was_made_of_is_never_discarded(stack_place: StackPlace) -> None:
    name = new_name()
    ready = prepared(stack_place, name, simple(name))
    stack = ended(stack_place, ready)
    stack_place.stacks.discard(ready, fresh=True)
    assert still(stack_place, stack.id).standing is Standing.WHOLE


def test_the_same_again_is_an_empty_change_set(stack_place: StackPlace) -> None:
    name = new_name()
    stood(stack_place, name, simple(name))
    assert prepared(stack_place, name, simple(name), new=False).readiness is Readiness.EMPTY


def test_a_change_names_what_changes_of_which_resource(stack_place: StackPlace) -> None:
    name = new_name()
    text = template(One=parameter(f"{name}/one", {"Ref": "Value"}), Two=parameter(f"{name}/two"))
    stood(stack_place, name, text)
    ready = prepared(stack_place, name, text, {"Value": "two"}, new=False)
    (change,) = ready.changes
    assert (change.kind, change.resource, change.properties) == (Kind.CHANGED, "One", ("Value",))
    assert change.physical_id == f"/{name}/one"
    assert ended(stack_place, ready).standing is Standing.WHOLE
    assert stack_place.value(f"/{name}/one") == "two"


def test_what_is_added_and_removed(stack_place: StackPlace) -> None:
    name = new_name()
    stood(stack_place, name, template(One=parameter(f"{name}/one"), Two=bucket(f"{name}-two")))
    ready = prepared(stack_place, name, template(Three=parameter(f"{name}/three")), new=False)
    found = {one.resource: (one.kind, one.kept) for one in ready.changes}
    assert found == {
        "Three": (Kind.ADDED, False),
        "One": (Kind.REMOVED, False),
        "Two": (Kind.REMOVED, True),
    }
    ended(stack_place, ready)
    assert stack_place.value(f"/{name}/one") is None
    assert stack_place.has_bucket(f"{name}-two")


@pytest.mark.parametrize(("policy", "kept"), [("Retain", True), ("Delete", False)])
def test_a_replacement_says_whether_what_was_there_stays(stack_place: StackPlace, policy: str, kept: bool) -> None:
    name = new_name()
    stood(stack_place, name, template(One=bucket(f"{name}-one", policy)))
    ready = prepared(stack_place, name, template(One=bucket(f"{name}-two", policy)), new=False)
    (change,) = ready.changes
    assert (change.kind, change.kept, change.loses_data) == (Kind.REPLACED, kept, not kept)
    ended(stack_place, ready)
    assert stack_place.has_bucket(f"{name}-two")
    assert stack_place.has_bucket(f"{name}-one") is kept


def test_other_tags_are_a_change(stack_place: StackPlace) -> None:
    name = new_name()
    stood(stack_place, name, simple(name))
    ready = made(stack_place, stack_place.stacks.prepare(name, "tags", simple(name), {}, {"other": "tag"}, new=False))
    assert [(one.kind, one.properties) for one in ready.changes] == [(Kind.CHANGED, ("Tags",))]
    assert ended(stack_place, ready).tags == {"other": "tag"}


def test_a_failed_creation_leaves_a_broken_stack_and_nothing_that_it_made(stack_place: StackPlace) -> None:
    name = new_name()
    text = template(
        One=bucket(f"{name}-one"), Two={**parameter(f"{name}/two"), "DependsOn": "One"}, outputs={"A": {"Ref": "One"}}
    )
    stack_place.fail(name, "Two", "no such luck")
    stack = ended(stack_place, prepared(stack_place, name, text))
    assert (stack.standing, stack.word) == (Standing.BROKEN, "ROLLBACK_COMPLETE")
    assert not stack_place.has_bucket(f"{name}-one")
    failed = [one for one in stack_place.stacks.events(stack.id, "") if one.failed]
    assert [one for one in failed if one.resource == "Two" and "no such luck" in one.reason]
    assert deleted(stack_place, stack.id).standing is Standing.GONE
    stood(stack_place, name, text)


def test_a_failed_change_is_taken_back(stack_place: StackPlace) -> None:
    name = new_name()
    text = template(One=parameter(f"{name}/one", {"Ref": "Value"}))
    stood(stack_place, name, text)
    stack_place.fail(name, "One", "no such luck")
    stack = ended(stack_place, prepared(stack_place, name, text, {"Value": "two"}, new=False))
    assert (stack.standing, stack.word) == (Standing.WHOLE, "UPDATE_ROLLBACK_COMPLETE")
    assert stack_place.value(f"/{name}/one") == "one"


def test_events_come_in_their_order_and_after_the_one_that_is_known(stack_place: StackPlace) -> None:
    name = new_name()
    stack = stood(stack_place, name, simple(name))
    every = stack_place.stacks.events(stack, "")
    assert [one.status for one in every if one.resource == name] == [
        "REVIEW_IN_PROGRESS",
        "CREATE_IN_PROGRESS",
        "CREATE_COMPLETE",
    ]
    assert every[-1].status == "CREATE_COMPLETE"
    assert stack_place.stacks.newest(stack) == every[-1].id
    assert len({one.id for one in every}) == len(every)
    assert list(stack_place.stacks.events(stack, every[1].id)) == list(every[2:])
    assert not stack_place.stacks.events(stack, every[-1].id)


def test_a_change_set_that_is_executed_twice_is_executed_once(stack_place: StackPlace) -> None:
    name = new_name()
    ready = prepared(stack_place, name, simple(name))
    stack = ended(stack_place, ready)
    before = len(stack_place.stacks.events(stack.id, ""))
    stack_place.stacks.execute(ready)
    still(stack_place, stack.id)
    assert len(stack_place.stacks.events(stack.id, "")) == before


def test_what_was_compared_with_a_stack_that_somebody_changed_since_is_not_executed(stack_place: StackPlace) -> None:
    name = new_name()
    stood(stack_place, name, simple(name))
    ready = prepared(stack_place, name, simple(name, "two"), new=False)
    stack_place.change(name, simple(name, "theirs"))
    with pytest.raises(ConflictError):
        stack_place.stacks.execute(ready)
    assert stack_place.value(f"/{name}/one") == "theirs"
    stack_place.stacks.discard(ready, fresh=False)
    assert stack_place.stacks.look(name) is not None


def test_a_deleted_stack_is_known_by_its_id_with_what_it_had_and_what_stayed(stack_place: StackPlace) -> None:
    name = new_name()
    stack = stood(stack_place, name, template(One=parameter(f"{name}/one"), Two=bucket(f"{name}-two")))
    assert {(one.logical_id, one.physical_id, one.kept) for one in stack_place.stacks.resources(stack)} == {
        ("One", f"/{name}/one", False),
        ("Two", f"{name}-two", False),
    }
    assert name not in {one.name for one in stack_place.stacks.gone(name)}
    assert deleted(stack_place, stack).standing is Standing.GONE
    assert stack_place.stacks.look(name) is None
    assert {(one.logical_id, one.physical_id, one.kept) for one in stack_place.stacks.resources(stack)} == {
        ("One", f"/{name}/one", False),
        ("Two", f"{name}-two", True),
    }
    (gone,) = stack_place.stacks.gone(name)
    assert (gone.id, gone.standing, dict(gone.tags)) == (stack, Standing.GONE, TAGS)
    assert stack_place.has_bucket(f"{name}-two")
    stack_place.stacks.delete(stack)


@pytest.mark.parametrize("parameters", [{"Value": "UPPER"}, {"Strange": "x"}])
def test_parameters_that_the_template_does_not_take_are_bad_input(
    stack_place: StackPlace, parameters: dict[str, str]
) -> None:
    name = new_name()
    with pytest.raises(InputError):
        prepared(stack_place, name, simple(name), parameters)
    assert stack_place.stacks.look(name) is None


def test_a_stack_is_new_once_and_is_changed_where_it_is(stack_place: StackPlace) -> None:
    name = new_name()
    with pytest.raises(ConflictError, match="somebody else is setting up"):
        prepared(stack_place, name, simple(name), new=False)
    stood(stack_place, name, simple(name))
    with pytest.raises(ConflictError, match="somebody else is setting up"):
        prepared(stack_place, name, simple(name))


def test_a_stack_of_which_somebody_else_made_a_change_set_is_never_discarded(stack_place: StackPlace) -> None:
    name = new_name()
    ours, theirs = (prepared(stack_place, name, simple(name, value)) for value in ("one", "two"))
    assert not stack_place.stacks.discard(ours, fresh=True)
    reviewed = stack_place.stacks.look(name)
    assert reviewed is not None
    assert reviewed.standing is Standing.REVIEW
    ended(stack_place, theirs)
    assert stack_place.value(f"/{name}/one") == "two"


def test_two_change_sets_of_one_run_and_stack_do_not_get_into_each_others_way(stack_place: StackPlace) -> None:
    """A run that is tried again has the same name for its change sets, and the first try may have left one."""
    name = new_name()
    first = prepared(stack_place, name, simple(name))
    second = prepared(stack_place, name, simple(name, "two"))
    assert first.id != second.id
    ended(stack_place, second)
    assert stack_place.value(f"/{name}/one") == "two"


def test_a_change_set_that_early_validation_refuses_tells_its_causes(stack_place: StackPlace) -> None:
    name = new_name()
    text = template(One=parameter(f"{name}/one"), Two=parameter(f"{name}/two"))
    for resource in ("One", "Two"):
        stack_place.refuse(name, resource, f"{resource} exists already")
    failed = prepared(stack_place, name, text)
    assert failed.readiness is Readiness.FAILED
    causes = stack_place.stacks.causes(failed)
    assert len(causes) == 2
    assert all(f"{resource} exists already" in "; ".join(causes) for resource in ("One", "Two"))
    assert stack_place.stacks.discard(failed, fresh=True)


def test_a_rollback_that_failed_is_continued_once(stack_place: StackPlace) -> None:
    name = new_name()
    text = template(One=parameter(f"{name}/one", {"Ref": "Value"}))
    stack = stood(stack_place, name, text)
    with pytest.raises(ConflictError, match="not to be continued"):
        stack_place.stacks.continue_rollback(stack)
    stack_place.fail(name, "One", "nor back", times=2)
    halted = ended(stack_place, prepared(stack_place, name, text, {"Value": "two"}, new=False))
    assert (halted.standing, halted.word) == (Standing.HALTED, "UPDATE_ROLLBACK_FAILED")
    last = newest(stack_place, stack)
    stack_place.stacks.continue_rollback(stack)
    back = still(stack_place, stack, last)
    assert (back.standing, back.word) == (Standing.WHOLE, "UPDATE_ROLLBACK_COMPLETE")
    assert stack_place.value(f"/{name}/one") == "one"
