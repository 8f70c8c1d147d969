"""Looks into a file that may have any form: what has another than it should is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waybill.inputs.file.places import Place

Texts = list[tuple[Place, str]]


def child(value: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the mapping below a key; empty where there is none."""
    inner = value.get(key)
    return inner if isinstance(inner, dict) else {}


def children(value: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the named mappings below a key."""
    return ((name, body) for name, body in child(value, key).items() if isinstance(body, dict))


def text(value: Mapping[str, Any], key: str) -> str:
    """Return the text below a key; empty where there is none."""
    inner = value.get(key)
    return inner if isinstance(inner, str) else ""


def items(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Yield the texts of a list with their places."""
    if isinstance(value, list):
        yield from (((*place, number), item) for number, item in enumerate(value) if isinstance(item, str))


def at(value: Mapping[str, Any], place: Place, key: str) -> Iterator[tuple[Place, str]]:
    """Yield the text below a key, or the texts of the list there, with their places."""
    inner = value.get(key)
    if isinstance(inner, str):
        yield (*place, key), inner
    else:
        yield from items(inner, (*place, key))
