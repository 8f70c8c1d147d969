"""cfn-lint, AWS's own linter, finds nothing in a template, nor with the parameters that change what it makes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from templates.cases import CASES
from templates.reading import NAMES, Stack, load, text


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    """What its own dependencies warn of is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize(("name", "case"), [(name, case) for name in NAMES for case in ("", *CASES[name])])
def test_cfn_lint_finds_nothing(name: str, case: str) -> None:
    assert found(text(name), CASES[name][case] if case else {}) == []


def test_cfn_lint_is_really_asked() -> None:
    broken = text("region").replace("ObjectOwnership: BucketOwnerEnforced", "ObjectOwnership: Nobody")
    assert any("Nobody" in one for one in found(broken, {}))
    unknown = text("region").replace("!Ref KeyAlias", "!Ref Missing")
    assert any("Missing" in one for one in found(unknown, {}))


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


def found(template: str, parameters: Mapping[str, str]) -> list[str]:
    """Return what cfn-lint says, warnings and all, of the template with these parameters in us-east-1."""
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    config = ManualArgs(regions=["us-east-1"], template_parameters=[dict(parameters)] if parameters else [])
    return [f"{match.rule.id} line {match.linenumber}: {match.message}" for match in lint(template, config=config)]


def test_this_folder_tests_every_template() -> None:
    assert set(CASES) == set(NAMES)
    here = Path(__file__).parent
    for name in NAMES:
        assert (here / f"test_{name.replace('-', '_')}.py").exists(), name
