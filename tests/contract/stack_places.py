"""Where the contract of stacks is tried: in the fake, and in the sandbox's CloudFormation by Waybill's own adapter.

In both, every test has stacks of its own; hands do there what others do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from contract.pipeline_places import ambient_account
from fakes.aws import PRODUCTION, FakeAws
from waybill.ports.account import Account
from waybill.ports.stacks import ChangeSet, Readiness, Stack, Stacks, Standing

REGION = "us-east-1"
PATIENCE = 20.0


class StackPlace(Protocol):
    """One engine: production's CloudFormation behind the port, and what others do there."""

    @property
    def stacks(self) -> Stacks:
        """The CloudFormation of a region."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which clients are made."""

    def tick(self) -> None:
        """Let a moment pass."""

    def fail(self, stack: str, resource: str, reason: str, *, times: int = 1) -> None:
        """Have a resource fail the next times that it is made or changed."""

    def refuse(self, stack: str, resource: str, reason: str) -> None:
        """Have the next change set with a resource fail for it."""

    def change(self, name: str, template: str) -> None:
        """Change a stack by somebody else's hands, to its end."""

    def value(self, parameter: str) -> str | None:
        """Return what an SSM parameter holds."""

    def has_bucket(self, name: str) -> bool:
        """Whether a bucket is there."""


@dataclass(slots=True)
class FakeStackPlace:
    """The fake."""

    world: FakeAws = field(default_factory=FakeAws)

    @property
    def stacks(self) -> Stacks:
        return self.world.account().stacks(REGION)

    @property
    def environment(self) -> dict[str, str]:
        return {}

    def tick(self) -> None:
        """Nothing is waited for."""

    def fail(self, stack: str, resource: str, reason: str, *, times: int = 1) -> None:
        self.world.cloudformation.fail(stack, resource, reason, times=times)

    def refuse(self, stack: str, resource: str, reason: str) -> None:
        self.world.cloudformation.refuse(stack, resource, reason)

    def change(self, name: str, template: str) -> None:
        ended(self, self.stacks.prepare(name, "others", template, {}, {}, new=False))

    def value(self, parameter: str) -> str | None:
        for stack in self.world.cloudformation.stacks:
            for one in stack.resources.values():
                if one.physical_id == parameter:
                    return str(one.properties["Value"])
        return None

    def has_bucket(self, name: str) -> bool:
        return ("", "", f"AWS::S3::Bucket {name}") in self.world.cloudformation.there


@dataclass(slots=True)
class SandboxStackPlace:
    """The sandbox."""

    sandbox: Any
    account: Account
    environment: dict[str, str]
    client: Callable[[str], Any]

    @property
    def stacks(self) -> Stacks:
        return self.account.stacks(REGION)

    def tick(self) -> None:
        time.sleep(0.01)

    def fail(self, stack: str, resource: str, reason: str, *, times: int = 1) -> None:
        self.sandbox.disturb_stack(stack, resource, fail=reason, times=times)

    def refuse(self, stack: str, resource: str, reason: str) -> None:
        self.sandbox.disturb_stack(stack, resource, fail=reason, on="validate")

    def change(self, name: str, template: str) -> None:
        client = self.client("cloudformation")
        client.update_stack(StackName=name, TemplateBody=template)
        client.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 0.02})

    def value(self, parameter: str) -> str | None:
        ssm = self.client("ssm")
        try:
            return str(ssm.get_parameter(Name=parameter)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            return None

    def has_bucket(self, name: str) -> bool:
        return name in {one["Name"] for one in self.client("s3").list_buckets()["Buckets"]}


def made(place: StackPlace, change_set: ChangeSet) -> ChangeSet:
    """Return a change set once it is made."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        change_set = place.stacks.change_set(change_set)
        if change_set.readiness is not Readiness.MAKING:
            return change_set
        place.tick()
    raise AssertionError(f"{change_set.id} was never made")


def still(place: StackPlace, stack_id: str, after: str = "") -> Stack:
    """Return a stack once nothing is under way there; `after`: an event after which something was begun."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = place.stacks.look(stack_id)
        assert found is not None
        words = [one.status for one in place.stacks.events(stack_id, after) if one.resource == found.name]
        if found.standing is not Standing.BUSY and words[-1:] == [found.word]:
            return found
        place.tick()
    raise AssertionError(f"{stack_id} never ended")


def newest(place: StackPlace, stack_id: str) -> str:
    """Return the id of the newest event of a stack."""
    return place.stacks.events(stack_id, "")[-1].id


def ended(place: StackPlace, change_set: ChangeSet) -> Stack:
    """Execute a change set; return its stack as it then stands."""
    ready = made(place, change_set)
    assert ready.readiness is Readiness.READY, ready.reason
    last = newest(place, ready.stack_id)
    place.stacks.execute(ready)
    return still(place, ready.stack_id, last)


def deleted(place: StackPlace, stack_id: str) -> Stack:
    """Delete a stack; return it as it then stands."""
    last = newest(place, stack_id)
    place.stacks.delete(stack_id)
    return still(place, stack_id, last)


def new_name() -> str:
    """Return the name of a stack that nobody used."""
    return f"contract-{uuid4().hex[:12]}"


@contextmanager
def in_the_sandbox(inherited: Mapping[str, str]) -> Iterator[SandboxStackPlace]:
    """Start an empty sandbox; yield a place in it."""
    import boto3

    from waybill.sandbox.server import running

    with running(inherited, empty=True) as sandbox:
        # Nobody but root is at home in a bare account: whoever sets up comes by a role.
        environment = entered(sandbox)

        def client(service: str) -> Any:
            return boto3.client(
                service,
                aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=environment["AWS_SESSION_TOKEN"],
                endpoint_url=sandbox.url,
                region_name=REGION,
            )

        yield SandboxStackPlace(sandbox, ambient_account(environment), environment, client)


def entered(sandbox: Any) -> dict[str, str]:
    """Return the environment of a session of the organisation's role in production."""
    import boto3

    own = sandbox.environment({})
    sts = boto3.client(
        "sts",
        aws_access_key_id=own["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=own["AWS_SECRET_ACCESS_KEY"],
        endpoint_url=sandbox.url,
        region_name=REGION,
    )
    arn = f"arn:aws:iam::{PRODUCTION}:role/OrganizationAccountAccessRole"
    session = sts.assume_role(RoleArn=arn, RoleSessionName="contract")["Credentials"]
    return {
        **own,
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }
