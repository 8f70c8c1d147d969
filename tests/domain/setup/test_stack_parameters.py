"""What stacks are given is what their templates take, for whatever file the reading takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings

from domain.setup.organisations import FILES, File, estate, files
from domain.setup.organisations import file as file_of
from templates.reading import Stack, load
from waybill.domain.setup.estate import Estate
from waybill.domain.setup.stacks.defaults import DEFAULTS
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.domain.setup.stacks.wanted import OutputOf, StackRef, WantedStack

LONGEST = 4096
"""Bytes of a parameter's value: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
LONGEST_NAMES = {"RoleName": 64, "ManagedPolicyName": 128, "GroupName": 128, "UserName": 64, "BucketName": 63}
NAMES_OF_ACCOUNTS = {"RoleName", "ManagedPolicyName", "GroupName", "UserName"}
"""Names that IAM takes once an account, whatever their case; other names are taken once in a region."""

NAMED = {*LONGEST_NAMES, "AliasName"}

cases = pytest.mark.parametrize("file", [pytest.param(file, id=name) for name, file in FILES.items()])


@cache
def template(name: str) -> dict[str, Any]:
    return load(name)


def told(output: OutputOf) -> str:
    """Return what an output may say: the outputs that others take are keys and buckets."""
    if output.output == "BucketName":
        return "a-bucket.of-another-stack"
    assert output.output == "KeyArn", f"what may {output} say?"
    return f"arn:aws:kms:{output.stack.region}:111111111111:key/mrk-{'0' * 32}"


def problems(stack: WantedStack) -> Iterator[str]:
    """Yield why CloudFormation would refuse a stack's parameters."""
    declared = template(stack.template)["Parameters"]
    texts = stack.texts(told)
    yield from (f"{name} is no parameter of {stack.template}" for name in texts.keys() - declared.keys())
    for name, body in declared.items():
        if name not in texts:
            if "Default" not in body:
                yield f"{name} of {stack.template} has no value"
            continue
        values = texts[name].split(",") if body["Type"] == "CommaDelimitedList" else [texts[name]]
        pattern = str(body.get("AllowedPattern", "(?s:.*)")).strip()
        yield from (f"{name}: {value!r} is not {pattern}" for value in values if not re.fullmatch(pattern, value))
        if "AllowedValues" in body and texts[name] not in map(str, body["AllowedValues"]):
            yield f"{name}: {texts[name]!r} is none of {body['AllowedValues']}"
        if body["Type"] == "Number" and not float(texts[name]) >= body.get("MinValue", 0):
            yield f"{name}: {texts[name]} is too small"
        if len(texts[name].encode()) > LONGEST:
            yield f"{name} is too long"
    if not STACK_NAME.fullmatch(stack.ref.name):
        yield f"{stack.ref.name!r} is no name of a stack"


def evaluated(found: Estate, stack: WantedStack) -> Stack:
    account = found.account(stack.ref.account).id
    return Stack(
        template=template(stack.template), parameters=stack.texts(told), account=account, region=stack.ref.region
    )


def broken_rules(made: Stack) -> Iterator[str]:
    """Yield the rules of a template that its parameters break."""
    for rule in made.template.get("Rules", {}).values():
        if made.value(rule.get("RuleCondition", True)):
            yield from (
                assertion["AssertDescription"]
                for assertion in rule["Assertions"]
                if not made.value(assertion["Assert"])
            )


def physical_names(found: Estate, stack: WantedStack) -> Iterator[tuple[str, ...]]:
    """Yield what is made by a name that is taken once, and where it is taken."""
    for resource in evaluated(found, stack).resources.values():
        for key in NAMED & resource.get("Properties", {}).keys():
            name = resource["Properties"][key]
            assert len(name) <= LONGEST_NAMES.get(key, 256), f"{stack.ref}: {key} {name!r} is too long"
            if key == "BucketName":
                yield (key, name)
            elif key in NAMES_OF_ACCOUNTS:
                yield (key, stack.ref.account, name.lower())
            else:
                yield (key, stack.ref.account, stack.ref.region, name)


def check(found: Estate) -> None:
    stacks = wanted_stacks(found)
    assert [problem for stack in stacks for problem in problems(stack)] == []
    assert [broken for stack in stacks for broken in broken_rules(evaluated(found, stack))] == []
    assert [ref for stack in stacks for ref in stack.needs if ref not in {one.ref for one in stacks}] == []
    taken = Counter(name for stack in stacks for name in physical_names(found, stack))
    assert [name for name, times in taken.items() if times > 1] == []
    standing: set[StackRef] = set()
    for stack in stacks:
        assert stack.needs <= standing, f"{stack.ref} comes before what it needs"
        standing.add(stack.ref)
    for stack in stacks:
        for value in stack.parameters.values():
            check_outputs(value, {one.ref: one for one in stacks})


def check_outputs(value: object, stacks: dict[StackRef, WantedStack]) -> None:
    parts = getattr(value, "parts", (value,))
    for part in parts:
        if isinstance(part, OutputOf):
            outputs = template(stacks[part.stack].template)["Outputs"]
            assert part.output in outputs, f"{part} is no output"


@cases
def test_templates_take_what_stacks_give_them(file: File) -> None:
    check(estate(file))


@settings(max_examples=60)
@given(files())
def test_templates_take_what_any_file_gives_them(file: File) -> None:
    check(estate(file))


def test_what_is_left_out_is_as_the_templates_have_it() -> None:
    for name, defaults in DEFAULTS.items():
        declared = {key: str(body["Default"]) for key, body in load(name)["Parameters"].items() if "Default" in body}
        assert defaults == declared, name


@cases
def test_every_parameter_is_given_since_deploying_keeps_the_value_of_one_that_is_not(file: File) -> None:
    for stack in wanted_stacks(estate(file)):
        assert stack.parameters.keys() == template(stack.template)["Parameters"].keys(), stack.ref


@cases
def test_what_a_parameter_could_say_otherwise_is_not_left_out(file: File) -> None:
    """Every word of the file is in some stack: what is read and then dropped would be a promise that is not kept."""
    found = estate(file)
    said = " ".join(text for stack in wanted_stacks(found) for text in stack.texts(told).values())
    for client in file.get("clients", {}).values():
        media = client.get("media", {})
        words = [*media.get("origins", []), *media.get("read-origins", []), media.get("key", "")]
        words += [*client.get("users", []), *client.get("members", []), *client.get("services", [])]
        assert [word for word in words if word not in said] == []


def test_a_list_that_no_parameter_takes_is_refused() -> None:
    many = {f"acme/{number}": {"stage": ["tag:v*"]} for number in range(150)}
    with pytest.raises(ValueError, match=r"StageSubjects of development/us-east-1/waybill-identity would have \d+"):
        wanted_stacks(estate(file_of(repositories=many)))
