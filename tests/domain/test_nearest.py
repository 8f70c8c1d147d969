from __future__ import annotations

import pytest

from waybill.domain.nearest import nearest_first

REGIONS = ("us-east-1", "us-west-2", "us-gov-west-1", "eu-west-1", "eu-central-1", "ap-southeast-2")


@pytest.mark.parametrize(
    ("home", "first"),
    [
        ("us-west-2", ["us-west-2", "us-east-1"]),
        ("eu-west-3", ["eu-west-1", "eu-central-1", "us-east-1"]),
        ("us-west-1", ["us-west-2", "us-east-1", "eu-west-1"]),
        ("us-gov-east-1", ["us-gov-west-1", "us-east-1"]),
        ("ap-northeast-1", ["ap-southeast-2", "us-east-1"]),
        ("sa-east-1", ["us-east-1", "us-west-2", "eu-west-1"]),
    ],
)
def test_regions_whose_names_begin_alike_come_first(home: str, first: list[str]) -> None:
    found = nearest_first(REGIONS, home)
    assert sorted(found) == sorted(REGIONS)
    assert list(found[: len(first)]) == first


@pytest.mark.parametrize("home", ["us-west-2", "us-west-1", "us-east-1", "sa-east-1", "eu-west-1"])
def test_another_partition_is_never_nearer(home: str) -> None:
    assert nearest_first(REGIONS, home)[-1] == "us-gov-west-1"


@pytest.mark.parametrize("home", [None, "", "mars-north-1"])
def test_without_a_home_the_configurations_order_stands(home: str | None) -> None:
    found = [region for region in nearest_first(REGIONS, home) if region != "us-gov-west-1"]
    assert found == [region for region in REGIONS if region != "us-gov-west-1"]
