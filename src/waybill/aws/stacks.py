"""One region's CloudFormation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile
from secrets import token_hex
from typing import Any, TypeVar

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.aws.stack_shapes import MOVED, cause_of, change_set_of, event_of, resource_of, stack_of
from waybill.errors import ConflictError, InputError
from waybill.ports.stacks import ChangeSet, Readiness, Stack, StackEvent, StackResource, Standing

T = TypeVar("T")

CAPABILITIES = ["CAPABILITY_NAMED_IAM"]
"""The templates give roles and policies names of their own."""

STALE: Mapping[str, Any] = {
    "ChangeSetNotFound": "gone",
    "InvalidChangeSetStatus": "stale",
    # The stack itself is gone, or being changed.
    "ValidationError": "stale",
}
NONE_SUCH: Mapping[str, Any] = {"ValidationError": None}
"""CloudFormation's one code for what is wrong with a request; names are ours, and well-formed."""

OTHERS: Mapping[str, Any] = {"AlreadyExistsException": None, "OperationInProgressException": None}

ABSENT: Mapping[str, Any] = {"ChangeSetNotFound": None, "ValidationError": None, "InvalidChangeSetStatus": None}


class CloudFormation:
    """Implements `ports.Stacks`."""

    def __init__(self, client: Any, calls: Calls, *, region: str, partition: str, account: str) -> None:
        self._client = client
        self._calls = calls
        self._region = region
        self._prefix = f"arn:{partition}:cloudformation:{region}:{account}:stack"

    def every(self) -> Sequence[Stack]:
        """Return every stack that stands."""
        pages = self._pages("DescribeStacks", "*", self._client.describe_stacks)
        return [stack_of(one) for page in pages for one in page["Stacks"]]

    def gone(self, prefix: str) -> Sequence[Stack]:
        """Return the stacks of such names that were deleted."""
        call = partial(self._client.list_stacks, StackStatusFilter=["DELETE_COMPLETE"])
        listed = [one for page in self._pages("ListStacks", "*", call) for one in page["StackSummaries"]]
        # Their tags are not in the list.
        found = (self.look(one["StackId"]) for one in listed if one["StackName"].startswith(prefix))
        return [stack for stack in found if stack is not None]

    def look(self, name: str) -> Stack | None:
        """Return a stack by its name or its id; None where there is none."""
        call = partial(self._client.describe_stacks, StackName=name)
        answer = self._perform("DescribeStacks", name, call, NONE_SUCH)
        return stack_of(answer["Stacks"][0]) if answer else None

    def prepare(
        self,
        name: str,
        change_set: str,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        *,
        new: bool,
    ) -> ChangeSet:
        """Begin to make a change set; `new`: the stack is not there, or in `REVIEW` only."""
        # A run that GitHub tries again has the same id, and what its first try made may still be there.
        unique = f"{change_set}-{token_hex(4)}"
        call = partial(
            self._client.create_change_set,
            StackName=name,
            ChangeSetName=unique,
            # It is made once, however often an answer is lost.
            ClientToken=unique,
            ChangeSetType="CREATE" if new else "UPDATE",
            TemplateBody=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            Capabilities=CAPABILITIES,
        )
        try:
            answer = self._perform("CreateChangeSet", name, call, OTHERS)
        except InputError as error:
            if not MOVED.search(error.what):
                raise
            answer = None
        if answer is None:
            raise ConflictError(
                f"The stack {name} in {self._region} is not as it was a moment ago: somebody else is setting up.",
                "Let them end, and run again.",
            )
        return ChangeSet(id=answer["Id"], stack_id=answer["StackId"], readiness=Readiness.MAKING)

    def change_set(self, change_set: ChangeSet) -> ChangeSet:
        """Return how a change set stands now."""
        call = partial(self._client.describe_change_set, ChangeSetName=change_set.id)
        return change_set_of(list(self._pages("DescribeChangeSet", change_set.stack_id, call)))

    def causes(self, change_set: ChangeSet) -> Sequence[str]:
        """Return why a change set failed, a sentence for each resource."""
        failed = {"FailedEvents": True}
        call = partial(self._client.describe_events, ChangeSetName=change_set.id, Filters=failed)
        pages = self._pages("DescribeEvents", change_set.stack_id, call)
        return [cause for page in pages for one in page.get("OperationEvents", ()) if (cause := cause_of(one))]

    def execute(self, change_set: ChangeSet) -> None:
        """Begin to do what a change set says."""
        answer = self._perform(
            "ExecuteChangeSet",
            change_set.stack_id,
            lambda: self._client.execute_change_set(
                ChangeSetName=change_set.id,
                # A bucket that was made in vain would stand in the way of the next try.
                RetainExceptOnCreate=True,
                # The same change set is executed once, however often an answer is lost.
                ClientRequestToken=change_set.id.rpartition("/")[2],
            ),
            STALE,
        )
        if isinstance(answer, str):
            what = "is gone" if answer == "gone" else "no longer fits its stack"
            raise ConflictError(
                f"The change set of {_name(change_set.stack_id)} in {self._region} {what}: somebody changed the stack.",
                "Look at the plan again, and apply that.",
            )

    def discard(self, change_set: ChangeSet, *, fresh: bool) -> bool:
        """Delete a change set, and with `fresh` the stack that is nothing but it."""
        call = partial(self._client.delete_change_set, ChangeSetName=change_set.id)
        self._perform("DeleteChangeSet", change_set.stack_id, call, ABSENT)
        stack = self.look(change_set.stack_id) if fresh else None
        # Never one that anything was made of, or that somebody else is about to make.
        if stack is None or stack.standing is not Standing.REVIEW or self._reviewed(change_set):
            return False
        self.delete(change_set.stack_id)
        return True

    def _reviewed(self, change_set: ChangeSet) -> bool:
        """Whether the stack of a change set has others."""
        call = partial(self._client.list_change_sets, StackName=change_set.stack_id)
        pages = self._pages("ListChangeSets", change_set.stack_id, call)
        return any(one["ChangeSetId"] != change_set.id for page in pages for one in page["Summaries"])

    def events(self, stack_id: str, after: str) -> Sequence[StackEvent]:
        """Return the events after the one of that id (all, where empty), oldest first."""
        call = partial(self._client.describe_stack_events, StackName=stack_id)
        every = (
            event_of(one) for page in self._pages("DescribeStackEvents", stack_id, call) for one in page["StackEvents"]
        )
        return list(takewhile(lambda event: event.id != after, every))[::-1]

    def newest(self, stack_id: str) -> str:
        """Return the id of a stack's newest event."""
        call = partial(self._client.describe_stack_events, StackName=stack_id)
        first = next(self._pages("DescribeStackEvents", stack_id, call))["StackEvents"]
        return str(first[0]["EventId"]) if first else ""

    def continue_rollback(self, stack_id: str) -> None:
        """Begin to continue a rollback that failed."""
        call = partial(self._client.continue_update_rollback, StackName=stack_id)
        if self._perform("ContinueUpdateRollback", stack_id, call, NONE_SUCH) is None:
            raise ConflictError(
                f"The rollback of {_name(stack_id)} in {self._region} is not to be continued any more.",
                "Somebody else went on with it. Let them end, and run again.",
            )

    def delete(self, stack_id: str) -> None:
        """Begin to delete a stack."""
        self._perform("DeleteStack", stack_id, partial(self._client.delete_stack, StackName=stack_id))

    def resources(self, stack_id: str) -> Sequence[StackResource]:
        """Return what a stack has; of a deleted one what it had."""
        call = partial(self._client.list_stack_resources, StackName=stack_id)
        pages = self._pages("ListStackResources", stack_id, call)
        return [resource_of(one) for page in pages for one in page["StackResourceSummaries"]]

    def _pages(self, operation: str, stack: str, call: Callable[..., Any]) -> Iterator[Mapping[str, Any]]:
        token: Mapping[str, str] = {}
        while True:
            page = self._perform(operation, stack, partial(call, **token))
            yield page
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _perform(
        self, operation: str, stack: str, call: Callable[[], T], answers: Mapping[str, Any] | None = None
    ) -> T | Any:
        name = _name(stack)
        asked = Asked(
            action=f"cloudformation:{operation}",
            resource=stack if stack.startswith("arn:") else f"{self._prefix}/{name}/*",
            where=f"stack {name} in {self._region}",
        )
        return self._calls.perform(asked, call, answers)


def _name(stack: str) -> str:
    """Return a stack's name, from that or from its id."""
    return stack.split("/")[1] if stack.startswith("arn:") else stack
