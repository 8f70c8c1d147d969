"""P5: where a plan may not be carried out, nothing is written, and every reason is told."""

from __future__ import annotations

import pytest

from fakes.aws import BUCKET_PARAMETER, PRODUCTION, REGIONS
from promises.harms import BUT_THE_CONFIGURATION, LAST, denied
from promises.stand import Stand, plant_whole
from waybill.domain.require import Require
from waybill.domain.result import Outcome, Result
from waybill.errors import ArtifactError, ExitCode, InputError


@pytest.mark.parametrize(("require", "refused"), [("all", 1), ("majority", 2), ("1", 3)])
def test_where_too_few_regions_may_be_looked_at_nothing_is_written(require: str, refused: int, stand: Stand) -> None:
    for region in REGIONS[-refused:]:
        denied(stand, region)
    result = stand.end(require=Require(require))
    assert isinstance(result, Result)
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.IDENTITY)
    assert not stand.world.writes()
    assert all(region.error for region in result.regions[-refused:])
    assert result.resume == "waybill stage --path FILE"


def test_where_nobody_answers_nothing_is_written(stand: Stand) -> None:
    for region in REGIONS:
        stand.world.fail(call="*", region=region, key=BUT_THE_CONFIGURATION, times=None)
    result = stand.end()
    assert isinstance(result, Result)
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.UNAVAILABLE)
    assert not stand.world.writes()
    assert result.resume == "waybill stage --path FILE"


def test_a_refusal_does_not_offer_the_build_where_a_region_is_whole(stand: Stand) -> None:
    plant_whole(stand.world, REGIONS[0])
    denied(stand, LAST)
    result = stand.end()
    assert isinstance(result, Result)
    assert result.regions[0].outcome is Outcome.ALREADY
    assert result.resume == "waybill stage --resume"


@pytest.mark.parametrize("require", ["all", "majority", "1"])
def test_a_region_that_is_not_prepared_is_bad_input_whatever_is_required(require: str, stand: Stand) -> None:
    stand.world.delete_parameter(LAST, PRODUCTION, BUCKET_PARAMETER)
    result = stand.end(require=Require(require))
    assert getattr(result, "exit_code", None) == ExitCode.INPUT
    assert not stand.world.writes()


def test_resuming_tells_of_every_region_that_is_not_prepared(stand: Stand) -> None:
    for region in REGIONS:
        stand.world.delete_parameter(region, PRODUCTION, BUCKET_PARAMETER)
    end = stand.end(None)
    assert isinstance(end, InputError)
    assert all(region in end.what for region in REGIONS)


def test_several_reasons_to_refuse_have_the_lowest_code_and_are_all_told(stand: Stand) -> None:
    plant_whole(stand.world, REGIONS[0], b"other byt")
    denied(stand, REGIONS[1])
    stand.world.delete_parameter(LAST, PRODUCTION, BUCKET_PARAMETER)
    result = stand.end()
    assert isinstance(result, Result)
    assert result.exit_code == ExitCode.INPUT
    said = f"{result.error}\n{result.advice}"
    assert "is stored already, and differs" in said
    assert BUCKET_PARAMETER in said
    assert "may not" in said
    assert not stand.world.writes()


def test_one_regions_error_is_not_told_of_another(stand: Stand) -> None:
    for region, why in zip(REGIONS, ("first", "second", "third"), strict=True):
        stand.world.fail(call="list", region=region, error=ArtifactError(why), times=None)
    result = stand.end()
    assert isinstance(result, Result)
    assert [region.error for region in result.regions] == ["first", "second", "third"]
    assert all(why in (result.error or "") for why in ("first", "second", "third"))
