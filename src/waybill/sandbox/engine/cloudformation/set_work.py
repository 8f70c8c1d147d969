"""Work on a StackSet's stacks: one region after the other, in each the accounts one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from waybill.sandbox.engine.cloudformation import changes, sources, stacks
from waybill.sandbox.engine.cloudformation.reasons import EXPECTED
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.sets import (
    CANCELLED,
    CURRENT,
    FAILED,
    OUTDATED,
    RUNNING,
    SELF_MANAGED,
    SUCCEEDED,
    Instance,
    SetOperation,
    StackSet,
)
from waybill.sandbox.engine.cloudformation.stack import Stack
from waybill.sandbox.engine.cloudformation.work import ROLL_BACK
from waybill.sandbox.engine.refusals import Refusal

ADMINISTRATION_ROLE: Final = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION_ROLE: Final = "AWSCloudFormationStackSetExecutionRole"


@dataclass(frozen=True, slots=True)
class SetWork:
    """One operation on the stacks of a StackSet."""

    service: Service
    owner: StackSet
    operation: SetOperation

    def run(self, instances: list[Instance]) -> None:
        """Do it for these instances, region by region; what too many failures leave over is cancelled."""
        tolerated = int(self.operation.preferences.get("FailureToleranceCount", 0))
        given = self.operation.preferences.get("RegionOrder", [])
        present = dict.fromkeys(each.where.region for each in instances)
        order = [*(each for each in given if each in present), *(each for each in present if each not in given)]
        stopped = False
        for region in order:
            failures = 0
            for each in [one for one in instances if one.where.region == region]:
                if stopped or failures > tolerated:
                    self._end(each, CANCELLED, "Cancelled since failure tolerance has exceeded")
                    continue
                failures += 0 if self._one(each) else 1
            stopped = stopped or failures > tolerated
        failed = stopped or any(status == CANCELLED for status, _ in self.operation.results.values())
        self.operation.ended = self.service.hands.clock()
        self.operation.status = FAILED if failed else SUCCEEDED

    def _one(self, instance: Instance) -> bool:
        instance.detail = RUNNING
        self.operation.results[instance.where] = RUNNING, ""
        try:
            self._check_roles(instance)
            reason = self._delete(instance) if self.operation.action == "DELETE" else self._apply(instance)
        except Refusal as refusal:
            reason = refusal.message
        self._end(instance, FAILED if reason else SUCCEEDED, reason)
        return not reason

    def _end(self, instance: Instance, status: str, reason: str) -> None:
        instance.detail, instance.reason = status, reason
        instance.status = CURRENT if status == SUCCEEDED else OUTDATED
        self.operation.results[instance.where] = status, reason
        if status == SUCCEEDED and self.operation.action == "DELETE":
            with self.service.lock:
                self.owner.instances.pop(instance.where, None)

    def _apply(self, instance: Instance) -> str:
        """Make an instance's stack what it should be; return why that failed, or nothing."""
        stack = self._stack(instance)
        if stack is not None and stack.status == "ROLLBACK_COMPLETE":
            self._take_away(stack)
            stack = None
        values = {**self.owner.values, **instance.overrides}
        request = {
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
            "Capabilities": self.owner.capabilities,
            "Tags": [{"Key": name, "Value": value} for name, value in self.owner.tags.items()],
        }
        with self.service.lock:
            if stack is None:
                name = f"StackSet-{self.owner.name}-{self.service.hands.new_id()}"[:128]
                stack = self.service.draft(instance.where, name, "CREATE_IN_PROGRESS")
                target = sources.target(self.service, request, stack, self.owner.text)
                changes.check(self.service.hands, stack, target)
                self.service.register(stack)
                instance.stack_id = stack.id
                begin: Callable[..., None] = stacks.begin_creation
            else:
                stacks.check_updatable(stack)
                target = sources.target(self.service, request, stack, self.owner.text)
                changes.check(self.service.hands, stack, target)
                if not changes.compare(self.service.hands, stack, target)[1]:
                    return ""
                begin = stacks.begin_update
            begin(self.service, stack, target, on_failure=ROLL_BACK, token="")
        self.service.wait(stack)
        return "" if stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else _reason(stack)

    def _delete(self, instance: Instance) -> str:
        stack = self._stack(instance)
        if stack is None or stack.is_gone or self.operation.retain:
            return ""
        self._take_away(stack)
        return "" if stack.is_gone else _reason(stack)

    def _take_away(self, stack: Stack) -> None:
        with self.service.lock:
            stacks.delete_stack(self.service, stack.where, {"StackName": stack.id})
        self.service.wait(stack)

    def _stack(self, instance: Instance) -> Stack | None:
        found = self.service.find(instance.where, instance.stack_id) if instance.stack_id else None
        return None if found is None or found.is_gone else found

    def _check_roles(self, instance: Instance) -> None:
        """Raise `Refusal` where a role is missing by which StackSets comes into the account."""
        if self.owner.model != SELF_MANAGED:
            return
        home = self.owner.where
        administration = self.owner.administration_role.rpartition("/")[2] or ADMINISTRATION_ROLE
        execution = self.owner.execution_role or EXECUTION_ROLE
        client = self.service.hands.client
        try:
            client(home)("iam").get_role(RoleName=administration)
        except EXPECTED:
            raise Refusal(
                "ValidationError",
                f"Account {home.account} should have '{administration}' role with trust relationship to CloudFormation "
                "service.",
            ) from None
        wanted = f"arn:aws:iam::{home.account}:"
        try:
            found = client(instance.where)("iam").get_role(RoleName=execution)["Role"]
            trusted = wanted in json.dumps(found["AssumeRolePolicyDocument"])
        except EXPECTED:
            trusted = False
        if not trusted:
            raise Refusal(
                "ValidationError",
                f"Account {instance.where.account} should have '{execution}' role with trust relationship to Role "
                f"'{administration}'.",
            )


def _reason(stack: Stack) -> str:
    """Return why a stack failed: what its first failed resource says."""
    own = (each for each in stack.events if each.physical_id != stack.id and each.status.endswith("_FAILED"))
    first = next(own, None)
    if first is None:
        return stack.reason or f"The stack is {stack.status}."
    return (
        f"ResourceLogicalId:{first.logical_id}, ResourceType:{first.type}, "
        f"ResourceStatusReason:{first.reason.rstrip('.')}."
    )
