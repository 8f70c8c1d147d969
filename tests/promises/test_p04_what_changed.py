"""P4: a run that wrote, or may have written, says `changed`; one that wrote nothing does not."""

from __future__ import annotations

import pytest

from fakes.aws import PRODUCTION, REGIONS
from promises.stand import CHANNEL, KEY, METADATA, Stand, plant_whole
from waybill.domain.result import ChannelOutcome
from waybill.errors import ExitCode


@pytest.mark.parametrize(
    ("key", "note"),
    [(f"{KEY}$", "may be stored"), ("metadata$", "artifact is stored"), ("waybill.json$", "artifact is stored")],
)
def test_a_write_whose_answer_is_lost_may_have_changed_something(key: str, note: str, stand: Stand) -> None:
    for region in REGIONS[:2]:
        plant_whole(stand.world, region, metadata=METADATA)
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "1.2.3")
    stand.world.fail(call="put", region=REGIONS[2], key=key, when="after")
    result = stand.stage(metadata=METADATA)
    assert (result.exit_code, result.changed) == (ExitCode.PARTIAL, True)
    assert note in (result.regions[2].note or "")
    assert [region.note for region in result.regions[:2]] == [None, None]


def test_a_channel_whose_answer_is_lost_may_have_moved(stand: Stand) -> None:
    for region in REGIONS:
        plant_whole(stand.world, region)
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "1.2.3" if region != REGIONS[1] else "1.0.0")
    stand.world.fail(call="put-parameter", region=REGIONS[1], when="after")
    result = stand.stage()
    assert (result.exit_code, result.changed) == (ExitCode.PARTIAL, True)
    assert result.regions[1].channel is ChannelOutcome.NOT_REACHED
    assert "may have moved" in (result.regions[1].note or "")


def test_writes_that_were_refused_changed_nothing(stand: Stand) -> None:
    stand.world.deny("write")
    result = stand.stage()
    assert (result.exit_code, result.changed) == (ExitCode.IDENTITY, False)
    assert {region.note for region in result.regions} == {None}


def test_what_a_rival_wrote_is_no_change_of_ours(stand: Stand) -> None:
    for region in REGIONS:
        stand.world.on("put", lambda call: plant_whole(stand.world, call.region), region=region, key=f"{KEY}$")
        put = lambda call: stand.world.set_parameter(call.region, PRODUCTION, CHANNEL, "1.2.3")  # noqa: E731
        stand.world.on("put-parameter", put, region=region)
    result = stand.stage()
    assert (result.exit_code, result.changed) == (ExitCode.OK, False)
    assert stand.channels() == ["1.2.3"] * 3
