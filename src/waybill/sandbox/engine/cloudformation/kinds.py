"""What makes a resource of one type: the port between the stacks' engine and the types.

A `Kind` calls the sandbox's own services over HTTP, as CloudFormation calls AWS's, so that everything a stack makes
goes through the same checks as anybody's call. A `ClientError` that it lets through is the reason in the resource's
event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose resource it is, and where. `tags` are the stack's.

    `client` makes a botocore client of the sandbox's own URL, as the stack's account: `client("s3")` in the stack's
    region, `client("iam", region="us-east-1")` in another one.
    """

    account: str
    region: str
    stack: str
    logical_id: str
    stack_id: str
    tags: Mapping[str, str]
    client: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that exists: what `Ref` gives, and what `Fn::GetAtt` gives (`Endpoint.Address` is one name)."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Kind(Protocol):
    """A type of resource. Properties arrive with every function resolved and without those that are `AWS::NoValue`.

    `known` are the top-level properties that it honours: any other one fails the stack. A change of one that is in
    `replaces` makes a new resource and deletes the old one; every other change is an `update`.
    """

    @property
    def type(self) -> str:
        """Return the name of the type: `AWS::S3::Bucket`."""
        ...

    @property
    def known(self) -> frozenset[str]:
        """Return the names of the properties that it honours."""
        ...

    @property
    def replaces(self) -> frozenset[str]:
        """Return the names of those whose change makes a new resource."""
        ...

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """Make the resource."""
        ...

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change the resource in place; also asked for where only the stack's tags have changed."""
        ...

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """Delete the resource; one that is gone already is no fault."""
        ...
