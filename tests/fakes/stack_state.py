"""What a stack of the fake CloudFormation is made of, and what its template says with its parameters."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import yaml

from templates.reading import Loader
from templates.reading import Stack as Evaluated
from waybill.domain.setup.plan import Change
from waybill.ports.stacks import ChangeSet, Readiness, StackEvent

Json = dict[str, Any]
Place = tuple[str, str, str]
"""Account, region (empty for what an account has once), and type and physical id."""

NAMED_BY = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::SSM::Parameter": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::User": "UserName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::CodePipeline::Pipeline": "Name",
}
"""The property that is a resource's own name, and whose change makes a new resource."""

TAGGED = frozenset(
    {
        "AWS::S3::Bucket",
        "AWS::SSM::Parameter",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::ECR::Repository",
        "AWS::CodePipeline::Pipeline",
        "AWS::CodeArtifact::Domain",
        "AWS::CodeArtifact::Repository",
        "AWS::CloudFront::Distribution",
        "AWS::Events::Rule",
    }
)


@lru_cache
def parsed(text: str) -> Json:
    """Return a template as it is written."""
    template = yaml.load(text, Loader=Loader)
    assert isinstance(template, dict)
    return template


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource that a stack made."""

    type: str
    physical_id: str
    properties: Json
    keeps: bool
    keeps_replaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a stack should be."""

    template: Json
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class SetState:
    """A change set; `stale` once somebody else changed its stack."""

    name: str
    told: ChangeSet
    target: Target
    new: bool
    stale: bool = False
    executed: bool = False
    asked: int = 0


@dataclass(slots=True, kw_only=True)
class StackState:
    """A stack. `work` does what is under way, one visible step at a time."""

    account: str
    region: str
    name: str
    id: str
    word: str
    reason: str = ""
    target: Target | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    kept: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    sets: dict[str, SetState] = field(default_factory=dict)
    events: list[StackEvent] = field(default_factory=list)
    work: Iterator[None] | None = None
    held: bool = False

    @property
    def gone(self) -> bool:
        return self.word == "DELETE_COMPLETE"

    @property
    def busy(self) -> bool:
        return self.word.endswith("_IN_PROGRESS") and self.word != "REVIEW_IN_PROGRESS"


def evaluated(stack: StackState, target: Target) -> Evaluated:
    """Return the template with its parameters, and the ids of what is there already."""
    known: dict[str, str] = {}
    for name, one in stack.resources.items():
        known[name] = one.physical_id
        known |= {f"{name}.{key}": value for key, value in attributes(stack, one).items()}
    return Evaluated(
        template=target.template,
        parameters=target.parameters,
        account=stack.account,
        region=stack.region,
        known=known,
    )


def outputs(stack: StackState, target: Target) -> dict[str, str]:
    """Return what a stack would give out."""
    return {key: str(value) for key, value in evaluated(stack, target).outputs.items()}


def made_set(stack: StackState, name: str, number: str, changes: tuple[Change, ...], empty: bool) -> ChangeSet:
    """Return a change set as it will be told once it is made."""
    return ChangeSet(
        id=f"arn:aws:cloudformation:{stack.region}:{stack.account}:changeSet/{name}/{number}",
        stack_id=stack.id,
        readiness=Readiness.EMPTY if empty else Readiness.READY,
        reason="The submitted information didn't contain changes." if empty else "",
        changes=() if empty else changes,
    )


def making(told: ChangeSet) -> ChangeSet:
    """Return a change set that is not made yet."""
    return replace(told, readiness=Readiness.MAKING, changes=(), reason="")


def changed(before: Json, after: Json) -> frozenset[str]:
    """Return the properties that differ."""
    return frozenset(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def place(stack: StackState, made: Resource) -> Place:
    """Return where a resource's name is taken."""
    return place_of(stack.account, stack.region, made.type, made.physical_id)


def place_of(account: str, region: str, type_: str, physical_id: str) -> Place:
    """Return where a name is taken: a bucket's in the world, an account's own once in all of its regions."""
    named = f"{type_} {physical_id}"
    if type_ == "AWS::S3::Bucket":
        return ("", "", named)
    return (account, "" if type_.startswith(("AWS::IAM::", "AWS::CloudFront::")) else region, named)


def physical_id(stack: StackState, name: str, body: Json) -> str:
    """Return the id of what has no name of its own."""
    digest = hashlib.sha256(f"{stack.id}/{name}".encode()).hexdigest()
    if body["Type"] == "AWS::KMS::ReplicaKey":
        return str(body["Properties"]["PrimaryKeyArn"]).rpartition("/")[2]
    if body["Type"] == "AWS::KMS::Key":
        return f"mrk-{digest[:32]}" if body["Properties"].get("MultiRegion") else f"{digest[:8]}-{digest[8:20]}"
    return f"{stack.name}-{name}-{digest[:8]}"


def attributes(stack: StackState, made: Resource) -> dict[str, str]:
    """Return what GetAtt gives, as far as the templates' outputs ask."""
    service = made.type.split("::")[1].lower()
    region = "" if service in {"iam", "s3", "cloudfront"} else stack.region
    account = "" if service == "s3" else stack.account
    kind = {"key": "key/", "replicakey": "key/", "role": "role/", "repository": "repository/"}
    middle = kind.get(made.type.split("::")[2].lower(), "")
    return {"Arn": f"arn:aws:{service}:{region}:{account}:{middle}{made.physical_id}"}


def faults(template: Json, parameters: Mapping[str, str]) -> list[str]:
    """Return why CloudFormation would not take these parameters."""
    declared = template.get("Parameters", {})
    if strange := sorted(parameters.keys() - declared.keys()):
        return [f"Parameters: [{', '.join(strange)}] do not exist in the template"]
    missing = [name for name, body in declared.items() if "Default" not in body and name not in parameters]
    if missing:
        return [f"Parameters: [{', '.join(missing)}] must have values"]
    found = []
    for name, value in parameters.items():
        body = declared[name]
        parts = value.split(",") if body["Type"] == "CommaDelimitedList" else [value]
        pattern = str(body.get("AllowedPattern", "(?s:.*)")).strip()
        if not all(re.fullmatch(pattern, part) for part in parts):
            found.append(f"Parameter {name} failed to satisfy constraint: must match pattern {pattern}")
        if "AllowedValues" in body and value not in map(str, body["AllowedValues"]):
            found.append(f"Parameter '{name}' must be one of AllowedValues")
    return found
