"""AWS::CloudFormation::StackSet."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask, unfit
from waybill.sandbox.engine.cloudformation.types.common import gone, only, tag_list, tags, undoing
from waybill.sandbox.engine.cloudformation.types.stack_instances import requests, targets

_LOOK_SECONDS: Final = 0.02
_UNDER_WAY: Final = ("QUEUED", "RUNNING", "STOPPING")
_SET: Final = frozenset(
    {
        "AdministrationRoleARN",
        "AutoDeployment",
        "CallAs",
        "Capabilities",
        "Description",
        "ExecutionRoleName",
        "ManagedExecution",
        "Parameters",
        "PermissionModel",
        "TemplateBody",
        "TemplateURL",
    }
)


class StackSet:
    """Stacks of one template in many accounts and regions. `Ref` gives the StackSet's id."""

    type = "AWS::CloudFormation::StackSet"
    known = _SET | {"OperationPreferences", "StackInstancesGroup", "StackSetName", "Tags"}
    required = frozenset({"PermissionModel", "StackSetName"})
    replaces = frozenset({"CallAs", "PermissionModel", "StackSetName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateStackSet, then its stacks; what fails there fails this."""
        client = place.client("cloudformation")
        request = {**only(properties, "StackSetName", *_SET), "Tags": tag_list(tags(properties, place))}
        made = Made(ask(client, "CreateStackSet", request)["StackSetId"])
        with undoing(lambda: self.delete(made, properties, place)):
            for chosen in requests(targets(properties)):
                _run(client, "CreateStackInstances", properties, chosen)
        return Made(made.physical_id, {"StackSetId": made.physical_id})

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """UpdateStackSet where that changes it; stacks that are no longer asked for go, new ones come."""
        client = place.client("cloudformation")
        was, then = targets(before), targets(after)
        for chosen in requests({each: was[each] for each in was if each not in then}):
            _run(client, "DeleteStackInstances", after, {**_without_overrides(chosen), "RetainStacks": False})
        request = {**only(after, *_SET), "Tags": tag_list(tags(after, place))}
        _run(client, "UpdateStackSet", after, request)
        changed = {each: then[each] for each in then if each in was and was[each] != then[each]}
        for chosen in requests(changed):
            _run(client, "UpdateStackInstances", after, chosen)
        for chosen in requests({each: then[each] for each in then if each not in was}):
            _run(client, "CreateStackInstances", after, chosen)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteStackInstances, then DeleteStackSet."""
        client = place.client("cloudformation")
        with gone("StackSetNotFoundException"):
            for chosen in requests(targets(properties)):
                request = {**_without_overrides(chosen), "RetainStacks": False}
                _run(client, "DeleteStackInstances", properties, request)
            ask(client, "DeleteStackSet", only(properties, "CallAs", "StackSetName"))


def _without_overrides(request: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name != "ParameterOverrides"}


def _run(client: Any, operation: str, properties: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    """Begin an operation of the StackSet, and wait for its end; raises `Refusal` unless it succeeded."""
    which = only(properties, "CallAs", "StackSetName")
    preferences = only(properties, "OperationPreferences")
    begun = ask(client, operation, {**which, **preferences, **request})["OperationId"]
    while True:
        found = ask(client, "DescribeStackSetOperation", {**which, "OperationId": begun})["StackSetOperation"]
        if found["Status"] not in _UNDER_WAY:
            break
        time.sleep(_LOOK_SECONDS)
    if found["Status"] == "SUCCEEDED":
        return
    results = ask(client, "ListStackSetOperationResults", {**which, "OperationId": begun})["Summaries"]
    failed = [each for each in results if each["Status"] == "FAILED"]
    told = "; ".join(f"{each['Account']} {each['Region']}: {each.get('StatusReason', '')}" for each in failed)
    raise unfit(f"Stack set operation [{begun}] was unexpectedly stopped or failed. {told}", "NotStabilized")
