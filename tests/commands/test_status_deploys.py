"""What `status` tells of deploys: what each pipeline deployed last, and how its last attempt ended."""

from __future__ import annotations

import re

from commands.looking import A, B, C, body, look, project
from commands.pruning import plant_event
from commands.test_status import put
from promises.stand import Stand
from waybill.commands.survey.deploys import NEWEST
from waybill.domain.events import Kind
from waybill.domain.result import Outcome
from waybill.report import text
from waybill.report.status_html import page
from waybill.report.summary import summary

ARN = "arn:aws:codepipeline:us-east-1:111111111111:site"
PLACE = "site in us-east-1 of 111111111111"


def plant_deploy(stand: Stand, version: str, day: int, end: str = "Succeeded", **changes: str) -> None:
    """Have a deploy of a version ended on a day."""
    given = {"pipeline": ARN, "execution": f"e-{day}", "channel": "latest", **changes}
    when = f"2026-01-{day:02}T00:00:00Z"
    plant_event(stand, Kind.DEPLOYED, version, name=f"202601{day:02}T000000Z-{day}.json", at=when, end=end, **given)


def test_what_each_pipeline_deployed_last_and_its_last_attempt_are_told(stand: Stand) -> None:
    put(stand, "1.0.0", A, B, C)
    put(stand, "1.1.0", A, B, C)
    plant_deploy(stand, "1.0.0", 2)
    plant_deploy(stand, "1.1.0", 3, "Failed")
    plant_deploy(stand, "1.1.0", 4, pipeline=ARN.replace("site", "api"))
    result = look(stand)
    api, site = project(result).deploys
    assert api.good == api.last
    assert (site.good.version if site.good else None, site.last.version, site.last.end) == ("1.0.0", "1.1.0", "Failed")
    assert not body(result).troubled
    said = f"{PLACE}: 1.0.0 is deployed, since 2026-01-02T00:00:00Z. 1.1.0 ended Failed at 2026-01-03T00:00:00Z by eve."
    assert f"– {said}" in text.result(result)
    assert said in summary(result).replace("`", "")
    shown = re.sub(r"<[^>]*>", "", page(body(result)))
    assert "deployed by site 1.0.0, 1.1.0 ended Failed" in shown
    assert f'title="{said}"' in page(body(result))
    told = result.to_json()["accounts"][0]["projects"][0]["deploys"]
    assert [one["last"]["status"] for one in told] == ["Succeeded", "Failed"]
    assert told[1]["deployed"]["execution_id"] == "e-2"


def test_a_pipeline_that_never_succeeded_has_nothing_deployed(stand: Stand) -> None:
    put(stand, "1.0.0", A, B, C)
    plant_deploy(stand, "1.0.0", 2, "Stopped")
    said = "Nothing is known to be deployed. 1.0.0 ended Stopped at 2026-01-02T00:00:00Z by eve."
    assert said in text.result(look(stand))


def test_a_deploy_of_a_version_that_no_channel_names_is_found(stand: Stand) -> None:
    put(stand, "1.0.0", A, B, C)
    put(stand, "2.0.0", A, B, C)
    plant_deploy(stand, "1.0.0", 9, channel="production")
    (site,) = project(look(stand)).deploys
    assert site.last.version == "1.0.0"


def test_only_the_newest_events_of_a_channel_are_read_for_it(stand: Stand) -> None:
    put(stand, "1.0.0", A, B, C)
    put(stand, "2.0.0", A, B, C)
    for day in range(1, 29):
        plant_deploy(stand, "1.0.0", day)
    stand.world.calls.forget()
    (site,) = project(look(stand)).deploys
    assert site.last.execution == "e-28"
    read = [call for call in stand.world.calls.log() if call.call == "read" and "/events/" in call.name]
    assert len(read) == NEWEST


def test_an_event_of_a_deploy_that_does_not_come_is_said(stand: Stand) -> None:
    put(stand, "1.0.0", A, B, C)
    plant_deploy(stand, "1.0.0", 2)
    stand.world.fail(call="read", key="events", times=None)
    result = look(stand)
    assert result.outcome is Outcome.PARTIAL
    assert any("/events/" in one.what for one in body(result).unreadable)


def test_what_succeeded_before_many_bad_attempts_is_found(stand: Stand) -> None:
    put(stand, "1.0.0", A, B, C)
    put(stand, "2.0.0", A, B, C)
    plant_deploy(stand, "1.0.0", 1)
    for day in range(2, 29):
        plant_deploy(stand, "1.0.0", day, "Failed")
    (site,) = project(look(stand)).deploys
    assert site.good is not None
    assert (site.good.execution, site.last.execution) == ("e-1", "e-28")
