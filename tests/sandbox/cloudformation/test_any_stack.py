"""Any sequence of templates: what exists is what the last good one says, and change sets told the truth before."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.cloudformation.stand import ACCOUNT, REGION, THING, Things, no_client
from waybill.sandbox.engine.cloudformation import change_sets, looking, stacks
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.sets import Sets
from waybill.sandbox.engine.cloudformation.stack import Where

HERE = Where(ACCOUNT, REGION)
Json = dict[str, Any]

# A resource: which of its names, and its value: a text, or what of which earlier resource.
values = st.one_of(
    st.sampled_from(["a", "b", "c"]),
    st.tuples(st.sampled_from(["Ref", "Arn", "Value"]), st.integers(0, 3)),
    st.just("refuse"),
)
resources = st.tuples(st.sampled_from(["x", "y"]), values)
plans = st.dictionaries(st.integers(0, 3), resources, min_size=1)
Plan = Mapping[int, tuple[str, Any]]


def value_of(number: int, plan: Plan) -> Any:
    """Return what a resource's value is in the template; what refers to nothing earlier is a text."""
    value = plan[number][1]
    if isinstance(value, str):
        return value
    what, other = value
    if other >= number or other not in plan:
        return "nothing"
    return {"Ref": f"R{other}"} if what == "Ref" else {"Fn::GetAtt": [f"R{other}", what]}


def text(plan: Plan) -> str:
    found = {
        f"R{number}": {"Type": THING, "Properties": {"Name": f"{number}-{name}", "Value": value_of(number, plan)}}
        for number, (name, _) in plan.items()
    }
    return json.dumps({"Resources": found})


def expected(plan: Plan) -> dict[str, str]:
    """Return the values by the names of all that should be."""
    found: dict[int, str] = {}
    for number in sorted(plan):
        value = value_of(number, plan)
        if isinstance(value, str):
            found[number] = value
            continue
        other = int((value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])[1:])
        name = f"{other}-{plan[other][0]}"
        if "Ref" in value:
            found[number] = name
        else:
            found[number] = f"arn:test:{name}" if value["Fn::GetAtt"][1] == "Arn" else found[other]
    return {f"{number}-{name}": found[number] for number, (name, _) in plan.items()}


def is_good(plan: Plan) -> bool:
    return "refuse" not in expected(plan).values()


class Desk:
    """One stack, and what it should have made by now."""

    def __init__(self) -> None:
        self.things = Things()
        self.service = Service(
            clock=time.time,
            new_id=lambda: str(uuid4()),
            kinds={THING: self.things},
            client=no_client,
            sets=Sets(ACCOUNT, ()),
        )
        self.good: Plan | None = None

    def there(self) -> dict[str, str]:
        return {name: str(each["Value"]) for name, each in self.things.there.items()}

    def apply(self, plan: Plan) -> str:
        """Make and execute a change set; return the stack's status, or nothing where there was nothing to do."""
        kind = "CREATE" if self.service.find(HERE, "any") is None else "UPDATE"
        asked = {
            "StackName": "any",
            "ChangeSetName": f"c{uuid4().hex}",
            "ChangeSetType": kind,
            "TemplateBody": text(plan),
        }
        made = change_sets.create_change_set(self.service, HERE, asked)["Id"]
        told = change_sets.describe_change_set(self.service, HERE, {"ChangeSetName": made})
        if told["Status"] == "FAILED":
            return ""
        before = len(self.things.calls)
        change_sets.execute_change_set(self.service, HERE, {"ChangeSetName": made})
        stack = self.service.get(HERE, "any")
        self.service.wait(stack)
        if stack.status.endswith("_COMPLETE") and "ROLLBACK" not in stack.status:
            self._hold(told["Changes"], self.things.calls[before:])
        return stack.status

    def _hold(self, changes: list[Json], calls: list[tuple[str, str]]) -> None:
        """Hold what was done to what was told before."""
        told = {each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"] for each in changes}
        done: dict[str, list[str]] = {}
        for call, name in calls:
            done.setdefault(name, []).append(call)
        assert done.keys() <= told.keys()
        for name, change in told.items():
            action = change["Action"]
            static = any(each["Evaluation"] == "Static" for each in change["Details"])
            if action == "Modify":
                allowed = [["create", "delete"]] if change["Replacement"] == "True" else [["update"]]
                assert done.get(name, []) in (allowed if static else [*allowed, []])
            else:
                assert done[name] == [{"Add": "create", "Remove": "delete"}[action]]

    def delete(self) -> None:
        stacks.delete_stack(self.service, HERE, {"StackName": "any"})
        for stack in self.service.stacks(HERE):
            self.service.wait(stack)


@settings(max_examples=150)
@given(st.lists(plans, min_size=1, max_size=5))
def test_what_exists_is_what_the_last_good_template_says(sequence: list[Plan]) -> None:
    desk = Desk()
    for plan in sequence:
        status = desk.apply(plan)
        if not status:
            assert desk.good is not None
            assert expected(plan) == expected(desk.good)
        elif is_good(plan):
            assert status == ("CREATE_COMPLETE" if desk.good is None else "UPDATE_COMPLETE")
            desk.good = plan
        elif desk.good is None:
            assert status == "ROLLBACK_COMPLETE"
            desk.delete()
        else:
            assert status == "UPDATE_ROLLBACK_COMPLETE"
        assert desk.there() == ({} if desk.good is None else expected(desk.good))
        if desk.good is not None:
            rows = looking.list_stack_resources(desk.service, HERE, {"StackName": "any"})["StackResourceSummaries"]
            assert {each["PhysicalResourceId"] for each in rows} == desk.there().keys()
    desk.delete()
    assert desk.there() == {}
