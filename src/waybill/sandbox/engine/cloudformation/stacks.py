"""CloudFormation's operations that make, change and delete stacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from waybill.sandbox.engine.cloudformation import changes, sources
from waybill.sandbox.engine.cloudformation import stack as states
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.sources import Request
from waybill.sandbox.engine.cloudformation.stack import ChangeSet, Stack, Target, Where
from waybill.sandbox.engine.cloudformation.teller import Teller
from waybill.sandbox.engine.cloudformation.work import DO_NOTHING, ROLL_BACK, Work
from waybill.sandbox.engine.refusals import Refusal

_NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
BY_USER: Final = "User Initiated"
NO_UPDATES: Final = "No updates are to be performed."

Json = dict[str, Any]


def create_stack(service: Service, where: Where, request: Request) -> Json:
    """CreateStack."""
    name = request["StackName"]
    check_name(name)
    token = request.get("ClientRequestToken", "")
    found = service.find(where, name)
    if found is not None:
        if token and found.tokens.get(token) == "CreateStack":
            return {"StackId": found.id}
        raise Refusal("AlreadyExistsException", f"Stack [{name}] already exists")
    if "OnFailure" in request and "DisableRollback" in request:
        raise _wrong("You can specify either OnFailure or DisableRollback, but not both.")
    stack = service.draft(where, name, "CREATE_IN_PROGRESS")
    target = sources.target(service, request, stack)
    changes.check(service.hands, stack, target)
    service.register(stack)
    stack.protected = bool(request.get("EnableTerminationProtection"))
    on_failure = request.get("OnFailure") or (DO_NOTHING if request.get("DisableRollback") else ROLL_BACK)
    _remember(stack, request, "CreateStack")
    begin_creation(service, stack, target, on_failure=on_failure, token=token)
    return {"StackId": stack.id}


def update_stack(service: Service, where: Where, request: Request) -> Json:
    """UpdateStack."""
    stack = service.get(where, request["StackName"])
    token = request.get("ClientRequestToken", "")
    if token and stack.tokens.get(token) == "UpdateStack":
        return {"StackId": stack.id}
    check_updatable(stack)
    target = sources.target(service, request, stack)
    changes.check(service.hands, stack, target)
    if stack.status not in ("CREATE_FAILED", "UPDATE_FAILED") and not changes.compare(service.hands, stack, target)[1]:
        raise _wrong(NO_UPDATES)
    stack.change_set_id = ""
    _remember(stack, request, "UpdateStack")
    on_failure = DO_NOTHING if request.get("DisableRollback") else ROLL_BACK
    begin_update(service, stack, target, on_failure=on_failure, token=token)
    return {"StackId": stack.id}


def delete_stack(service: Service, where: Where, request: Request) -> Json:
    """DeleteStack; one that is gone already is no fault."""
    stack = service.find(where, request["StackName"])
    if stack is None or stack.is_gone or stack.status == "DELETE_IN_PROGRESS":
        return {}
    if stack.protected:
        raise _wrong(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    retained = frozenset(request.get("RetainResources", []))
    if retained and stack.status != "DELETE_FAILED":
        raise _wrong(
            f"Invalid operation on stack [{stack.id}]. RetainResources can only be specified when the stack is in the "
            "DELETE_FAILED state."
        )
    strange = sorted(retained - stack.resources.keys())
    if strange:
        raise _wrong(f"Specified resources to retain do not belong to stack {stack.name}: [{', '.join(strange)}]")
    if stack.under_way:
        raise _wrong(f"Stack:{stack.id} is in {stack.status} state and can not be deleted.")
    stack.outdate()
    tell = service.tell(stack, request.get("ClientRequestToken", ""))
    work = Work(hands=service.hands, stack=stack, tell=tell)
    tell.status("DELETE_IN_PROGRESS", BY_USER)
    service.begin(stack, tell, lambda: work.delete(retained))
    return {}


def continue_update_rollback(service: Service, where: Where, request: Request) -> Json:
    """ContinueUpdateRollback."""
    stack = service.get(where, request["StackName"])
    if stack.status != "UPDATE_ROLLBACK_FAILED":
        raise _wrong(f"Stack:{stack.id} is in {stack.status} state and can not continue rolling back.")
    skipped = frozenset(request.get("ResourcesToSkip", []))
    stuck = {step.after.declared.logical_id for step in stack.stuck.undo} if stack.stuck else set()
    if skipped - stuck:
        raise _wrong(f"Only resources that failed to update can be skipped: [{', '.join(sorted(stuck))}]")
    tell = service.tell(stack, request.get("ClientRequestToken", ""))
    work = _work(service, stack, tell, ROLL_BACK)
    tell.status("UPDATE_ROLLBACK_IN_PROGRESS", BY_USER)
    service.begin(stack, tell, lambda: work.go_on_back(skipped))
    return {}


def update_termination_protection(service: Service, where: Where, request: Request) -> Json:
    """UpdateTerminationProtection."""
    stack = service.get(where, request["StackName"])
    stack.protected = bool(request["EnableTerminationProtection"])
    return {"StackId": stack.id}


def begin_creation(
    service: Service, stack: Stack, target: Target, *, on_failure: str, token: str, by: ChangeSet | None = None
) -> None:
    """Let a stack be made; `by` is the change set that is executed."""
    tell = service.tell(stack, token)
    stack.target, stack.disable_rollback = target, on_failure == DO_NOTHING
    work = _work(service, stack, tell, on_failure)
    tell.status("CREATE_IN_PROGRESS", BY_USER)
    service.begin(stack, tell, lambda: _executed(by, stack, lambda: work.create(target)))


def begin_update(
    service: Service, stack: Stack, target: Target, *, on_failure: str, token: str, by: ChangeSet | None = None
) -> None:
    """Let a stack be changed; `by` is the change set that is executed."""
    tell = service.tell(stack, token)
    before, stack.target, stack.disable_rollback = stack.target, target, on_failure == DO_NOTHING
    stack.updated = service.hands.clock()
    stack.outdate()
    work = _work(service, stack, tell, on_failure)
    tell.status("UPDATE_IN_PROGRESS", BY_USER)
    service.begin(stack, tell, lambda: _executed(by, stack, lambda: work.update(target, before)))


def _work(service: Service, stack: Stack, tell: Teller, on_failure: str) -> Work:
    return Work(
        hands=service.hands,
        stack=stack,
        tell=tell,
        on_failure=on_failure,
        retain_except_on_create=stack.retain_except_on_create,
    )


def _executed(by: ChangeSet | None, stack: Stack, work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        if by is not None:
            done = stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
            by.execution = "EXECUTE_COMPLETE" if done else "EXECUTE_FAILED"


def check_name(name: str) -> None:
    """Raise `Refusal` unless a stack may be named so."""
    if not _NAME.fullmatch(name):
        raise _wrong(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*, and have length less than or equal to 128"
        )


def check_updatable(stack: Stack) -> None:
    """Raise `Refusal` unless a stack may be updated as it is."""
    if stack.status not in states.UPDATABLE:
        raise _wrong(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def _remember(stack: Stack, request: Request, operation: str) -> None:
    token = request.get("ClientRequestToken", "")
    if token and stack.tokens.setdefault(token, operation) != operation:
        raise Refusal("TokenAlreadyExistsException", f"A client request token already exists: {token}")
    stack.role = request.get("RoleARN", stack.role)
    stack.topics = list(request.get("NotificationARNs", stack.topics))
    stack.minutes = request.get("TimeoutInMinutes", stack.minutes)
    stack.retain_except_on_create = bool(request.get("RetainExceptOnCreate"))


def _wrong(message: str) -> Refusal:
    return Refusal("ValidationError", message)
