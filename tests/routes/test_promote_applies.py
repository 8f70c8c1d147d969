"""promote --apply: the file has the inputs, and nothing that is given beside it is dropped in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from waybill.domain.promotion import facts_digest
from waybill.errors import Fault
from waybill.routes.promote import applied

PLAN = {"project": "P", "version": "1.2.3", "channel": "staging", "role": "r", "update-channel": "newer"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    plan = {"schema": 1, "digest": facts_digest({}), "facts": {}, "inputs": PLAN}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    return tmp_path


def given(folder: Path, *, typed: bool, **values: str) -> tuple[dict[str, str], list[Fault]]:
    found: list[Fault] = []
    values = {name.replace("_", "-"): text for name, text in values.items()}
    inputs, facts = applied({"apply": "plan.json", **values}, folder, found, typed=typed)
    assert facts == {}
    return dict(inputs), found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("channel", "production"),
        ("channel", "canary"),
        ("version", "1.2.4"),
        ("require", "1"),
        ("regions", "eu-west-1"),
    ],
)
def test_what_a_person_types_against_the_plan_is_a_fault(name: str, value: str, folder: Path) -> None:
    _, faults = given(folder, typed=True, **{name: value})
    (fault,) = faults
    assert (fault.name, fault.value) == (name, value)
    assert "contradicts the plan" in fault.rule


@pytest.mark.parametrize(
    "values", [{"channel": "staging"}, {"update_channel": "newer"}, {"require": "all"}, {"dry_run": "true"}], ids=str
)
def test_what_agrees_with_the_plan_may_be_typed(values: dict[str, str], folder: Path) -> None:
    inputs, faults = given(folder, typed=True, **values)
    assert not faults
    assert inputs["channel"] == "staging"


@pytest.mark.parametrize("typed", [True, False])
def test_somebody_else_may_carry_a_plan_out(typed: bool, folder: Path) -> None:
    inputs, faults = given(folder, typed=typed, role="another", from_role="reader", role_duration="900")
    assert not faults
    assert (inputs["role"], inputs["from-role"], inputs["role-duration"]) == ("another", "reader", "900")


def test_a_runners_defaults_do_not_stand_against_the_plan(folder: Path) -> None:
    inputs, faults = given(folder, typed=False, channel="production", require="all", reinstate="false")
    assert not faults
    assert (inputs["channel"], inputs["plan-digest"]) == ("staging", facts_digest({}))
