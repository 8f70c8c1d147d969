"""AWS's limits: of a template that is sent as it is, and of the policies in it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; IAM counts no white space.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from templates.cases import CASES
from templates.reading import FOLDER, NAMES, Stack, load

BODY = 51_200
MANAGED = 6_144
INLINE = 10_240
TRUST = 2_048
EVERY = [(name, case) for name in NAMES for case in CASES[name]]


@pytest.mark.parametrize("name", NAMES)
def test_a_template_can_be_sent_without_a_bucket(name: str) -> None:
    assert (FOLDER / f"{name}.yaml").stat().st_size <= BODY
    template = load(name)
    assert len(template["Parameters"]) <= 200
    assert all(len(body["Description"]) <= 4_000 for body in template["Parameters"].values())


@pytest.mark.parametrize(("name", "case"), EVERY)
def test_the_policies_are_no_longer_than_iam_takes(name: str, case: str) -> None:
    stack = Stack(template=load(name), parameters=CASES[name][case])
    too_long = {what: (size, limit) for what, size, limit in sizes(stack) if size > limit}
    assert not too_long


def sizes(stack: Stack) -> Iterator[tuple[str, int, int]]:
    for name, body in stack.resources.items():
        properties = body["Properties"]
        if body["Type"] == "AWS::IAM::ManagedPolicy":
            yield name, size(properties["PolicyDocument"]), MANAGED
        if body["Type"] == "AWS::IAM::RolePolicy":
            yield name, size(properties["PolicyDocument"]), INLINE
        if body["Type"] == "AWS::IAM::Role":
            yield f"{name}'s trust", size(properties["AssumeRolePolicyDocument"]), TRUST
            yield f"{name}'s own", sum(size(one["PolicyDocument"]) for one in properties.get("Policies", [])), INLINE


def size(document: Any) -> int:
    # The names and ARNs of real resources are longer than what stands for them here: 100 characters for each.
    told = json.dumps(document, separators=(",", ":"))
    return len("".join(told.split())) + 100 * told.count("<")
