from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.configuration import Organisation, Overrides, faults, parse, split_regions

ONE = Organisation(regions=("us-east-1",), bucket_parameter="/buckets/staging", key_prefix="a/", parameter_prefix="/p")
names = st.from_regex(r"[a-z]{2}-[a-z]{4}-[1-9]", fullmatch=True)


def read(document: object, *, default: tuple[str, ...] = ("eu-west-1",)) -> Organisation:
    return parse(json.dumps(document), parameter="/startifact", default_regions=default)


def test_a_whole_configuration_is_read() -> None:
    document = {
        "regions": "us-east-1,eu-west-1",
        "bucket_name_param": "/buckets/staging",
        "bucket_key_prefix": "staging/",
        "parameter_name_prefix": "/artifacts",
        "save_ok": "yes",
        "something": {"else": 1},
    }
    assert read(document) == Organisation(
        regions=("us-east-1", "eu-west-1"),
        bucket_parameter="/buckets/staging",
        key_prefix="staging/",
        parameter_prefix="/artifacts",
    )


@pytest.mark.parametrize("text", ["", "{}", '{"regions": ""}', '{"regions": " , "}'])
def test_what_is_left_out_has_startifacts_defaults(text: str) -> None:
    found = parse(text, parameter="/startifact", default_regions=("eu-west-1",))
    assert found == Organisation(regions=("eu-west-1",), bucket_parameter="")


@pytest.mark.parametrize(
    "text", ["[]", "null", "x", "{", '"x"', '{"regions": 1}', '{"bucket_name_param": null}', "[" * 100_000]
)
def test_what_is_no_object_of_strings_is_refused_naming_the_parameter(text: str) -> None:
    with pytest.raises(ValueError, match="the parameter /startifact holds"):
        parse(text, parameter="/startifact", default_regions=())


@given(st.lists(names, max_size=6), st.sampled_from([",", ", ", " ", "\n", ",\n"]))
def test_regions_keep_their_order_and_lose_their_doubles(regions: list[str], between: str) -> None:
    assert split_regions(between.join(regions)) == tuple(dict.fromkeys(regions))


@given(
    st.none() | st.just(("a",)),
    st.none() | st.just("/b"),
    st.none() | st.sampled_from(["", "k/"]),
    st.none() | st.sampled_from(["", "/q"]),
)
def test_an_override_replaces_its_value_and_an_empty_prefix_clears_one(
    regions: tuple[str, ...] | None, bucket: str | None, keys: str | None, parameters: str | None
) -> None:
    overrides = Overrides(regions=regions, bucket_parameter=bucket, key_prefix=keys, parameter_prefix=parameters)
    found = overrides.over(ONE)
    assert found.regions == (regions or ONE.regions)
    assert found.bucket_parameter == (bucket or ONE.bucket_parameter)
    assert found.key_prefix == (ONE.key_prefix if keys is None else keys)
    assert found.parameter_prefix == (ONE.parameter_prefix if parameters is None else parameters)


def test_regions_with_a_bucket_parameter_replace_the_configuration_prefixes_unset_being_empty() -> None:
    both = Overrides(regions=("a",), bucket_parameter="/b")
    assert both.replaces_all()
    assert both.alone() == Organisation(regions=("a",), bucket_parameter="/b", key_prefix="", parameter_prefix="")
    assert not Overrides(regions=("a",)).replaces_all()
    assert not Overrides(bucket_parameter="/b").replaces_all()


def test_a_good_configuration_has_no_fault() -> None:
    assert faults(ONE, source="the parameter /startifact") == []
    assert faults(Organisation(regions=("a",), bucket_parameter="b"), source="x") == []


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        (Organisation(regions=(), bucket_parameter="/b"), "regions"),
        (Organisation(regions=("a",), bucket_parameter=""), "bucket-parameter"),
        (Organisation(regions=("a",), bucket_parameter="/aws/x"), "bucket-parameter"),
        (Organisation(regions=("a",), bucket_parameter="/a b"), "bucket-parameter"),
        (Organisation(regions=("a",), bucket_parameter="/b", parameter_prefix="artifacts"), "parameter-prefix"),
        (Organisation(regions=("a",), bucket_parameter="/b", parameter_prefix="/"), "parameter-prefix"),
        (Organisation(regions=("a",), bucket_parameter="/b", parameter_prefix="/x/"), "parameter-prefix"),
        (Organisation(regions=("a",), bucket_parameter="/b", parameter_prefix="/ssm"), "parameter-prefix"),
    ],
)
def test_a_fault_has_the_inputs_name_a_rule_and_an_example(changed: Organisation, name: str) -> None:
    (fault,) = faults(changed, source="the parameter /startifact")
    assert fault.name == name
    assert fault.rule
    assert fault.example


def test_all_faults_are_found_in_one_go() -> None:
    wrong = Organisation(regions=(), bucket_parameter="", parameter_prefix="x y")
    assert [fault.name for fault in faults(wrong, source="x")] == ["regions", "bucket-parameter", "parameter-prefix"]
