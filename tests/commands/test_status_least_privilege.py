"""P8: what `status` and its repair ask of AWS is what their session policies allow, and the table names no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commands.looking import look
from commands.test_prune_cut_off import needs
from commands.test_repair import BROKEN, half_staged, put, rolling_back
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from promises.iam import Need, allows
from promises.stand import PROJECT, Stand
from waybill.domain.calls import STATUS_CALLS, On

broken = pytest.mark.parametrize("break_it", BROKEN)
asked = pytest.mark.parametrize("projects", [(), (PROJECT,), (PROJECT, "Other")])


def run(stand: Stand, *projects: str, **changes: Any) -> list[tuple[str, Need]]:
    """Return every need of a run with the session policy under which it came."""
    gateway, before = stand.world.gateway(), len(stand.world.calls.log())
    look(stand, *projects, gateway=gateway, **changes)
    found, entered = [], 0
    for call in stand.world.calls.log()[before:]:
        entered += call.call == "enter"
        found += [(gateway.policies[entered - 1], need) for need in needs(call, stand)]
    return found


def other(stand: Stand) -> None:
    stand.stage(version="1.0.0")
    for region in REGIONS:
        stand.world.set_parameter(region, PRODUCTION, "/artifacts/Other/latest", "1.0.0")


@asked
def test_every_look_is_allowed_by_its_session_policy(projects: tuple[str, ...], stand: Stand) -> None:
    half_staged(stand)
    other(stand)
    refused = [str(need) for policy, need in run(stand, *projects) if not allows(policy, need)]
    assert not refused, "\n".join(refused)


@broken
def test_every_step_of_a_repair_is_allowed_by_its_own(break_it: Callable[[Stand], None], stand: Stand) -> None:
    break_it(stand)
    refused = [str(need) for policy, need in run(stand, repair=True) if not allows(policy, need)]
    assert not refused, "\n".join(refused)


def test_the_table_names_what_is_needed_and_no_more(stand: Stand) -> None:
    rolling_back(stand)
    put(stand, "2.0.0", *REGIONS)
    needed = {(need.action, need.on) for _, need in run(stand)}
    assert needed == {(call.action, call.on) for call in STATUS_CALLS}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", f"arn:aws:s3:::{bucket_name(PRODUCTION, 'us-east-1')}/{PROJECT}@1.0.0"),
        ("s3:DeleteObject", f"arn:aws:s3:::{bucket_name(PRODUCTION, 'us-east-1')}/{PROJECT}@1.0.0"),
        ("ssm:PutParameter", f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/artifacts/{PROJECT}/latest"),
        ("ssm:GetParameter", f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/secrets/db"),
        ("ssm:GetParametersByPath", f"arn:aws:ssm:us-east-1:{PRODUCTION}:parameter/secrets"),
        ("ssm:GetParameterHistory", f"arn:aws:ssm:us-east-1:{DEVELOPMENT}:parameter/artifacts/{PROJECT}/latest"),
    ],
)
def test_whoever_only_looks_may_write_nothing_and_look_nowhere_else(action: str, resource: str, stand: Stand) -> None:
    stand.stage()
    for policy, _ in run(stand):
        assert not allows(policy, Need(action, resource, On.VERSION))


def test_a_look_at_one_project_lists_no_other(stand: Stand) -> None:
    stand.stage()
    bucket = f"arn:aws:s3:::{bucket_name(PRODUCTION, 'us-east-1')}"
    other_one = Need("s3:ListBucket", bucket, On.LISTING, {"s3:prefix": "Other@"})
    assert not any(allows(policy, other_one) for policy, _ in run(stand, PROJECT))
    assert any(allows(policy, other_one) for policy, _ in run(stand))
