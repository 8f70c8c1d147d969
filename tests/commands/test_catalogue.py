"""What an account stores and names is asked of every region once, and a silent region hides nothing of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.aws import PRODUCTION, FakeAws, bucket_name
from promises.stand import PROJECT, Stand
from waybill.cancel import Cancellation
from waybill.commands.account.catalogue import survey
from waybill.commands.account.find import open_shelves
from waybill.commands.account.target import reach
from waybill.commands.account.wants import reading
from waybill.commands.tools import Tools
from waybill.domain.request import Place
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.versions import Version
from waybill.errors import Unavailable
from waybill.progress import Warned

PLACE = Place(config_regions=("us-east-1",))


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def look(stand: Stand, project: str | None = PROJECT, version: str | None = None) -> Catalogue:
    tools: Tools = stand.tools(stand.world.gateway(), Cancellation())
    shelves = open_shelves(reach(PLACE, reading(PLACE, project or "*"), tools), tools)
    return survey(PLACE, shelves, tools, project=project, version=None if version is None else Version(version))


def test_every_version_and_channel_of_a_project_shows_and_none_of_anothers(stand: Stand) -> None:
    stand.stage(b"one", version="1.0.0")
    stand.stage(b"two", version="1.1.0", channel="production")
    stand.stage(b"other", version="9.0.0", project=f"{PROJECT}-2")
    found = look(stand)
    assert found.projects() == [PROJECT]
    assert [version.text for version in found.versions(PROJECT)] == ["1.1.0", "1.0.0"]
    assert all(held.whole for held in found.where(PROJECT, Version("1.0.0")).values())
    named = {channel: set(values.values()) for channel, values in found.channels(PROJECT).items()}
    assert named == {"latest": {"1.0.0"}, "production": {"1.1.0"}}
    every = look(stand, None)
    assert every.projects() == [PROJECT, f"{PROJECT}-2"]


def test_one_version_is_not_one_that_begins_like_it(stand: Stand) -> None:
    stand.stage(b"one", version="1.2.3")
    stand.stage(b"two", version="1.2.30")
    assert [version.text for version in look(stand, version="1.2.3").versions(PROJECT)] == ["1.2.3"]


def test_thousands_of_versions_take_one_listing_a_region(stand: Stand) -> None:
    for region in stand.world.regions:
        for number in range(700):
            stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.{number}.0", b"x")
    found = look(stand)
    assert len(found.versions(PROJECT)) == 700
    calls = [call.call for call in stand.world.calls.log() if call.region == "us-west-2"]
    assert sorted(calls) == ["below", "get-parameter", "list"]


def test_a_silent_region_is_named_and_the_others_are_shown(stand: Stand) -> None:
    stand.stage(b"one", version="1.0.0")
    stand.world.fail(call="list", region="eu-west-1", times=None)
    found = look(stand)
    assert list(found.stocks) == ["us-east-1", "us-west-2"]
    assert list(found.errors) == ["eu-west-1"]
    assert [warned.text for warned in stand.reporter.of(Warned) if "eu-west-1" in warned.text]


def test_where_no_region_answers_that_is_said(stand: Stand) -> None:
    stand.world.fail(call="list", times=None)
    with pytest.raises(Unavailable):
        look(stand)


def test_the_world_is_asked_of_its_prefixes_alone(stand: Stand) -> None:
    stand.world = FakeAws.prepared(key_prefix="artifacts/", parameter_prefix="")
    stand.stage(b"one", version="1.0.0")
    stand.world.plant(bucket_name(PRODUCTION, "us-east-1"), f"{PROJECT}@2.0.0", b"x")
    found = look(stand)
    assert [version.text for version in found.versions(PROJECT)] == ["1.0.0"]
    assert list(found.channels(PROJECT)) == ["latest"]
    assert look(stand, None).projects() == [PROJECT], "the configuration's own parameters are no channels"
