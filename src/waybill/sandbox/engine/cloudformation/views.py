"""Stacks and all that belongs to them, as the answers have them. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from waybill.sandbox.engine.cloudformation import parameters
from waybill.sandbox.engine.cloudformation.stack import ChangeSet, Event, Stack
from waybill.sandbox.engine.cloudformation.template import Template

Json = dict[str, Any]
_UNCHECKED: Final = "NOT_CHECKED"


def when(seconds: float | None) -> datetime | None:
    """Return a time as a datetime in UTC without its zone, as moto's serializers want it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def stack(made: Stack) -> Json:
    """Return a stack as DescribeStacks has it."""
    target = made.target
    return _only(
        {
            "StackId": made.id,
            "StackName": made.name,
            "ChangeSetId": made.change_set_id,
            "Description": target.template.description if target else "",
            "Parameters": parameters.shown(target.template.parameters, target.values) if target else [],
            "CreationTime": when(made.created),
            "LastUpdatedTime": when(made.updated),
            "DeletionTime": when(made.deleted),
            "RollbackConfiguration": {},
            "StackStatus": made.status,
            "StackStatusReason": made.reason,
            "DisableRollback": made.disable_rollback,
            "NotificationARNs": made.topics,
            "TimeoutInMinutes": made.minutes,
            "Capabilities": list(target.capabilities) if target else [],
            "Outputs": [
                _only(
                    {
                        "OutputKey": name,
                        "OutputValue": each.value,
                        "Description": each.description,
                        "ExportName": each.export,
                    },
                    keep=("OutputValue",),
                )
                for name, each in made.outputs.items()
            ],
            "RoleARN": made.role,
            "Tags": tags(target.tags if target else {}),
            "EnableTerminationProtection": made.protected,
            "DriftInformation": {"StackDriftStatus": _UNCHECKED},
            "RetainExceptOnCreate": made.retain_except_on_create or None,
        },
        keep=("Tags", "NotificationARNs", "RollbackConfiguration", "DisableRollback", "EnableTerminationProtection"),
    )


def summary(made: Stack) -> Json:
    """Return a stack as ListStacks has it."""
    said = stack(made)
    names = ("StackId", "StackName", "CreationTime", "LastUpdatedTime", "DeletionTime", "StackStatus",
             "StackStatusReason", "DriftInformation")  # fmt: skip
    found = {name: said[name] for name in names if name in said}
    description = said.get("Description")
    return {**found, "TemplateDescription": description} if description else found


def refusals(stack: Stack, made: ChangeSet) -> list[Json]:
    """Return the events of a change set that early validation refused."""
    resources = made.target.resources()
    return [
        {
            "EventId": f"{made.name}-{name}",
            "StackId": stack.id,
            "OperationType": "CREATE_CHANGESET",
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": name,
            "ResourceType": resources[name].type,
            "Timestamp": when(made.created),
            "ValidationName": "NAME_CONFLICT_VALIDATION",
            "ValidationStatus": "FAILED",
            "ValidationStatusReason": why,
        }
        for name, why in made.invalid.items()
    ]


def event(made: Stack, each: Event) -> Json:
    """Return an event."""
    return _only(
        {
            "StackId": made.id,
            "EventId": each.id,
            "StackName": made.name,
            "LogicalResourceId": each.logical_id,
            "PhysicalResourceId": each.physical_id,
            "ResourceType": each.type,
            "Timestamp": when(each.time),
            "ResourceStatus": each.status,
            "ResourceStatusReason": each.reason,
            "ResourceProperties": each.properties,
            "ClientRequestToken": each.token,
        }
    )


def resource(made: Stack, row: Event, *, time: str = "Timestamp", stack_too: bool = True) -> Json:
    """Return a resource; `time` is the member that has when its status was told."""
    whose = {"StackName": made.name, "StackId": made.id} if stack_too else {}
    return _only(
        {
            **whose,
            "LogicalResourceId": row.logical_id,
            "PhysicalResourceId": row.physical_id,
            "ResourceType": row.type,
            time: when(row.time),
            "ResourceStatus": row.status,
            "ResourceStatusReason": row.reason,
            "DriftInformation": {"StackResourceDriftStatus": _UNCHECKED},
        }
    )


def change_set(made: Stack, each: ChangeSet) -> Json:
    """Return a change set as ListChangeSets has it."""
    return _only(
        {
            "StackId": made.id,
            "StackName": made.name,
            "ChangeSetId": each.id,
            "ChangeSetName": each.name,
            "ExecutionStatus": each.execution,
            "Status": each.status,
            "StatusReason": each.reason,
            "CreationTime": when(each.created),
            "Description": each.description,
            "IncludeNestedStacks": False,
        }
    )


def whole_change_set(made: Stack, each: ChangeSet) -> Json:
    """Return a change set as DescribeChangeSet has it, but its changes; see `changes`."""
    target = each.target
    return {
        **change_set(made, each),
        "Parameters": parameters.shown(target.template.parameters, target.values),
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "Capabilities": list(target.capabilities),
        "Tags": tags(target.tags),
        **({"OnStackFailure": each.on_failure} if each.on_failure else {}),
    }


def changes(each: ChangeSet, *, values: bool) -> list[Json]:
    """Return the changes of a change set; with the `values` of properties before and after only where asked for."""
    hidden = () if values else ("BeforeContext", "AfterContext")
    of_targets = () if values else ("BeforeValue", "AfterValue", "Path")
    found = []
    for change in each.changes:
        shown = {"Scope": [], "Details": [], **{name: value for name, value in change.items() if name not in hidden}}
        shown["Details"] = [
            {**detail, "Target": {name: value for name, value in detail["Target"].items() if name not in of_targets}}
            for detail in shown["Details"]
        ]
        found.append({"Type": "Resource", "ResourceChange": shown})
    return found


def tags(given: Any) -> list[Json]:
    """Return tags as lists of keys and values."""
    return [{"Key": name, "Value": value} for name, value in given.items()]


def declared_parameters(template: Template, *, constraints: bool) -> list[Json]:
    """Return the parameters that a template declares; `constraints`: as GetTemplateSummary has them."""
    found = []
    for name, body in template.parameters.items():
        said = {"ParameterKey": name, "NoEcho": parameters.is_hidden(body)}
        if "Default" in body:
            said["DefaultValue"] = str(body["Default"])
        if body.get("Description"):
            said["Description"] = str(body["Description"])
        if constraints:
            allowed = [str(each) for each in body.get("AllowedValues", [])]
            said |= {
                "ParameterType": body.get("Type", ""),
                "ParameterConstraints": {"AllowedValues": allowed} if allowed else {},
            }
        found.append(said)
    return found


def metadata(value: Any) -> str | None:
    """Return metadata as text."""
    return None if value is None else json.dumps(value)


def _only(said: Json, keep: tuple[str, ...] = ()) -> Json:
    return {name: value for name, value in said.items() if value not in ("", None, [], {}) or name in keep}
