"""CloudFormation's operations on change sets."""

from __future__ import annotations

from typing import Any, Final

from waybill.sandbox.engine.cloudformation import changes, pages, sources, stacks, views
from waybill.sandbox.engine.cloudformation.faults import VALIDATE
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.sources import Request
from waybill.sandbox.engine.cloudformation.stack import REVIEW, ChangeSet, Stack, Where
from waybill.sandbox.engine.cloudformation.work import DO_NOTHING, ROLL_BACK
from waybill.sandbox.engine.refusals import Refusal

NO_CHANGES: Final = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
INVALID: Final = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early "
    "Validation errors, use the DescribeEvents API for detailed failure information."
)
_CREATE: Final = "CREATE"
_EXECUTED: Final = "ExecuteChangeSet"

Json = dict[str, Any]


def create_change_set(service: Service, where: Where, request: Request) -> Json:
    """CreateChangeSet. It is there at once: no thread reads the template."""
    name, kind = request["StackName"], request.get("ChangeSetType", "UPDATE")
    if kind == "IMPORT":
        raise NotImplementedError("CreateChangeSet with ChangeSetType IMPORT")
    found = service.find(where, name)
    stack = _new(service, where, request, found) if kind == _CREATE else _existing(name, found)
    token = request.get("ClientToken", "")
    there = stack.change_sets.get(request["ChangeSetName"])
    if there is not None:
        if token and there.token == token:
            return {"Id": there.id, "StackId": stack.id}
        raise Refusal("AlreadyExistsException", f"ChangeSet [{there.name}] already exists")
    target = sources.target(service, request, stack)
    changes.check(service.hands, stack, target)
    told, differs = changes.compare(service.hands, stack, target)
    made = ChangeSet(
        id=f"arn:aws:cloudformation:{where.region}:{where.account}:changeSet/{request['ChangeSetName']}/"
        f"{service.hands.new_id()}",
        name=request["ChangeSetName"],
        type=kind,
        created=service.hands.clock(),
        target=target,
        changes=told,
        description=request.get("Description", ""),
        on_failure=request.get("OnStackFailure", ""),
        token=token,
    )
    if not differs and kind != _CREATE and stack.status not in ("CREATE_FAILED", "UPDATE_FAILED"):
        made.status, made.execution, made.reason = "FAILED", "UNAVAILABLE", NO_CHANGES
    made.invalid = _invalid(service, stack, made)
    if made.invalid:
        made.status, made.execution, made.reason = "FAILED", "UNAVAILABLE", INVALID
    stack.change_sets[made.name] = made
    if found is None:
        # A stack that is only reviewed has this one event, and its change set's description of it.
        service.register(stack)
        stack.change_set_id = made.id
        service.tell(stack, "").status(REVIEW, stacks.BY_USER)
    return {"Id": made.id, "StackId": stack.id}


def describe_change_set(service: Service, where: Where, request: Request) -> Json:
    """DescribeChangeSet."""
    stack, made = get(service, where, request)
    values = bool(request.get("IncludePropertyValues"))
    page = pages.page("Changes", views.changes(made, values=values), request)
    return {**views.whole_change_set(stack, made), **page}


def execute_change_set(service: Service, where: Where, request: Request) -> Json:
    """ExecuteChangeSet. All other change sets of the stack are deleted, since what they compare with is no more."""
    stack, made = get(service, where, request)
    token = request.get("ClientRequestToken", "")
    if token and stack.tokens.get(token) == _EXECUTED:
        return {}
    if made.status != "CREATE_COMPLETE":
        raise _not_now(f"ChangeSet [{made.id}] cannot be executed in its current status of [{made.status}]")
    if made.execution != "AVAILABLE":
        raise _not_now(
            f"ChangeSet [{made.id}] cannot be executed in its current execution status of [{made.execution}]"
        )
    if made.type != _CREATE:
        stacks.check_updatable(stack)
    if token:
        stack.tokens[token] = _EXECUTED
    if made.on_failure and "DisableRollback" in request:
        raise Refusal("ValidationError", "You can specify either OnStackFailure or DisableRollback, but not both.")
    on_failure = made.on_failure or (DO_NOTHING if request.get("DisableRollback") else ROLL_BACK)
    made.execution = "EXECUTE_IN_PROGRESS"
    stack.change_sets = {made.name: made}
    stack.change_set_id = made.id
    stack.retain_except_on_create = bool(request.get("RetainExceptOnCreate"))
    begin = stacks.begin_creation if made.type == _CREATE else stacks.begin_update
    begin(service, stack, made.target, on_failure=on_failure, token=token, by=made)
    return {}


def delete_change_set(service: Service, where: Where, request: Request) -> Json:
    """DeleteChangeSet; a stack without any goes on being reviewed."""
    name = request["ChangeSetName"]
    if not name.startswith("arn:"):
        stack = service.get(where, _stack_of(request))
        stack.change_sets.pop(name, None)
        return {}
    for stack in service.stacks(where):
        stack.change_sets = {key: each for key, each in stack.change_sets.items() if each.id != name}
    return {}


def list_change_sets(service: Service, where: Where, request: Request) -> Json:
    """ListChangeSets."""
    stack = service.get(where, request["StackName"])
    # Executed ones are history: only their id finds them.
    shown = [each for each in stack.change_sets.values() if each.execution in ("AVAILABLE", "OBSOLETE", "UNAVAILABLE")]
    return pages.page("Summaries", [views.change_set(stack, each) for each in shown], request)


def describe_events(service: Service, where: Where, request: Request) -> Json:
    """DescribeEvents, of a change set that early validation refused; of what else happened it tells nothing."""
    if "ChangeSetName" not in request:
        raise NotImplementedError("DescribeEvents without ChangeSetName")
    stack, made = get(service, where, request)
    return pages.page("OperationEvents", views.refusals(stack, made), request)


def _invalid(service: Service, stack: Stack, made: ChangeSet) -> dict[str, str]:
    taken = {name: service.faults.take(stack.name, name, VALIDATE) for name in made.target.resources()}
    return {name: fault.fail for name, fault in taken.items() if fault is not None and fault.fail is not None}


def _new(service: Service, where: Where, request: Request, found: Stack | None) -> Stack:
    name = request["StackName"]
    if found is None:
        stacks.check_name(name)
        return service.draft(where, name, REVIEW)
    if found.status != REVIEW:
        raise Refusal(
            "ValidationError",
            f"Stack [{name}] already exists and cannot be created again with the changeSet "
            f"[{request['ChangeSetName']}].",
        )
    return found


def _existing(name: str, found: Stack | None) -> Stack:
    if found is None or found.is_gone:
        raise Refusal("ValidationError", f"Stack [{name}] does not exist")
    stacks.check_updatable(found)
    return found


def get(service: Service, where: Where, request: Request) -> tuple[Stack, ChangeSet]:
    """Return the change set that a request names, and its stack; raises `Refusal`."""
    name = request["ChangeSetName"]
    if name.startswith("arn:"):
        for stack in service.stacks(where):
            for each in stack.change_sets.values():
                if each.id == name:
                    return stack, each
    else:
        stack = service.get(where, _stack_of(request))
        if name in stack.change_sets:
            return stack, stack.change_sets[name]
    raise Refusal("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)


def _stack_of(request: Request) -> str:
    if "StackName" not in request:
        raise Refusal("ValidationError", "StackName must be specified if ChangeSetName is not specified as an ARN.")
    return str(request["StackName"])


def _not_now(message: str) -> Refusal:
    return Refusal("InvalidChangeSetStatus", message)
