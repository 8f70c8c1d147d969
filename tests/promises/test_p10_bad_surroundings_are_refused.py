"""P10 for what only the account can tell: configuration, regions, buckets, keys, and the names that come of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from fakes.aws import BUCKET_PARAMETER, DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from promises.stand import REQUEST, Stand
from waybill.cancel import Cancellation
from waybill.commands.stage import stage
from waybill.domain.arns import KeyArn
from waybill.domain.configuration import Overrides
from waybill.domain.request import KmsChoice
from waybill.domain.require import Require
from waybill.domain.result import Result
from waybill.errors import ExitCode, Fault, InputError
from waybill.packing import Packed

CONFIGURED = {
    "regions": ",".join(REGIONS),
    "bucket_name_param": BUCKET_PARAMETER,
    "bucket_key_prefix": "",
    "parameter_name_prefix": "/artifacts",
}
ALONE = Overrides(regions=REGIONS, bucket_parameter=BUCKET_PARAMETER, parameter_prefix="/artifacts")


def configure(stand: Stand, text: str) -> None:
    for region in REGIONS:
        stand.world.set_parameter(region, PRODUCTION, "/startifact", text)


def refused(stand: Stand, **changes: Any) -> str:
    """Return what is said of a run that must be refused as bad input, before anything is written."""
    end = stand.end(**changes)
    assert getattr(end, "exit_code", None) == ExitCode.INPUT, end
    assert not stand.world.writes()
    assert all(not call.is_write for call in stand.world.calls.log())
    return f"{end.error}\n{end.advice}" if isinstance(end, Result) else str(end)


def faults(stand: Stand, **changes: Any) -> list[Fault]:
    """Return the faults of a run that must be refused before a plan can be made."""
    end = stand.end(**changes)
    assert isinstance(end, InputError), end
    assert not stand.world.writes()
    assert all(fault.rule and fault.example for fault in end.faults), end
    return list(end.faults)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '"x"', "null", '{"regions": ["a"]}', '{"regions": 1}', "[" * 9999], ids=repr
)
def test_a_configuration_that_is_none(text: str, stand: Stand) -> None:
    if text == "":
        for region in REGIONS:
            stand.world.delete_parameter(region, PRODUCTION, "/startifact")
    else:
        configure(stand, text)
    assert {fault.name for fault in faults(stand)} == {"configuration-parameter"}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"bucket_name_param": ""}, {"bucket-parameter"}),
        ({"bucket_name_param": "a b"}, {"bucket-parameter"}),
        ({"bucket_name_param": "/aws/b"}, {"bucket-parameter"}),
        ({"parameter_name_prefix": "artifacts"}, {"parameter-prefix"}),
        ({"parameter_name_prefix": "/a b"}, {"parameter-prefix"}),
        ({"parameter_name_prefix": "/ssm"}, {"parameter-prefix"}),
        ({"regions": "us-east-1,moon"}, {"regions"}),
        (
            {"regions": "moon", "bucket_name_param": "", "parameter_name_prefix": "x"},
            {"regions", "bucket-parameter", "parameter-prefix"},
        ),
    ],
    ids=lambda value: str(sorted(value)),  # a set's own order differs from process to process
)
def test_a_configuration_with_wrong_values(changes: dict[str, str], names: set[str], stand: Stand) -> None:
    configure(stand, json.dumps(CONFIGURED | changes))
    assert {fault.name for fault in faults(stand)} == names


def test_no_region_is_known_to_ask_in(stand: Stand) -> None:
    assert {fault.name for fault in faults(stand, config_regions=())} == {"regions"}


def test_more_regions_required_than_configured(stand: Stand) -> None:
    assert {fault.name for fault in faults(stand, require=Require("4"))} == {"require"}
    assert not stand.world.writes()


@pytest.mark.parametrize("overrides", [Overrides(), ALONE], ids=["configured", "replaced"])
@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"project": "buckets", "channel": "staging", "prefix": ""}, {"channel"}),
        ({"channel": "aws"}, {"channel"}),
        ({"project": "aws", "prefix": ""}, {"project"}),
        ({"project": "p" * 1100}, {"project"}),
        ({"project": "p" * 1010}, {"project"}),
        ({"channel": "c" * 1010}, {"project"}),
        ({"prefix": "/a" * 14}, {"project"}),
        ({"key_prefix": "k" * 1000}, {"key-prefix", "project"}),
        ({"key_prefix": "k*"}, {"key-prefix"}),
        ({"key_prefix": "k" * 500, "project": "p" * 490}, {"project"}),
        ({"version": f"1.2.3-{'v' * 1000}"}, {"project"}),
    ],
    ids=lambda value: str(sorted(value))[:60],
)
def test_names_that_would_come_out_wrong(
    overrides: Overrides, changes: dict[str, Any], names: set[str], stand: Stand
) -> None:
    rest = dict(changes)
    prefix, key_prefix = rest.pop("prefix", "/artifacts"), rest.pop("key_prefix", "")
    chosen = replace(overrides, parameter_prefix=prefix, key_prefix=key_prefix)
    assert {fault.name for fault in faults(stand, overrides=chosen, **rest)} == names


def test_longest_names_that_fit_do(stand: Stand) -> None:
    assert stand.stage(project="p" * 900, require=Require("3")).exit_code == ExitCode.OK


def test_every_region_that_is_not_prepared_is_named_at_once(stand: Stand) -> None:
    stand.world.delete_parameter(REGIONS[0], PRODUCTION, BUCKET_PARAMETER)
    stand.world.set_parameter(REGIONS[1], PRODUCTION, BUCKET_PARAMETER, "no-such-bucket")
    stand.world.buckets[bucket_name(PRODUCTION, REGIONS[2])].default = stand.world.add_bucket(
        REGIONS[2], "plain", owner=PRODUCTION
    ).default
    said = refused(stand)
    assert "3 inputs are wrong" in said
    assert all(region in said for region in (REGIONS[0], REGIONS[2]))
    assert "no-such-bucket" in said
    assert "kms-key" in said
    assert said.count("Example:") >= 2


def test_a_bucket_without_kms_is_taken_where_that_is_said(stand: Stand) -> None:
    plain = stand.world.add_bucket(REGIONS[0], "plain", owner=PRODUCTION)
    stand.world.set_parameter(REGIONS[0], PRODUCTION, BUCKET_PARAMETER, plain.name)
    assert stand.stage(kms=KmsChoice(none=True)).exit_code == ExitCode.OK


@pytest.mark.parametrize(
    "kms",
    [
        KmsChoice(one=KeyArn.parse(f"arn:aws:kms:us-east-1:{PRODUCTION}:key/1")),
        KmsChoice(by_region={"us-east-1": KeyArn.parse(f"arn:aws:kms:us-east-1:{PRODUCTION}:key/1")}),
        KmsChoice(by_region={name: KeyArn.parse(f"arn:aws:kms:{name}:{DEVELOPMENT}:alias/none") for name in REGIONS}),
    ],
    ids=["one for all", "too few", "aliases of nothing"],
)
def test_keys_that_do_not_fit_the_regions(kms: KmsChoice, stand: Stand) -> None:
    said = refused(stand, kms=kms)
    assert "kms-key" in said


def test_a_key_lookup_that_is_denied_is_no_bad_input(stand: Stand) -> None:
    for region in REGIONS:
        stand.world.deny("default-encryption", region=region)
    end = stand.end()
    assert isinstance(end, Result)
    assert end.exit_code == ExitCode.IDENTITY
    assert not stand.world.writes()


def test_what_cannot_be_packed_is_refused_before_any_region_is_asked(stand: Stand) -> None:
    def pack() -> Packed:
        raise InputError([Fault("path", "app.bin", "is gone.", "dist/app.zip")])

    with pytest.raises(InputError):
        stage(REQUEST, pack, stand.tools(stand.world.gateway(), Cancellation()))
    assert {call.call for call in stand.world.calls.log()} <= {"enter", "caller", "get-parameter"}
