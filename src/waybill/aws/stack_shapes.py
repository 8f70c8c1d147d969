"""CloudFormation's answers, in our own words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from waybill.domain.setup.plan import Change, Kind
from waybill.ports.stacks import ChangeSet, Readiness, Stack, StackEvent, StackResource, Standing

STANDINGS = {
    "REVIEW_IN_PROGRESS": Standing.REVIEW,
    "CREATE_FAILED": Standing.BROKEN,
    "ROLLBACK_COMPLETE": Standing.BROKEN,
    "ROLLBACK_FAILED": Standing.BROKEN,
    "DELETE_FAILED": Standing.BROKEN,
    "UPDATE_ROLLBACK_FAILED": Standing.HALTED,
    "DELETE_COMPLETE": Standing.GONE,
}
KINDS = {
    "Add": Kind.ADDED,
    "Import": Kind.ADDED,
    "Modify": Kind.CHANGED,
    # CloudFormation cannot tell before: a replacement is not ruled out.
    "Dynamic": Kind.MAY_BE_REPLACED,
    "Remove": Kind.REMOVED,
}
REPLACED = {"True": Kind.REPLACED, "Conditional": Kind.MAY_BE_REPLACED}
KEPT = frozenset({"Retain", "ReplaceAndRetain"})
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html: PolicyAction."""

EMPTY = ("didn't contain changes", "No updates are to be performed")
"""What a change set that changes nothing says of itself: CloudFormation has no status for it."""

MOVED = re.compile(
    r"\[\S+\] already exists and cannot be created again|is in \S+ state and can ?not be updated"
    r"|Stack \[\S+\] does not exist"
)
"""What CreateChangeSet says where a stack is not as it was when it was looked at: a ValidationError as any other."""


def stack_of(answer: Mapping[str, Any]) -> Stack:
    """Return a stack of DescribeStacks."""
    word = str(answer["StackStatus"])
    return Stack(
        name=answer["StackName"],
        id=answer["StackId"],
        standing=_standing(word),
        word=word,
        reason=answer.get("StackStatusReason", ""),
        outputs={one["OutputKey"]: one.get("OutputValue", "") for one in answer.get("Outputs", ())},
        tags={one["Key"]: one["Value"] for one in answer.get("Tags", ())},
    )


def _standing(word: str) -> Standing:
    if word in STANDINGS:
        return STANDINGS[word]
    if word.endswith("_IN_PROGRESS"):
        return Standing.BUSY
    return Standing.STUCK if word.endswith("_FAILED") else Standing.WHOLE


def change_set_of(pages: Sequence[Mapping[str, Any]]) -> ChangeSet:
    """Return a change set of all pages of DescribeChangeSet."""
    first = pages[0]
    reason = str(first.get("StatusReason", ""))
    return ChangeSet(
        id=first["ChangeSetId"],
        stack_id=first["StackId"],
        readiness=_readiness(str(first["Status"]), reason),
        reason=reason,
        changes=tuple(
            change_of(one["ResourceChange"])
            for page in pages
            for one in page.get("Changes", ())
            if "ResourceChange" in one
        ),
    )


def _readiness(status: str, reason: str) -> Readiness:
    if status == "CREATE_COMPLETE":
        return Readiness.READY
    if status != "FAILED":
        return Readiness.MAKING
    return Readiness.EMPTY if any(words in reason for words in EMPTY) else Readiness.FAILED


def change_of(answer: Mapping[str, Any]) -> Change:
    """Return one change of a change set."""
    kind = KINDS[answer["Action"]]
    if kind is Kind.CHANGED:
        kind = REPLACED.get(str(answer.get("Replacement", "")), kind)
    targets = [one.get("Target", {}) for one in answer.get("Details", ())]
    named = (str(one.get("Name") or one.get("Attribute", "")) for one in targets)
    return Change(
        kind=kind,
        resource=answer["LogicalResourceId"],
        type=answer["ResourceType"],
        physical_id=answer.get("PhysicalResourceId", ""),
        properties=tuple(sorted({name for name in named if name})),
        kept=answer.get("PolicyAction") in KEPT,
    )


def event_of(answer: Mapping[str, Any]) -> StackEvent:
    """Return one event of DescribeStackEvents."""
    return StackEvent(
        id=answer["EventId"],
        resource=answer.get("LogicalResourceId", ""),
        type=answer.get("ResourceType", ""),
        status=answer.get("ResourceStatus", ""),
        reason=answer.get("ResourceStatusReason", ""),
        physical_id=answer.get("PhysicalResourceId", ""),
    )


def cause_of(answer: Mapping[str, Any]) -> str:
    """Return why one event of DescribeEvents failed; empty where it does not say."""
    named = ("ValidationStatusReason", "ResourceStatusReason", "HookStatusReason")
    why = next((str(answer[name]) for name in named if answer.get(name)), "")
    who = f"{answer.get('LogicalResourceId', '')} ({answer.get('ResourceType', '')}): "
    return f"{who if answer.get('LogicalResourceId') else ''}{why}" if why else ""


def resource_of(answer: Mapping[str, Any]) -> StackResource:
    """Return one resource of ListStackResources."""
    return StackResource(
        logical_id=answer["LogicalResourceId"],
        physical_id=answer.get("PhysicalResourceId", ""),
        type=answer["ResourceType"],
        kept=answer["ResourceStatus"] == "DELETE_SKIPPED",
    )
