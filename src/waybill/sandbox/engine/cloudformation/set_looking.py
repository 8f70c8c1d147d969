"""CloudFormation's operations that only look at StackSets."""

from __future__ import annotations

from typing import Any

from waybill.sandbox.engine.cloudformation import pages, parameters, template, views
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.sets import Instance, SetOperation, StackSet
from waybill.sandbox.engine.cloudformation.sources import Request
from waybill.sandbox.engine.cloudformation.stack import Where
from waybill.sandbox.engine.refusals import Refusal

Json = dict[str, Any]


def describe_stack_set(service: Service, where: Where, request: Request) -> Json:
    """DescribeStackSet."""
    found = service.sets.get(where, request["StackSetName"])
    said = {
        **_summary(found),
        "TemplateBody": found.text,
        "Parameters": parameters.shown(template.read(found.text).parameters, found.values),
        "Capabilities": found.capabilities,
        "Tags": views.tags(found.tags),
        "StackSetARN": found.arn,
        "OrganizationalUnitIds": list(dict.fromkeys(each.unit for each in found.instances.values() if each.unit)),
        "Regions": list(dict.fromkeys(each.region for each in found.instances)),
    }
    said.pop("DriftStatus")
    if found.administration_role:
        said["AdministrationRoleARN"] = found.administration_role
    if found.execution_role:
        said["ExecutionRoleName"] = found.execution_role
    return {"StackSet": said}


def list_stack_sets(service: Service, where: Where, request: Request) -> Json:
    """ListStackSets."""
    wanted = request.get("Status", "ACTIVE")
    found = [each for each in service.sets.of(where) if ("DELETED" if each.gone else "ACTIVE") == wanted]
    return pages.page("Summaries", [_summary(each) for each in found], request)


def list_stack_instances(service: Service, where: Where, request: Request) -> Json:
    """ListStackInstances: all, or those of an account or a region."""
    found = service.sets.get(where, request["StackSetName"])
    account, region = request.get("StackInstanceAccount"), request.get("StackInstanceRegion")
    chosen = [
        each
        for each in found.instances.values()
        if account in (None, each.where.account) and region in (None, each.where.region)
    ]
    return pages.page("Summaries", [_instance(found, each) for each in chosen], request)


def describe_stack_instance(service: Service, where: Where, request: Request) -> Json:
    """DescribeStackInstance."""
    found = service.sets.get(where, request["StackSetName"])
    place = Where(request["StackInstanceAccount"], request["StackInstanceRegion"])
    if place not in found.instances:
        raise Refusal(
            "StackInstanceNotFoundException",
            f"Stack instance not found for account {place.account} in region {place.region}",
            404,
        )
    each = found.instances[place]
    overrides = [{"ParameterKey": name, "ParameterValue": value} for name, value in each.overrides.items()]
    return {"StackInstance": {**_instance(found, each), "ParameterOverrides": overrides}}


def describe_stack_set_operation(service: Service, where: Where, request: Request) -> Json:
    """DescribeStackSetOperation."""
    found = service.sets.get(where, request["StackSetName"])
    each = _operation(found, request)
    return {"StackSetOperation": {**_of_operation(each), "StackSetId": found.id, "RetainStacks": each.retain}}


def list_stack_set_operations(service: Service, where: Where, request: Request) -> Json:
    """ListStackSetOperations: the newest first."""
    found = service.sets.get(where, request["StackSetName"])
    said = [_of_operation(each) for each in reversed(found.operations)]
    return pages.page("Summaries", said, request, newest_first=True)


def list_stack_set_operation_results(service: Service, where: Where, request: Request) -> Json:
    """ListStackSetOperationResults: for each place."""
    each = _operation(service.sets.get(where, request["StackSetName"]), request)
    said = [
        {
            "Account": place.account,
            "Region": place.region,
            "Status": status,
            **({"StatusReason": reason} if reason else {}),
        }
        for place, (status, reason) in each.results.items()
    ]
    return pages.page("Summaries", said, request)


def _operation(found: StackSet, request: Request) -> SetOperation:
    each = found.operation(request["OperationId"])
    if each is None:
        raise Refusal("OperationNotFoundException", f"Operation {request['OperationId']} not found", 404)
    return each


def _of_operation(each: SetOperation) -> Json:
    said: Json = {
        "OperationId": each.id,
        "Action": each.action,
        "Status": each.status,
        "CreationTimestamp": views.when(each.created),
        "OperationPreferences": dict(each.preferences),
        "StatusDetails": {"FailedStackInstancesCount": sum(status == "FAILED" for status, _ in each.results.values())},
    }
    if each.ended is not None:
        said["EndTimestamp"] = views.when(each.ended)
    return {**said, "StatusReason": each.reason} if each.reason else said


def _summary(found: StackSet) -> Json:
    said: Json = {
        "StackSetName": found.name,
        "StackSetId": found.id,
        "Status": "DELETED" if found.gone else "ACTIVE",
        "PermissionModel": found.model,
        "DriftStatus": "NOT_CHECKED",
        "ManagedExecution": {"Active": found.managed_execution},
    }
    if found.auto:
        said["AutoDeployment"] = found.auto
    return {**said, "Description": found.description} if found.description else said


def _instance(found: StackSet, each: Instance) -> Json:
    said: Json = {
        "StackSetId": found.id,
        "Region": each.where.region,
        "Account": each.where.account,
        "Status": each.status,
        "StackInstanceStatus": {"DetailedStatus": each.detail},
        "DriftStatus": "NOT_CHECKED",
        "LastOperationId": each.operation,
    }
    for name, value in (
        ("StackId", each.stack_id),
        ("StatusReason", each.reason),
        ("OrganizationalUnitId", each.unit),
    ):
        if value:
            said[name] = value
    return said
