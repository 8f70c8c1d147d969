"""The forms of the files that people write: described key by key, and in words where they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from inputs.setup.example import ROOT
from waybill.inputs.file.shape import schema, validator

FORMS = {name: schema(name) for name in ("waybill", "access")}
every_form = pytest.mark.parametrize("name", FORMS)


def keys(form: dict[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every key that people write, with its part of the schema."""
    for name, part in form.get("properties", {}).items():
        yield f"{place}{name}", part
        yield from keys(part, f"{place}{name}.")
        for choice in part.get("anyOf", ()):
            yield from keys(choice, f"{place}{name}.")


def every_key() -> Iterator[Any]:
    for file, form in FORMS.items():
        found = [*keys(form), *(item for name, part in form["$defs"].items() for item in keys(part, f"{name}."))]
        yield from (pytest.param(form, part, id=f"{file} {place}") for place, part in found)


EVERY = list(every_key())


@every_form
def test_it_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(FORMS[name])


@pytest.mark.parametrize(("form", "part"), EVERY)
def test_every_key_is_described_and_has_an_example_that_would_do(form: dict[str, Any], part: dict[str, Any]) -> None:
    assert part["description"].endswith(".")
    for example in part["examples"]:
        checker = Draft202012Validator({**part, "$defs": form["$defs"]})
        assert list(checker.iter_errors(example)) == []


@pytest.mark.parametrize(("form", "part"), EVERY)
def test_a_default_is_named_in_the_description(form: dict[str, Any], part: dict[str, Any]) -> None:
    del form
    if part.get("default") not in {None, ""} if not isinstance(part.get("default"), list) else False:
        told = part["default"] if isinstance(part["default"], str) else json.dumps(part["default"])
        assert f"Left out: {told}." in part["description"]


def patterns(form: Any) -> Iterator[dict[str, Any]]:
    if isinstance(form, dict):
        if "pattern" in form:
            yield form
        for inner in form.values():
            yield from patterns(inner)
    elif isinstance(form, list):
        for inner in form:
            yield from patterns(inner)


@every_form
def test_every_pattern_takes_whole_texts_and_says_in_words_what_it_takes(name: str) -> None:
    for form in patterns(FORMS[name]):
        assert form["pattern"].startswith("^")
        assert form["pattern"].endswith("$")
        assert form["patternErrorMessage"].startswith("must be")


@every_form
def test_no_object_takes_keys_that_nobody_knows(name: str) -> None:
    def objects(form: Any) -> Iterator[dict[str, Any]]:
        if isinstance(form, dict):
            if form.get("type") == "object":
                yield form
            for inner in form.values():
                yield from objects(inner)
        elif isinstance(form, list):
            for inner in form:
                yield from objects(inner)

    assert [form for form in objects(FORMS[name]) if "additionalProperties" not in form] == []


@every_form
def test_the_example_has_the_form_and_says_where_editors_find_the_schema(name: str) -> None:
    example = ROOT / "examples" / f"{name}.yaml"
    text = example.read_text()
    assert list(validator(FORMS[name]).iter_errors(yaml.safe_load(text))) == []
    first = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert json.loads((example.parent / first).read_text()) == FORMS[name]
