"""A file's value, or one error that says why there is none."""

from __future__ import annotations

from typing import Any

from waybill.errors import InputError
from waybill.inputs.file.places import Places
from waybill.inputs.file.tree import NotYaml, read_tree


def read_value(text: str, places: Places) -> Any:
    """Return the value of `text`; `places` takes lines and faults. Raises `InputError` where it is no YAML."""
    try:
        return read_tree(text, places)
    except NotYaml as error:
        places.found.clear()
        places.fault((), error.rule, line=error.line)
        raise InputError(places.faults()) from error
