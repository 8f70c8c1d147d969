from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.setup.initial.text import scalar, waybill_yaml

FORM = json.loads((files("waybill") / "schemas" / "waybill.schema.json").read_text())
WHOLE = {key: part["examples"][0] for key, part in FORM["properties"].items()}


@given(st.recursive(st.text() | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_whatever_is_written_is_read_as_the_same(value: Any) -> None:
    text = scalar(value)
    assert "\n" not in text
    if text.isprintable():  # YAML refuses other characters, and so do the rules
        assert yaml.safe_load(text) == value


TAKEN = ("no", "Yes", "null", "~", "0123", "12", "1e3", "2024-01-01", "1:30", "a: b", "a #b", "", "-", "*a")
USUAL = ("us-east-1", "tag:v*", "/startifact", "arn:aws:iam::111111111111:role/x", "acme/website")


@pytest.mark.parametrize("word", TAKEN)
def test_a_text_that_yaml_takes_for_something_else_stands_in_quotes(word: str) -> None:
    assert scalar(word) == json.dumps(word)


@pytest.mark.parametrize("word", USUAL)
def test_usual_texts_stand_plain(word: str) -> None:
    assert scalar(word) == word


def test_everything_that_is_given_is_in_the_file_and_nothing_else() -> None:
    assert yaml.safe_load(waybill_yaml(WHOLE, FORM)) == WHOLE
    little = {"schema": 1, "accounts": {"a": {"id": "111111111111"}}, "regions": ["us-east-1"]}
    assert yaml.safe_load(waybill_yaml(little, FORM)) == little


def test_what_is_left_out_is_there_as_a_comment_that_is_yaml_itself() -> None:
    text = waybill_yaml({"schema": 1, "regions": ["us-east-1"]}, FORM)
    for key, example in WHOLE.items():
        part = text.split(f"\n# {key}:", 1)[1].split("\n\n", 1)[0] if f"\n# {key}:" in text else None
        if part is not None:
            body = "\n".join(line.removeprefix("# ") for line in f"# {key}:{part}".splitlines())
            assert yaml.safe_load(body) == {key: example}
    assert "\n# pipelines:\n" in text


def test_editors_find_the_schema_in_the_first_line() -> None:
    assert waybill_yaml(WHOLE, FORM, schema="../a.json").startswith("# yaml-language-server: $schema=../a.json\n")
