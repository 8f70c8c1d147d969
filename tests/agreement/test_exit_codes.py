"""The exit codes are one contract, said in the same words wherever they are said."""

from __future__ import annotations

import re

from agreement.reading import README
from waybill import errors
from waybill.cli import EXIT_CODES
from waybill.errors import ExitCode, WaybillError

CONTRACT = {
    0: "ok",
    2: "input",
    3: "identity",
    4: "artifact",
    5: "conflict",
    6: "partial",
    7: "pipeline",
    8: "timed out",
    9: "unavailable",
    70: "bug",
    130: "cancelled",
    143: "cancelled",
}


def said_in(text: str) -> dict[int, str]:
    """Return what a sentence of the form `0 ok, 2 input, ...` says of each code."""
    text = " ".join(text.split())
    found: dict[int, str] = {}
    for numbers, words in re.findall(r"(\d+(?:(?:/| and )\d+)*) ([a-z][^,.\d]*)", text):
        for number in re.findall(r"\d+", numbers):
            found.setdefault(int(number), words)
    return found


def assert_contract(found: dict[int, str]) -> None:
    assert set(found) == set(CONTRACT)
    for code, word in CONTRACT.items():
        assert word in found[code], code


def test_the_codes_are_the_contract() -> None:
    assert {int(code) for code in ExitCode} == set(CONTRACT)


def test_readme_says_the_contract() -> None:
    start = README.read_text(encoding="utf-8").split("**Exit codes.**", 1)[1]
    assert_contract(said_in(start.split("cancelled", 1)[0] + "cancelled"))


def test_the_help_says_the_contract() -> None:
    start = EXIT_CODES.split("Exit codes:", 1)[1]
    assert_contract(said_in(start.split("cancelled", 1)[0] + "cancelled"))


def test_every_error_of_the_tree_has_a_code_of_its_own_kind() -> None:
    tree = {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, WaybillError)
    }
    assert tree == {
        "WaybillError": 70,
        "InputError": 2,
        "Declined": 2,
        "IdentityError": 3,
        "AccessDenied": 3,
        "ArtifactError": 4,
        "ConflictError": 5,
        "PrunedError": 5,
        "PartialError": 6,
        "PipelineError": 7,
        "TimedOut": 8,
        "Unavailable": 9,
        "Cancelled": 130,
    }


def test_the_table_of_failures_in_readme_uses_codes_of_the_contract() -> None:
    table = README.read_text(encoding="utf-8").split("| it fails because |", 1)[1].split("\n\n", 1)[0]
    codes = {int(code) for code in re.findall(r"\| (\d+) \|", table)}
    assert codes
    assert codes <= set(CONTRACT)
