"""The reading of `access.yaml`, whole: every fault of the file in one error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from waybill.domain.access.grants import Access
from waybill.domain.setup.estate import Estate
from waybill.errors import Fault, InputError
from waybill.inputs.access import cross
from waybill.inputs.access.build import build, estate_of
from waybill.inputs.file.loose import text as text_at
from waybill.inputs.file.places import Places
from waybill.inputs.file.shape import check_shape, schema, validator
from waybill.inputs.file.text import read_text
from waybill.inputs.file.value import read_value
from waybill.inputs.setup import read_estate

DESCRIBED = "docs/access.md describes every key."
MAKE_ONE = "docs/access.md has one to begin with, and --config names one that is elsewhere."


def read_access(path: Path, *, regions: frozenset[str]) -> Access:
    """Return what the file says; `regions` are all that the SDK knows.

    Raises `InputError` with every fault of the file, in its order, and after them those of its `config`.
    """
    places = Places(str(path))
    value = read_value(read_text(path, advice=MAKE_ONE, by="access"), places)
    estate, others = check(value, places, path.parent, regions=regions)
    if places.found or others or estate is None:
        raise InputError([*places.faults(), *others], DESCRIBED)
    return build(value, estate)


def check(value: Any, places: Places, folder: Path, *, regions: frozenset[str]) -> tuple[Estate | None, list[Fault]]:
    """Tell `places` of every fault of a file's value; return the accounts and regions, and the faults of `config`."""
    check_shape(value, places, validator(schema("access")))
    if not isinstance(value, dict):
        return None, []
    estate, others = _estate(folder, value, places, regions)
    cross.check(value, places, estate, regions)
    return estate, others


def _estate(
    folder: Path, value: dict[str, Any], places: Places, regions: frozenset[str]
) -> tuple[Estate | None, list[Fault]]:
    """Return the accounts and regions, as far as they are right; and the faults of another file that has them."""
    config = text_at(value, "config")
    if config:
        try:
            return read_estate(folder / config, regions=regions), []
        except InputError as error:
            return None, list(error.faults)
    return (None if places.wrong(("accounts",)) or places.wrong(("regions",)) else estate_of(value)), []
