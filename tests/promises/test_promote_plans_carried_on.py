"""Promote: a plan that was begun is carried on by whoever runs it again, and nothing that changed otherwise is."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from promises.crossing import CHANNEL, Crossing, small_parts, withdraw
from promises.faults import Killed, Step, kill_at, steps_of
from promises.stand import KEY, LARGE, SMALL, broken_channels
from promises.test_promote_plans import apply, key_changed, planned, ready
from waybill.commands.promotion.approval import PlanBody
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode
from waybill.inputs.options import read_words
from waybill.inputs.tables.promote import PROMOTE

TWO = REGIONS[:2]


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


@pytest.fixture
def crossing(tmp_path: Path) -> Crossing:
    return ready(tmp_path)


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])
@pytest.mark.parametrize("inside", [False, True], ids=["across", "inside"])
def test_an_apply_killed_at_any_write_is_carried_on(body: bytes, inside: bool, tmp_path: Path) -> None:
    values = {"role": ""} if inside else {}
    account = DEVELOPMENT if inside else PRODUCTION

    def begun() -> tuple[Crossing, PlanBody]:
        crossing = ready(tmp_path, body)
        if inside:
            for name in (KEY, f"{KEY}/metadata", f"{KEY}/waybill.json"):
                crossing.world.delete(bucket_name(DEVELOPMENT, TWO[1]), name)
        plan = planned(crossing, **values)
        crossing.world.calls.forget()
        return crossing, plan

    crossing, plan = begun()
    apply(crossing, plan, **values)
    steps = [step for step in steps_of(crossing.world.writes()) if step.occurrence < 2]
    assert len(steps) > 4
    found = []
    for step in steps:
        crossing, plan = begun()
        process = kill_at(crossing.world, step, "after")
        with pytest.raises(Killed):
            apply(crossing, plan, **values)
        process.revive()
        crossing.run_id = "another"
        crossing.clock.advance(60)
        end = apply(crossing, plan, **values)
        if end.exit_code != ExitCode.OK or crossing.named(account=account) != ["1.2.3"] * 2:
            found.append(f"{step}: {end}")
        plans = [[event.plan for event in crossing.events(region, account=account)] for region in TWO]
        if plans != [[plan.digest]] * 2:
            found.append(f"{step}: events {plans}")
        found += broken_channels(crossing.world)
    assert not found, "\n".join(found)


def test_what_was_begun_is_not_carried_on_when_something_else_changed(crossing: Crossing) -> None:
    plan = planned(crossing)
    process = kill_at(crossing.world, Step(TWO[0], "put-parameter", CHANNEL, 0), "after")
    with pytest.raises(Killed):
        apply(crossing, plan)
    process.revive()
    assert "1.2.3" in crossing.named()
    fact = key_changed(crossing)
    crossing.world.calls.forget()
    result = apply(crossing, plan)
    assert isinstance(result, Result)
    assert result.exit_code == ExitCode.CONFLICT
    assert fact in (result.error or "")
    assert "channel_names" not in (result.error or "")
    assert not crossing.world.writes()


def test_an_approved_promotion_of_what_was_withdrawn_since_is_refused(crossing: Crossing) -> None:
    plan = planned(crossing)
    assert apply(crossing, plan).exit_code == ExitCode.OK
    withdraw(crossing, "1.2.3", "1.0.0")
    crossing.world.calls.forget()
    result = apply(crossing, plan)
    assert result.exit_code == ExitCode.CONFLICT
    assert not crossing.world.writes()


def test_the_command_that_finishes_an_approved_plan_is_not_refused_for_what_healed(crossing: Crossing) -> None:
    """A region that was silent when the plan was approved answers now: nobody need approve that."""
    values = {"require": "1"}
    crossing.world.fail(call="history", region=TWO[1], times=2)
    plan = planned(crossing, **values)
    cut = apply(crossing, plan, **values)
    assert isinstance(cut, Result)
    assert (cut.outcome, cut.exit_code) == (Outcome.PARTIAL, ExitCode.OK)
    assert crossing.finish(plan_digest=plan.digest, **values).exit_code == ExitCode.CONFLICT, "approved was less"
    assert "--plan-digest" not in (cut.resume or "--plan-digest")
    words = read_words(PROMOTE, shlex.split(cut.resume or "")[2:])
    finished = crossing.finish(**{name.replace("-", "_"): value for name, value in words.values.items()})
    assert finished.exit_code == ExitCode.OK
    assert crossing.named() == ["1.2.3"] * 2


def test_what_was_withdrawn_for_another_reason_since_is_another_plan(crossing: Crossing) -> None:
    """To bring it back was approved knowing one withdrawal; the next one, for a worse reason, was not."""
    assert crossing.promote().exit_code == ExitCode.OK
    withdraw(crossing, "1.2.3", "1.0.0")
    crossing.clock.advance(60)
    plan = planned(crossing, reinstate="true")
    assert apply(crossing, plan, reinstate="true").exit_code == ExitCode.OK
    assert crossing.named() == ["1.2.3"] * 2
    crossing.clock.advance(60)
    withdraw(crossing, "1.2.3", "1.0.0", at="2026-01-31T12:02:30Z")
    crossing.world.calls.forget()
    again = apply(crossing, plan, reinstate="true")
    assert isinstance(again, Result)
    assert again.exit_code == ExitCode.CONFLICT
    assert "withdrawals: was" in (again.error or "")
    assert not crossing.world.writes()
    assert crossing.named() == ["1.0.0"] * 2


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_reinstatement_that_was_approved_and_cut_off_is_carried_on(
    moment: Literal["before", "after"], tmp_path: Path
) -> None:
    def begun() -> tuple[Crossing, PlanBody]:
        crossing = ready(tmp_path)
        crossing.promote()
        withdraw(crossing, "1.2.3", "1.0.0")
        crossing.clock.advance(60)
        plan = planned(crossing, reinstate="true")
        crossing.world.calls.forget()
        return crossing, plan

    crossing, plan = begun()
    apply(crossing, plan, reinstate="true")
    steps = steps_of(crossing.world.writes())
    assert len(steps) > 4
    found = []
    for step in steps:
        crossing, plan = begun()
        process = kill_at(crossing.world, step, moment)
        with pytest.raises(Killed):
            apply(crossing, plan, reinstate="true")
        process.revive()
        crossing.run_id = "another"
        crossing.clock.advance(60)
        end = apply(crossing, plan, reinstate="true")
        if end.exit_code != ExitCode.OK or crossing.named() != ["1.2.3"] * 2:
            found.append(f"{step}: {end}")
    assert not found, "\n".join(found)
