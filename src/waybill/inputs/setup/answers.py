"""The answers to `setup init` from a file, YAML or JSON: the parts of `waybill.yaml`, and the names of its questions.

Startifact's own names are understood, so that the organisation configuration of an organisation that has one is a
beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from waybill.domain.configuration import split_regions
from waybill.errors import InputError
from waybill.inputs.file.places import Place, Places
from waybill.inputs.file.text import read_text
from waybill.inputs.file.tree import NotYaml, read_tree
from waybill.inputs.setup.read import check

QUESTIONS: Mapping[str, Place] = MappingProxyType(
    {
        "configuration-parameter": ("configuration", "parameter"),
        "bucket-parameter": ("configuration", "bucket-parameter"),
        "key-prefix": ("prefixes", "key"),
        "parameter-prefix": ("prefixes", "parameter"),
        "bucket_name_param": ("configuration", "bucket-parameter"),
        "bucket_key_prefix": ("prefixes", "key"),
        "parameter_name_prefix": ("prefixes", "parameter"),
    }
)
"""Where the answers to Startifact's questions stand in `waybill.yaml`: by our names, and by its own."""

IGNORED = frozenset({"save_ok"})
"""Startifact's last question: whether to save."""


def read_answers(path: Path, *, regions: frozenset[str]) -> dict[str, Any]:
    """Return the file that the answers make. Raises `InputError` with every fault of theirs."""
    places = Places(str(path))
    text = read_text(path, advice="It has the parts of waybill.yaml that you know; docs/setup.md has an example.")
    try:
        value = read_tree(text, places)
    except NotYaml as error:
        places.found.clear()
        places.fault((), error.rule, line=error.line)
        raise InputError(places.faults()) from error
    file = _put_in_place(value, places) if isinstance(value, dict) else value
    check(file, places, regions=regions)
    if places.found:
        raise InputError(places.faults(), "Nothing was written. docs/setup.md describes every key.")
    return dict(file)


def _put_in_place(answers: Mapping[str, Any], places: Places) -> dict[str, Any]:
    file: dict[str, Any] = {"schema": 1}
    for key, value in answers.items():
        if key in QUESTIONS:
            part, inner = QUESTIONS[key]
            place = (part, inner)
            places.lines[place] = places.lines[(key,)]
            places.texts[place] = places.texts.get((key,), "")
            places.names[place] = key
            below = file.setdefault(str(part), {})
            if isinstance(below, dict):
                below[inner] = value
        elif key == "regions" and isinstance(value, str):
            file[key] = list(split_regions(value))
        elif key not in IGNORED:
            file[key] = {**file.get(key, {}), **value} if isinstance(value, dict) else value
    return file
