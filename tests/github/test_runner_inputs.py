from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waybill.github.inputs import UnknownInput, read_inputs

NAMES = ("project", "version", "content-type", "oidc-role", "role", "dry-run", "an old name")


def test_names_keep_their_hyphens_and_values_lose_their_edges() -> None:
    environ = {
        "INPUT_CONTENT-TYPE": " text/plain\n",
        "INPUT_PROJECT": "SugarWater",
        "INPUT_AN_OLD_NAME": "a\n  b\n",
        "PROJECT": "not an input",
    }
    assert read_inputs(environ, NAMES) == (
        {"project": "SugarWater", "content-type": "text/plain", "an old name": "a\n  b"},
        [],
    )


@pytest.mark.parametrize("value", ["", " ", "\n\t"])
def test_an_empty_input_is_unset(value: str) -> None:
    assert read_inputs({"INPUT_PROJECT": value}, NAMES) == ({}, [])


def test_inputs_come_in_the_order_of_the_names() -> None:
    environ = {"INPUT_VERSION": "1", "INPUT_ROLE": "r", "INPUT_PROJECT": "p"}
    assert list(read_inputs(environ, NAMES)[0]) == ["project", "version", "role"]


@pytest.mark.parametrize(
    ("variable", "name", "nearest"),
    [
        ("INPUT_VERSOIN", "versoin", "version"),
        ("INPUT_CONTENT_TYPE", "content_type", "content-type"),
        ("INPUT_OIDC_ROLE", "oidc_role", "oidc-role"),
        ("INPUT_DRYRUN", "dryrun", "dry-run"),
        ("INPUT_XYZZY", "xyzzy", None),
        ("INPUT_AN-OLD-NAM", "an-old-nam", "an old name"),
    ],
)
def test_an_unknown_input_is_returned_with_the_nearest_known_one(variable: str, name: str, nearest: str | None) -> None:
    given_inputs, unknown = read_inputs({variable: "x", "INPUT_PROJECT": "p"}, NAMES)
    assert given_inputs == {"project": "p"}
    assert unknown == [UnknownInput(name, nearest)]
    assert f"`{name}`" in str(unknown[0])
    assert (f"`{nearest}`" in str(unknown[0])) is (nearest is not None)


def test_an_unknown_input_is_reported_even_when_it_is_empty() -> None:
    assert read_inputs({"INPUT_REGOINS": ""}, ("regions",))[1] == [UnknownInput("regoins", "regions")]


def test_what_every_container_action_accepts_is_not_unknown() -> None:
    assert read_inputs({"INPUT_ARGS": "x", "INPUT_ENTRYPOINT": "y", "INPUT_": "z"}, NAMES) == ({}, [])


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(st.sampled_from(NAMES), st.text(), max_size=7))
def test_what_the_runner_sets_is_what_is_read(inputs: dict[str, str]) -> None:
    environ = {"INPUT_" + name.replace(" ", "_").upper(): value for name, value in inputs.items()}
    wanted = {name: inputs[name].strip() for name in NAMES if inputs.get(name, "").strip()}
    assert read_inputs(environ, NAMES) == (wanted, [])
