"""doctor where permissions are enforced: with what is published it sees everything, and without, nothing fails for it.

ministack has no CodePipeline: what doctor says of it is tried in tests/commands.
"""

from __future__ import annotations

from typing import Any

import pytest

from engines.ministack import Stack
from real.here import waybill_here as waybill
from real.test_setup_permissions import allowing, new_role
from waybill.domain.doctor.calls import DOCTOR_CALLS
from waybill.domain.policy import published_stage_policy

pytestmark = pytest.mark.engine


def doctor(stack: Stack, role: str) -> tuple[int, dict[str, set[str]]]:
    """Return the exit code, and the verdicts of each check."""
    done = waybill(stack.environment(), "doctor", "SugarWater", "--role", role, "--json")
    found: dict[str, set[str]] = {}
    findings: list[dict[str, Any]] = done.json["findings"]
    for one in findings:
        found.setdefault(one["check"], set()).add(one["verdict"])
    return done.code, found


def test_with_what_is_published_for_both_a_role_passes_every_check(stack: Stack) -> None:
    both = [*published_stage_policy()["Statement"], *allowing(DOCTOR_CALLS, "*")["Statement"]]
    code, found = doctor(stack, new_role(stack, "stages-and-doctors", {"Version": "2012-10-17", "Statement": both}))
    assert {check for check, verdicts in found.items() if verdicts & {"fail", "unknown"}} == set(), found
    assert code == 0
    assert {"versioning", "key-use", "configuration", "channel-value", "key-readers", "objects"} <= found.keys()


def test_who_may_only_look_sees_everything_and_that_nothing_can_be_staged(stack: Stack) -> None:
    code, found = doctor(stack, new_role(stack, "doctors", allowing(DOCTOR_CALLS, "*")))
    assert {check for check, verdicts in found.items() if "unknown" in verdicts} == set(), found
    wrong = {check for check, verdicts in found.items() if "fail" in verdicts}
    assert wrong == {"parameter-write", "objects", "decrypt"}
    assert code == 3


def test_who_may_do_nothing_finds_that_a_run_could_read_no_configuration_and_nothing_else(stack: Stack) -> None:
    code, found = doctor(stack, new_role(stack, "knows-nothing", allowing(DOCTOR_CALLS[:1], "arn:aws:s3:::nothing")))
    assert {check for check, verdicts in found.items() if "fail" in verdicts} == {"configuration"}, found
    assert code == 3
