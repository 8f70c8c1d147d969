"""Which version is meant, by what all regions of an account say."""

from __future__ import annotations

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.stand import PROJECT, Stand, plant_whole
from waybill.cancel import Cancellation
from waybill.commands.account.find import open_shelves, resolve
from waybill.commands.account.target import reach
from waybill.commands.account.wants import reading
from waybill.domain.identity import Identity
from waybill.domain.request import Place
from waybill.domain.selector import parse
from waybill.errors import ConflictError, InputError, Unavailable
from waybill.progress import Warned

CHANNEL = f"/artifacts/{PROJECT}/production"


def found(stand: Stand, text: str, *, surely: bool = False) -> str:
    """Return the version that is meant."""
    tools = stand.tools(stand.world.gateway(), Cancellation())
    place = Place(identity=Identity(), config_regions=REGIONS)
    target = reach(place, reading(place, PROJECT), tools)
    return resolve(parse(text), "version", PROJECT, open_shelves(target, tools), tools, surely=surely).text


def named(stand: Stand, *values: str | None) -> None:
    """Have the channel name these, region by region."""
    for region, value in zip(REGIONS, values, strict=True):
        if value is not None:
            stand.world.set_parameter(region, PRODUCTION, CHANNEL, value)


@pytest.fixture
def stored(stand: Stand) -> Stand:
    """A world with three versions, one of which only a single region has."""
    for version, regions in (("1.4.0", REGIONS), ("1.10.0", REGIONS[2:]), ("2.0.0", REGIONS)):
        for region in regions:
            plant_whole(stand.world, region, version=version)
    return stand


def test_a_version_is_itself_whatever_is_stored(stored: Stand) -> None:
    assert found(stored, "7.0.0") == "7.0.0"


def test_a_range_takes_the_highest_that_any_region_stores(stored: Stand) -> None:
    assert found(stored, "^1.2") == "1.10.0"


def test_a_range_that_matches_nothing_names_the_nearest(stored: Stand) -> None:
    with pytest.raises(InputError, match=r"version: '\^3'.*the nearest are 2\.0\.0, 1\.10\.0, 1\.4\.0"):
        found(stored, "^3")


def test_what_lies_below_a_key_is_no_version(stored: Stand) -> None:
    stored.world.plant(bucket_name(PRODUCTION, REGIONS[0]), f"{PROJECT}@9.0.0/metadata", b"{}")
    with pytest.raises(InputError):
        found(stored, "^9")


def test_a_channel_is_what_all_regions_say(stored: Stand) -> None:
    named(stored, "1.4.0", "1.4.0", "1.4.0")
    assert found(stored, "production") == "1.4.0"


def test_one_lagging_region_of_three_does_not_stop_it(stored: Stand) -> None:
    named(stored, "2.0.0", "1.4.0", "2.0.0")
    assert found(stored, "production") == "2.0.0"


@pytest.mark.parametrize("values", [("2.0.0", "1.4.0", None), ("2.0.0", "1.4.0", "1.10.0"), ("2.0.0", None, None)])
def test_no_majority_is_a_conflict(values: tuple[str | None, ...], stored: Stand) -> None:
    named(stored, *values)
    with pytest.raises(ConflictError, match="do not agree"):
        found(stored, "production")


def test_two_answers_of_three_that_agree_are_enough_though_one_is_silent(stored: Stand) -> None:
    named(stored, "2.0.0", "2.0.0", "1.4.0")
    stored.world.fail(call="get-parameter", region=REGIONS[2], times=None)
    assert found(stored, "production") == "2.0.0"
    assert [event for event in stored.reporter.events if isinstance(event, Warned)]


def test_too_few_answers_are_no_answer(stored: Stand) -> None:
    named(stored, "2.0.0", "2.0.0", "2.0.0")
    for region in REGIONS[1:]:
        stored.world.fail(call="get-parameter", region=region, times=None)
    with pytest.raises(Unavailable):
        found(stored, "production")


def test_a_channel_that_does_not_exist_is_named_with_its_parameter(stored: Stand) -> None:
    with pytest.raises(InputError, match=f"is no channel of {PROJECT}.*{CHANNEL}"):
        found(stored, "production")


def test_what_is_no_version_is_never_taken_for_one(stored: Stand) -> None:
    named(stored, "2.0.0", "main", "2.0.0")
    assert found(stored, "production") == "2.0.0"
    named(stored, "main", "main", "2.0.0")
    with pytest.raises(ConflictError, match="not a version"):
        found(stored, "production")


@pytest.mark.parametrize("call", ["list", "get-parameter"])
def test_a_range_with_a_silent_region_is_a_warning_to_who_reads_and_unknown_to_who_writes(
    call: str, stored: Stand
) -> None:
    stored.world.fail(call=call, region=REGIONS[2], times=None)
    assert found(stored, "^1.2") == "1.4.0"
    said = [warned.text for warned in stored.reporter.of(Warned)]
    assert any(f"{REGIONS[2]} may store a higher one" in text for text in said), said
    with pytest.raises(Unavailable, match=REGIONS[2]) as caught:
        found(stored, "^1.2", surely=True)
    assert "Name the version itself" in caught.value.advice


def test_what_may_lie_in_a_silent_region_is_not_said_to_be_nowhere(stored: Stand) -> None:
    stored.world.fail(call="list", region=REGIONS[2], times=None)
    with pytest.raises(Unavailable):
        found(stored, "~1.10")


@pytest.mark.parametrize("region", REGIONS)
def test_a_range_leaves_out_what_is_being_pruned(region: str, stored: Stand) -> None:
    stored.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.10.0/tombstone.json", b"{}")
    assert found(stored, "^1.2") == "1.4.0"
    assert found(stored, "^1.2", surely=True) == "1.4.0"
