"""cfn-lint, AWS's own linter, finds nothing in a template, nor with the parameters that change what it makes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from templates.cases import CASES
from templates.reading import NAMES, Stack, load, text

if TYPE_CHECKING:
    from cfnlint.rules import Rules


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    """What its own dependencies warn of is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_cfn_lint_finds_nothing_whatever_the_parameters() -> None:
    """It tries both ways of each condition by itself; the cases tell it what the parameters are then.

    One test, since each process that imports cfn-lint spends more on that than on all templates.
    """
    broken = text("registry").replace("ScanOnPush: true", "ScanOnPush: often").replace("!Ref TagMutability", "!Ref X")
    told = " ".join(found("registry", broken, []))
    assert "'often' is not of type 'boolean'" in told
    assert "'X' is not one of" in told
    unknown = found("registry", text("registry"), [{"RepositoryName": "site", "NoSuchParameter": "1"}])
    assert any("NoSuchParameter" in one for one in unknown)
    assert {name: found(name, text(name), CASES[name].values()) for name in NAMES} == {name: [] for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_set_parameters_that_there_are_and_turn_every_condition_both_ways(name: str) -> None:
    template = load(name)
    seen: dict[str, set[bool]] = {condition: set() for condition in template.get("Conditions", {})}
    for case in CASES[name].values():
        assert set(case) <= set(template["Parameters"])
        stack = Stack(template=template, parameters=case)
        for condition, ways in seen.items():
            ways.add(stack.holds(condition))
    assert [condition for condition, ways in seen.items() if ways != {True, False}] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_are_parameters_that_cloudformation_takes(name: str) -> None:
    declared = load(name)["Parameters"]
    for case in CASES[name].values():
        assert {one for one, body in declared.items() if "Default" not in body} <= set(case)
        for parameter, value in case.items():
            body = declared[parameter]
            if "AllowedValues" in body:
                assert value in body["AllowedValues"], parameter
            elif "AllowedPattern" in body:
                parts = value.split(",") if body["Type"] == "CommaDelimitedList" else [value]
                assert all(re.fullmatch(body["AllowedPattern"], part) for part in parts), parameter


def found(name: str, template: str, cases: Iterable[Mapping[str, str]]) -> list[str]:
    """Return what cfn-lint says, warnings and all, of the template with these sets of parameters in us-east-1."""
    from cfnlint.config import ConfigMixIn, ManualArgs
    from cfnlint.decode import decode_str
    from cfnlint.runner import run_template_by_data

    declared = load(name)["Parameters"]
    config = ConfigMixIn(**ManualArgs(regions=["us-east-1"], parameters=[typed(declared, case) for case in cases]))
    read, faults = decode_str(template)
    matches = [*faults, *run_template_by_data(read, config, rules())]
    return [f"{match.rule.id} line {match.linenumber}: {match.message}" for match in matches]


def typed(declared: Mapping[str, Any], case: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters as cfn-lint takes them: a list is a list."""
    lists = {name for name, body in declared.items() if body["Type"] == "CommaDelimitedList"}
    return {name: value.split(",") if name in lists else value for name, value in case.items()}


@cache
def rules() -> Rules:
    """Return cfn-lint's rules, which take longer to read than most templates take to check."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    return Runner(ConfigMixIn()).rules


def test_this_folder_tests_every_template() -> None:
    assert set(CASES) == set(NAMES)
    here = Path(__file__).parent
    for name in NAMES:
        assert (here / f"test_{name.replace('-', '_')}.py").exists(), name
