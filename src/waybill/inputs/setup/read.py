"""The reading of `waybill.yaml`, whole: every fault of the file in one error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from waybill.domain.setup.estate import Estate
from waybill.errors import InputError
from waybill.inputs.file.places import Places
from waybill.inputs.file.shape import check_shape, schema, validator
from waybill.inputs.file.text import read_text
from waybill.inputs.file.tree import NotYaml, read_tree
from waybill.inputs.setup import cross
from waybill.inputs.setup.buckets import check_buckets
from waybill.inputs.setup.build import build
from waybill.inputs.setup.made import check_made
from waybill.inputs.setup.packages import check_packages

DESCRIBED = "docs/setup.md describes every key."


def read_estate(path: Path, *, regions: frozenset[str]) -> Estate:
    """Return what the file says; `regions` are all that the SDK knows.

    Raises `InputError` with every fault of the file, in its order; each is named by its line and its place.
    """
    places = Places(str(path))
    text = read_text(path)
    try:
        value = read_tree(text, places)
    except NotYaml as error:
        places.found.clear()
        places.fault((), error.rule, line=error.line)
        raise InputError(places.faults()) from error
    check(value, places, regions=regions)
    if places.found:
        raise InputError(places.faults(), DESCRIBED)
    return build(value)


def check(value: Any, places: Places, *, regions: frozenset[str]) -> None:
    """Tell `places` of every fault of a file's value: of its form, and between its parts."""
    check_shape(value, places, validator(schema()))
    if not isinstance(value, dict):
        return
    cross.check_accounts(value, places)
    cross.check_regions(value, places, regions)
    cross.check_references(value, places)
    cross.check_names(value, places)
    cross.check_entering(value, places)
    cross.check_pipelines(value, places)
    cross.check_owners(value, places)
    check_buckets(value, places)
    check_made(value, places)
    check_packages(value, places)
