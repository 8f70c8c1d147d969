from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from contract.places import REGION, Place
from fakes.aws import BUCKET_PARAMETER, PRODUCTION, REGIONS, bucket_name
from waybill.ports.account import Parameters, PutResult


@pytest.fixture
def parameters(place: Place) -> Parameters:
    return place.account.region(REGION).parameters


def test_nothing_is_there_until_it_is_put(place: Place, parameters: Parameters) -> None:
    name = place.new_parameter()
    assert parameters.get("/buckets/staging") is not None
    assert list(parameters.history(name)) == []


def test_what_was_put_is_there(place: Place, parameters: Parameters) -> None:
    name = place.new_parameter()
    assert parameters.put(name, "1.2.3-rc.1+b", create=True) is PutResult.WRITTEN
    assert list(parameters.history(name)) == ["1.2.3-rc.1+b"]


def test_p3_a_creation_never_overwrites(place: Place, parameters: Parameters) -> None:
    name = place.new_parameter()
    parameters.put(name, "1.0.0", create=True)
    assert parameters.put(name, "2.0.0", create=True) is PutResult.EXISTS
    assert list(parameters.history(name)) == ["1.0.0"]


def test_history_is_oldest_first_and_has_every_put_even_of_the_same_value(place: Place, parameters: Parameters) -> None:
    name = place.new_parameter()
    for number, value in enumerate(["2.0.0", "1.0.0", "1.0.0", "3.0.0"]):
        assert parameters.put(name, value, create=number == 0) is PutResult.WRITTEN
    assert list(parameters.history(name)) == ["2.0.0", "1.0.0", "1.0.0", "3.0.0"]


def test_a_history_longer_than_a_page_is_whole(place: Place, parameters: Parameters) -> None:
    name, values = place.new_parameter(), [f"1.0.{number}" for number in range(60)]
    for value in values:
        parameters.put(name, value, create=False)
    assert list(parameters.history(name)) == values


@pytest.mark.lax("history-of-100")
def test_a_history_keeps_the_last_hundred(place: Place, parameters: Parameters) -> None:
    name, values = place.new_parameter(), [f"1.0.{number}" for number in range(103)]
    for value in values:
        parameters.put(name, value, create=False)
    assert list(parameters.history(name)) == values[-100:]


def test_p3_one_of_many_racing_creations_wins(place: Place, parameters: Parameters) -> None:
    name, values = place.new_parameter(), [f"1.0.{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(lambda value: parameters.put(name, value, create=True), values))
    winners = [value for value, end in zip(values, ends, strict=True) if end is PutResult.WRITTEN]
    assert list(parameters.history(name)) == winners
    assert len(winners) == 1


def test_each_region_has_parameters_of_its_own(place: Place) -> None:
    for region in REGIONS:
        found = place.account.region(region).parameters.get(BUCKET_PARAMETER)
        assert found == bucket_name(PRODUCTION, region)
    name = place.new_parameter()
    place.account.region(REGIONS[1]).parameters.put(name, "1.0.0", create=True)
    assert list(place.account.region(REGIONS[2]).parameters.history(name)) == []


def test_what_lies_below_a_path_is_found_at_every_depth_and_nothing_beside_it(
    place: Place, parameters: Parameters
) -> None:
    project = place.new_parameter().removesuffix("/latest")
    written = {f"{project}/c{number:02}": f"1.0.{number}" for number in range(11)} | {f"{project}/deep/er/x": "2.0.0"}
    for name, value in written.items():
        parameters.put(name, value, create=True)
    parameters.put(f"{project}/c00", "3.0.0", create=False)
    parameters.put(f"{project}-beside/latest", "4.0.0", create=True)
    assert dict(parameters.below(project)) == written | {f"{project}/c00": "3.0.0"}
    assert dict(parameters.below(f"{project}/")) == dict(parameters.below(project))
    assert dict(parameters.below(f"{project}/deep")) == {f"{project}/deep/er/x": "2.0.0"}
    assert dict(parameters.below(f"{project}/nothing")) == {}


def test_below_the_prefix_every_project_shows_and_the_root_has_all(place: Place, parameters: Parameters) -> None:
    name = place.new_parameter()
    parameters.put(name, "1.0.0", create=True)
    assert parameters.below("/artifacts")[name] == "1.0.0"
    assert {name, BUCKET_PARAMETER} <= parameters.below("/").keys()
    assert BUCKET_PARAMETER not in parameters.below("/artifacts")


def test_what_is_deleted_is_gone_with_its_history_and_may_be_created_again(
    place: Place, parameters: Parameters
) -> None:
    name = place.new_parameter()
    for number, value in enumerate(["1.0.0", "1.1.0"]):
        parameters.put(name, value, create=number == 0)
    assert parameters.delete(name) is True
    assert list(parameters.history(name)) == []
    assert parameters.delete(name) is False
    assert parameters.put(name, "2.0.0", create=True) is PutResult.WRITTEN
    assert list(parameters.history(name)) == ["2.0.0"]
