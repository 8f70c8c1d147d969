"""Reads JSON from a bucket or a parameter, where anybody may have written it: it is right, or a `ValueError`."""

from __future__ import annotations

import json
from typing import Any


def load_object(raw: bytes | str) -> dict[str, Any]:
    """Return the JSON object that `raw` is."""
    try:
        value = json.loads(raw)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def text(value: object) -> str:
    """Return a string that is one, and that can be written again: JSON may hold halves of characters."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")
    value.encode("utf-8")
    return value


def table(value: object) -> dict[str, Any]:
    """Return an object that is one."""
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is not an object")
    return value


def texts(value: object) -> dict[str, str]:
    """Return a flat object of strings that is one."""
    return {key: text(item) for key, item in table(value).items()}


def items(value: object) -> list[Any]:
    """Return a list that is one."""
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list")
    return value


def size(value: object) -> int:
    """Return a whole number of bytes."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is not a size in bytes")
    return value
