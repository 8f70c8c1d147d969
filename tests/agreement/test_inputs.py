"""Every input that is offered is read, under the name that it is offered by; nothing else is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from waybill.domain.waybill import Origin
from waybill.errors import Fault, InputError
from waybill.inputs import stage
from waybill.inputs.options import read_words, usage
from waybill.inputs.spec import Kind
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.stage import STAGE
from waybill.packing import Selection

GOOD = {"project": "SugarWater", "version": "1.2.3", "path": "app.bin"}
BAD: Mapping[str, str] = {
    "project": "a/b",
    "version": "v1.2.3",
    "path": "nowhere",
    "metadata": "no-equals-sign",
    "filename": "maybe",
    "content-type": "no type",
    "compress": "maybe",
    "allow-empty": "maybe",
    "regions": "us-nowhere-1",
    "configuration-parameter": "no spaces please",
    "bucket-parameter": "no spaces please",
    "key-prefix": "no spaces please",
    "parameter-prefix": "no-slash",
    "oidc-role": "github",
    "audience": "two words",
    "role": "waybill-stage",
    "role-external-id": "no spaces please",
    "role-session-name": "no spaces please",
    "role-duration": "a while",
    "expected-account": "production",
    "session-tags": "maybe",
    "kms-key": "alias/mine",
    "channel": "Latest",
    "update-channel": "older",
    "reinstate": "maybe",
    "require": "some",
    "resume": "maybe",
    "dry-run": "maybe",
    "summary": "maybe",
}


def survey(path: str, allow_empty: bool, compress: bool) -> Selection:
    raise InputError([Fault("path", path, "does not exist.")])


AROUND = Surroundings(
    origin=Origin(),
    tag=None,
    places=("us-east-1",),
    parameter="",
    regions=frozenset({"us-east-1", "eu-west-1"}),
    survey=survey,
)


def test_every_input_has_a_wrong_value_here() -> None:
    assert list(BAD) == [item.name for item in STAGE.inputs]


@pytest.mark.parametrize("name", BAD)
def test_p10_a_wrong_value_is_a_fault_of_the_input_by_its_yaml_name(name: str) -> None:
    with pytest.raises(InputError) as caught:
        stage.read({**GOOD, name: BAD[name]}, AROUND)
    faults = [fault for fault in caught.value.faults if fault.name == name]
    assert faults, caught.value
    assert BAD[name] in {fault.value for fault in faults}
    assert {fault.name for fault in caught.value.faults} <= {name, "path"}


def test_p10_all_of_them_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        stage.read(BAD, AROUND)
    told = {fault.name for fault in caught.value.faults}
    assert told == set(BAD)


@pytest.mark.parametrize("item", STAGE.inputs, ids=[item.name for item in STAGE.inputs])
def test_every_input_is_an_option_of_the_same_name(item: object) -> None:
    assert item in STAGE.inputs
    found = next(one for one in STAGE.inputs if one is item)
    words = read_words(STAGE, [f"--{found.name}", *([] if found.kind is Kind.FLAG else ["x"])])
    assert words.values == {found.name: "true" if found.kind is Kind.FLAG else "x"}
    assert not words.faults
    assert f"--{found.name}" in usage(STAGE)


def test_defaults_are_values_that_are_taken() -> None:
    given = {item.name: item.default for item in STAGE.inputs} | GOOD
    with pytest.raises(InputError) as caught:
        stage.read(given, AROUND)
    assert {fault.name for fault in caught.value.faults} == {"path"}, "the survey of this test finds nothing"


def test_examples_are_values_that_are_taken() -> None:
    given = {item.name: item.example for item in STAGE.inputs if item.example}
    regions = frozenset({"us-east-1", "eu-west-1"})
    around = Surroundings(origin=Origin(), tag=None, places=(), parameter="", regions=regions, survey=survey)
    given |= {
        "oidc-role": given["oidc-role"],
        "kms-key": "\n".join(given["kms-key"].replace("us-east-1", region) for region in ("us-east-1", "eu-west-1")),
    }
    with pytest.raises(InputError) as caught:
        stage.read(given, around)
    assert {fault.name for fault in caught.value.faults} == {"path"}, caught.value
