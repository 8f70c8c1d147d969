"""CloudFormation's operations that only look."""

from __future__ import annotations

from typing import Any

from waybill.sandbox.engine.cloudformation import capabilities, change_sets, exports, pages, sources, template, views
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.sources import Request
from waybill.sandbox.engine.cloudformation.stack import Event, Stack, Target, Where
from waybill.sandbox.engine.refusals import Refusal

Json = dict[str, Any]


def describe_stacks(service: Service, where: Where, request: Request) -> Json:
    """DescribeStacks: of all that are not deleted, or of one."""
    name = request.get("StackName")
    if name is None:
        found = [each for each in service.stacks(where) if not each.is_gone]
    else:
        one = service.find(where, name)
        if one is None:
            raise Refusal("ValidationError", f"Stack with id {name} does not exist")
        found = [one]
    return pages.page("Stacks", [views.stack(each) for each in found], request)


def list_stacks(service: Service, where: Where, request: Request) -> Json:
    """ListStacks: those that are deleted, too."""
    wanted = request.get("StackStatusFilter", [])
    found = [each for each in service.stacks(where) if not wanted or each.status in wanted]
    return pages.page("StackSummaries", [views.summary(each) for each in found], request, newest_first=True)


def describe_stack_events(service: Service, where: Where, request: Request) -> Json:
    """DescribeStackEvents: the newest first."""
    stack = _seen(service, where, request)
    found = [views.event(stack, each) for each in reversed(stack.events)]
    return pages.page("StackEvents", found, request, newest_first=True)


def describe_stack_resources(service: Service, where: Where, request: Request) -> Json:
    """DescribeStackResources: of a stack, or of whichever has a physical resource."""
    physical = request.get("PhysicalResourceId")
    if (physical is None) == ("StackName" not in request):
        raise Refusal("ValidationError", "Either StackName or PhysicalResourceId must be specified")
    if physical is None:
        stack = _seen(service, where, request)
    else:
        owners = (each for each in service.stacks(where) if any(row.physical_id == physical for row in _rows(each)))
        owner = next(owners, None)
        if owner is None:
            raise Refusal("ValidationError", f"Stack for {physical} does not exist")
        stack = owner
    wanted = request.get("LogicalResourceId")
    rows = [row for row in _rows(stack) if wanted in (None, row.logical_id)]
    return {"StackResources": [views.resource(stack, row) for row in rows[: pages.MOST]]}


def describe_stack_resource(service: Service, where: Where, request: Request) -> Json:
    """DescribeStackResource."""
    stack, name = _seen(service, where, request), request["LogicalResourceId"]
    row = stack.rows.get(name)
    if row is None:
        raise Refusal("ValidationError", f"Resource {name} does not exist for stack {stack.name}")
    declared = stack.target.template.resources.get(name) if stack.target else None
    metadata = views.metadata(declared.metadata if declared else None)
    said = views.resource(stack, row, time="LastUpdatedTimestamp")
    return {"StackResourceDetail": {**said, **({"Metadata": metadata} if metadata else {})}}


def list_stack_resources(service: Service, where: Where, request: Request) -> Json:
    """ListStackResources."""
    stack = _seen(service, where, request)
    found = [views.resource(stack, row, time="LastUpdatedTimestamp", stack_too=False) for row in _rows(stack)]
    return pages.page("StackResourceSummaries", found, request)


def list_exports(service: Service, where: Where, request: Request) -> Json:
    """ListExports."""
    found = sorted(exports.of(service.hands, where), key=lambda each: each[1].export)
    said = [{"ExportingStackId": one.id, "Name": each.export, "Value": each.value} for one, each in found]
    return pages.page("Exports", said, request)


def list_imports(service: Service, where: Where, request: Request) -> Json:
    """ListImports."""
    name = request["ExportName"]
    found = exports.importers(service.hands, where, name)
    if not found:
        raise Refusal("ValidationError", f"Export '{name}' is not imported by any stack.")
    return pages.page("Imports", found, request)


def get_template(service: Service, where: Where, request: Request) -> Json:
    """GetTemplate: as it was given."""
    if "ChangeSetName" in request:
        target: Target | None = change_sets.get(service, where, request)[1].target
    else:
        target = _seen(service, where, request).target
    return {"TemplateBody": target.template.text if target else "", "StagesAvailable": ["Original", "Processed"]}


def validate_template(service: Service, where: Where, request: Request) -> Json:
    """ValidateTemplate."""
    read = template.read(sources.text(service, where, request))
    return {"Parameters": views.declared_parameters(read, constraints=False), **_about(read)}


def get_template_summary(service: Service, where: Where, request: Request) -> Json:
    """GetTemplateSummary: of a text, or of a stack's."""
    if "StackName" in request:
        text = sources.text(service, where, {"UsePreviousTemplate": True}, _seen(service, where, request))
    else:
        text = sources.text(service, where, request)
    read = template.read(text)
    metadata = views.metadata(read.metadata)
    return {
        "Parameters": views.declared_parameters(read, constraints=True),
        "ResourceTypes": sorted({each.type for each in read.resources.values()}),
        "Version": "2010-09-09",
        **({"Metadata": metadata} if metadata else {}),
        **_about(read),
    }


def _about(read: template.Template) -> Json:
    capability, reason = capabilities.needed(read)
    about: Json = {"Description": read.description} if read.description else {}
    if capability:
        about |= {"Capabilities": [capability], "CapabilitiesReason": reason}
    return about


def _seen(service: Service, where: Where, request: Request) -> Stack:
    name = request["StackName"]
    stack = service.find(where, name)
    if stack is None:
        raise Refusal("ValidationError", f"Stack [{name}] does not exist")
    return stack


def _rows(stack: Stack) -> list[Event]:
    return [stack.rows[name] for name in sorted(stack.rows)]
