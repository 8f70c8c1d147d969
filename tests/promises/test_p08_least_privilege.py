"""P8: a run's calls are allowed by its session policy, and the table that makes it names no call that is never made."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from promises.errands import SCENARIOS, Scenario, run
from promises.iam import allows
from promises.stand import Stand, small_parts
from waybill.domain.calls import STAGE_CALLS
from waybill.domain.policy import published_stage_policy


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_call_of_a_run_is_allowed_by_its_session_policy(scenario: Scenario, stand: Stand) -> None:
    refused = [str(need) for policy, need in run(scenario, stand) if not allows(policy, need)]
    assert not refused, "\n".join(refused)


def test_the_table_names_what_is_needed_and_no_more(stand: Stand) -> None:
    needed = {(need.action, need.on) for scenario in SCENARIOS for _, need in run(scenario, Stand(stand.folder))}
    assert needed == {(call.action, call.on) for call in STAGE_CALLS}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_published_policy_allows_it_too(scenario: Scenario, stand: Stand) -> None:
    published = json.dumps(published_stage_policy())
    refused = [str(need) for _, need in run(scenario, stand) if not allows(published, need)]
    assert not refused, "\n".join(refused)
