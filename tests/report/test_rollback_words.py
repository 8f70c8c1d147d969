"""The ends of a rollback, as people read them: of real runs on the fakes, in one sentence."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.floors import named
from promises.harms import denied_channel, silent_writes
from promises.stand import Stand
from waybill.cancel import Cancellation
from waybill.domain.result import Result
from waybill.progress import Planned, Started
from waybill.report import plan_words, text, words

HISTORY = "1.0.0 2.0.0 3.0.0"


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    found = Stand(tmp_path)
    named(found, HISTORY, HISTORY, HISTORY)
    return found


def end(stand: Stand, **values: Any) -> Result:
    found = stand.back_end(**values)
    assert isinstance(found, Result)
    return found


def rolled_back(stand: Stand) -> Result:
    return end(stand)


def dry(stand: Stand) -> Result:
    return end(stand, dry_run="true")


def already(stand: Stand) -> Result:
    return end(stand, to="3.0.0")


def withdrawn(stand: Stand) -> Result:
    end(stand, run_id="1")
    return end(stand, to="3.0.0", run_id="2")


def not_whole(stand: Stand) -> Result:
    stand.world.delete(bucket_name(PRODUCTION, REGIONS[1]), "SugarWater@2.0.0")
    return end(stand)


def enough(stand: Stand) -> Result:
    denied_channel(stand, REGIONS[1])
    return end(stand, require="majority")


def too_few(stand: Stand) -> Result:
    silent_writes(stand, REGIONS[1])
    return end(stand)


def superseded(stand: Stand) -> Result:
    end(stand)
    stand.stage(version="4.0.0")
    return end(stand)


def cancelled(stand: Stand) -> Result:
    cancellation = Cancellation()
    stand.world.on("put", lambda _: cancellation.cancel(signal.SIGINT), when="after", times=None)
    return end(stand, cancellation=cancellation)


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (rolled_back, "Rolled back: the channel `latest` names SugarWater 2.0.0 again."),
        (dry, "Dry run: nothing was written. The channel `latest` would name SugarWater 2.0.0."),
        (already, "The channel `latest` names SugarWater 3.0.0 already. Nothing was changed."),
        (withdrawn, "Conflict: the channel `latest` was not rolled back to SugarWater 3.0.0. Nothing was written."),
        (not_whole, "Failed: the channel `latest` was not rolled back to SugarWater 2.0.0. Nothing was written."),
        (
            enough,
            "The channel `latest` names SugarWater 2.0.0 in 2 of 3 regions, enough for `require`; not in us-west-2.",
        ),
        (too_few, "Failed: the channel `latest` was not rolled back to SugarWater 2.0.0. No channel was moved."),
        (superseded, "Superseded: the channel `latest` names 4.0.0 now, not SugarWater 2.0.0."),
        (
            cancelled,
            "Cancelled: the channel `latest` was not rolled back to SugarWater 2.0.0. No channel was moved.",
        ),
    ],
)
def test_each_end_is_said_of_the_channel(run: Callable[[Stand], Result], said: str, stand: Stand) -> None:
    result = run(stand)
    assert words.sentence(result) == said
    assert said in text.result(result)


def test_what_was_withdrawn_is_told_once_for_all_regions(stand: Stand) -> None:
    end(stand, run_id="1")
    shown = text.result(end(stand, run_id="2"))
    assert "us-east-1, us-west-2 and eu-west-1: withdrew 2.0.0 (it leaks)\n" in shown, "3.0.0 was withdrawn before"


def test_the_reason_is_shown_before_anything_is_done(stand: Stand) -> None:
    end(stand, dry_run="true")
    assert stand.reporter.of(Started)[-1].what == "Rolling back the channel latest of SugarWater (it leaks)"


def test_the_plan_says_where_the_channel_goes(stand: Stand) -> None:
    not_whole(stand)
    (planned,) = stand.reporter.of(Planned)
    said = plan_words.sentence(planned.plan)
    assert said == "Plan: move `latest` to 2.0.0 in us-east-1 and eu-west-1; an error in us-west-2."
    assert plan_words.action(planned.plan.regions[0]) == "whole there; would withdraw 3.0.0"


def test_what_must_be_mended_first_is_said_before_the_command_that_finishes(stand: Stand) -> None:
    stand.world.delete(bucket_name(PRODUCTION, REGIONS[1]), "SugarWater@2.0.0")
    result = end(stand, require="majority")
    assert (result.advice or "").startswith("Put right what is said of the other regions first.")
    assert "status --repair" in text.result(result)
