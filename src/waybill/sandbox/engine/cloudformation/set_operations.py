"""CloudFormation's operations that make, change and delete StackSets and their stacks."""

from __future__ import annotations

import re
import threading
from typing import Any, Final

from waybill.sandbox.engine.cloudformation import capabilities, parameters, set_places, sources, template
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.set_work import SetWork
from waybill.sandbox.engine.cloudformation.sets import (
    FAILED,
    OUTDATED,
    RUNNING,
    SELF_MANAGED,
    SERVICE_MANAGED,
    Instance,
    SetOperation,
    StackSet,
)
from waybill.sandbox.engine.cloudformation.sources import Request
from waybill.sandbox.engine.cloudformation.stack import Where
from waybill.sandbox.engine.refusals import Refusal

_NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")

Json = dict[str, Any]


def create_stack_set(service: Service, where: Where, request: Request) -> Json:
    """CreateStackSet. It has no stacks yet."""
    name = request["StackSetName"]
    if not _NAME.fullmatch(name):
        raise _wrong(
            f"1 validation error detected: Value '{name}' at 'stackSetName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    if service.sets.find(where, name) is not None:
        raise Refusal("NameAlreadyExistsException", f"StackSet {name} already exists", 409)
    model = request.get("PermissionModel", SELF_MANAGED)
    _check_model(service, where, request, model)
    text = sources.text(service, where, request)
    read = template.read(text)
    capabilities.check(read, request.get("Capabilities", []))
    made = StackSet(
        id=f"{name}:{service.hands.new_id()}",
        name=name,
        where=where,
        text=text,
        values=parameters.chosen(read.parameters, request.get("Parameters", []), {}),
        tags=sources.tags_of(request),
        capabilities=list(request.get("Capabilities", [])),
        model=model,
    )
    _describe(made, request)
    service.sets.all.append(made)
    return {"StackSetId": made.id}


def update_stack_set(service: Service, where: Where, request: Request) -> Json:
    """UpdateStackSet, and its stacks: all of them, or those that are named."""
    found = _free(service, where, request)
    text = found.text if request.get("UsePreviousTemplate") else sources.text(service, where, request)
    read = template.read(text)
    capabilities.check(read, request.get("Capabilities", []))
    found.values = parameters.chosen(read.parameters, request.get("Parameters", []), found.values)
    found.text, found.capabilities = text, list(request.get("Capabilities", []))
    if "Tags" in request:
        found.tags = sources.tags_of(request)
    _describe(found, request)
    for each in found.instances.values():
        each.status = OUTDATED
    named = "Accounts" in request or "DeploymentTargets" in request or "Regions" in request
    chosen = set_places.existing(found, service.sets.members, request) if named else list(found.instances.values())
    return _begin(service, found, request, "UPDATE", chosen)


def delete_stack_set(service: Service, where: Where, request: Request) -> Json:
    """DeleteStackSet; only one without stacks."""
    found = service.sets.find(where, request["StackSetName"])
    if found is None:
        return {}
    _check_free(found)
    if found.instances:
        raise Refusal("StackSetNotEmptyException", "StackSet is not empty", 409)
    found.gone = True
    return {}


def create_stack_instances(service: Service, where: Where, request: Request) -> Json:
    """CreateStackInstances: those that are there already are updated."""
    found = _free(service, where, request)
    overrides = _overrides(found, request)
    chosen = []
    for place, unit in set_places.chosen(found, service.sets.members, request):
        each = found.instances.setdefault(place, Instance(where=place, unit=unit))
        each.overrides = overrides
        chosen.append(each)
    return _begin(service, found, request, "CREATE", chosen)


def update_stack_instances(service: Service, where: Where, request: Request) -> Json:
    """UpdateStackInstances: their own values of parameters."""
    found = _free(service, where, request)
    chosen = set_places.existing(found, service.sets.members, request)
    if "ParameterOverrides" in request:
        overrides = _overrides(found, request)
        for each in chosen:
            each.overrides = overrides
    return _begin(service, found, request, "UPDATE", chosen)


def delete_stack_instances(service: Service, where: Where, request: Request) -> Json:
    """DeleteStackInstances; their stacks stay with `RetainStacks`."""
    found = _free(service, where, request)
    places = [place for place, _ in set_places.chosen(found, service.sets.members, request)]
    chosen = [found.instances[place] for place in places if place in found.instances]
    return _begin(service, found, request, "DELETE", chosen)


def _begin(service: Service, owner: StackSet, request: Request, action: str, chosen: list[Instance]) -> Json:
    name = request.get("OperationId") or service.hands.new_id()
    if owner.operation(name) is not None:
        raise Refusal("OperationIdAlreadyExistsException", f"Operation {name} already exists", 409)
    operation = SetOperation(
        id=name,
        action=action,
        created=service.hands.clock(),
        preferences=request.get("OperationPreferences", {}),
        retain=bool(request.get("RetainStacks")),
    )
    owner.operations.append(operation)
    for each in chosen:
        each.detail, each.operation = "PENDING", name
        operation.results[each.where] = "PENDING", ""
    threading.Thread(target=_run, args=(service, owner, operation, chosen), daemon=True).start()
    return {"OperationId": name}


def _run(service: Service, owner: StackSet, operation: SetOperation, chosen: list[Instance]) -> None:
    try:
        SetWork(service, owner, operation).run(chosen)
    finally:
        if operation.status == RUNNING:
            operation.status, operation.reason = FAILED, "Internal failure of the sandbox; its log says more."


def _overrides(owner: StackSet, request: Request) -> dict[str, str]:
    given = {each["ParameterKey"]: each.get("ParameterValue", "") for each in request.get("ParameterOverrides", [])}
    strange = sorted(given.keys() - owner.values.keys())
    if strange:
        raise _wrong(f"Parameters: [{', '.join(strange)}] do not exist in the template")
    return given


def _describe(owner: StackSet, request: Request) -> None:
    owner.description = request.get("Description", owner.description)
    owner.auto = dict(request.get("AutoDeployment", owner.auto))
    owner.administration_role = request.get("AdministrationRoleARN", owner.administration_role)
    owner.execution_role = request.get("ExecutionRoleName", owner.execution_role)
    owner.managed_execution = bool(request.get("ManagedExecution", {}).get("Active", owner.managed_execution))


def _check_model(service: Service, where: Where, request: Request, model: str) -> None:
    if model == SERVICE_MANAGED and where.account != service.sets.management:
        raise _wrong(
            "You must be the management account or delegated admin account of an organization before operating a "
            "SERVICE_MANAGED stack set"
        )
    if model == SERVICE_MANAGED and "AutoDeployment" not in request:
        raise _wrong("You must specify AutoDeployment with the SERVICE_MANAGED permission model.")
    if model == SELF_MANAGED and request.get("AutoDeployment"):
        raise _wrong("AutoDeployment can only be specified with the SERVICE_MANAGED permission model.")


def _free(service: Service, where: Where, request: Request) -> StackSet:
    found = service.sets.get(where, request["StackSetName"])
    _check_free(found)
    return found


def _check_free(found: StackSet) -> None:
    busy = next((each for each in found.operations if each.status == RUNNING), None)
    if busy is not None:
        raise Refusal(
            "OperationInProgressException", f"Another Operation on StackSet {found.arn} is in progress: {busy.id}", 409
        )


def _wrong(message: str) -> Refusal:
    return Refusal("ValidationError", message)
