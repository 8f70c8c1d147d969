"""Parameter Store in the production account, by the assumed role."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from waybill.sandbox import layout

pytestmark = pytest.mark.engine


@pytest.fixture
def name() -> str:
    return f"/artifacts/demo-{uuid4().hex}/latest"


def code_of(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def put(ssm: Any, name: str, value: str, *, overwrite: bool = True) -> int:
    return int(ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=overwrite)["Version"])


def test_a_parameter_belongs_to_its_account_and_region(clients: Any, production_ssm: Any, name: str) -> None:
    assert put(production_ssm, name, "1.0.0") == 1
    assert production_ssm.get_parameter(Name=name)["Parameter"]["Value"] == "1.0.0"
    for elsewhere in (clients.user("ssm"), clients.stage_role("ssm", "eu-west-1")):
        assert code_of(elsewhere.get_parameter, Name=name) == "ParameterNotFound"
        assert code_of(elsewhere.get_parameter_history, Name=name) == "ParameterNotFound"


def test_without_overwrite_the_first_one_stays(production_ssm: Any, name: str) -> None:
    put(production_ssm, name, "1.0.0", overwrite=False)
    asked = {"Name": name, "Value": "2.0.0", "Type": "String", "Overwrite": False}
    assert code_of(production_ssm.put_parameter, **asked) == "ParameterAlreadyExists"
    assert production_ssm.get_parameter(Name=name)["Parameter"]["Value"] == "1.0.0"


def test_of_many_racing_creators_one_wins(clients: Any, name: str) -> None:
    movers = [clients.stage_role("ssm") for _ in range(8)]

    def create(number: int) -> str:
        try:
            put(movers[number], name, f"1.0.{number}", overwrite=False)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "won"

    with ThreadPoolExecutor(len(movers)) as pool:
        assert sorted(pool.map(create, range(len(movers)))) == ["ParameterAlreadyExists"] * 7 + ["won"]


def test_racing_movers_get_version_numbers_of_their_own(clients: Any, name: str) -> None:
    movers = [clients.stage_role("ssm") for _ in range(8)]
    with ThreadPoolExecutor(len(movers)) as pool:
        given = pool.map(lambda number: put(movers[number], name, f"1.0.{number}"), range(len(movers)))
    assert sorted(given) == list(range(1, 9))


def test_a_hundred_versions_are_kept_and_read_in_pages(production_ssm: Any, name: str) -> None:
    for number in range(1, 104):
        assert put(production_ssm, name, f"1.0.{number}") == number
    pages = list(production_ssm.get_paginator("get_parameter_history").paginate(Name=name))
    kept = [each for page in pages for each in page["Parameters"]]
    assert [len(page["Parameters"]) for page in pages] == [50, 50]
    assert [(each["Version"], each["Value"]) for each in kept] == [(n, f"1.0.{n}") for n in range(4, 104)]


def test_a_labelled_oldest_version_blocks_the_next_put(production_ssm: Any, name: str) -> None:
    for number in range(100):
        put(production_ssm, name, f"1.0.{number}")
    production_ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["v1.0.0"])
    asked = {"Name": name, "Value": "2.0.0", "Type": "String", "Overwrite": True}
    assert code_of(production_ssm.put_parameter, **asked) == "ParameterMaxVersionLimitExceeded"


@pytest.mark.parametrize("value", ["{{x}}", "x" * 4097], ids=["braces", "too-long"])
def test_a_value_that_aws_would_not_take_is_refused(production_ssm: Any, name: str, value: str) -> None:
    asked = {"Name": name, "Value": value, "Type": "String"}
    assert code_of(production_ssm.put_parameter, **asked) == "ValidationException"
    assert code_of(production_ssm.get_parameter, Name=name) == "ParameterNotFound"


@pytest.mark.parametrize("bad", ["/a b", "no/leading", "/a//b", "/a/", "/" + "/".join("x" * 16), "/ssm/x"])
def test_a_name_that_aws_would_not_take_is_refused(production_ssm: Any, bad: str) -> None:
    asked = {"Name": bad, "Value": "1.0.0", "Type": "String"}
    assert code_of(production_ssm.put_parameter, **asked) == "ValidationException"


def test_a_value_of_four_kilobytes_is_taken(production_ssm: Any, name: str) -> None:
    assert put(production_ssm, name, "x" * 4096) == 1


def test_the_prepared_parameters_are_in_every_region_for_the_role(clients: Any) -> None:
    for region in layout.REGIONS:
        answer = clients.stage_role("ssm", region).get_parameter(Name=layout.BUCKET_PARAMETER)
        assert answer["Parameter"]["Value"] == layout.bucket(layout.PRODUCTION, region)
