"""User metadata: flat strings beside an artifact, in Startifact's format."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from unicodedata import category

from waybill.domain import stored

RESERVED_PREFIX = "startifact:"
FILENAME_KEY = "startifact:filename"
MAX_VALUE_BYTES = 2048
MAX_DOCUMENT_BYTES = 256 * 1024
"""Metadata is small, and is read back whole, with the waybill that repeats it, whenever its version is looked at."""

EXAMPLE = "lang=dotnet"

_LINE_END = re.compile(r"\r\n|\r|\n")


def parse_lines(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Read lines `key=value`, each split at the first `=`; blank lines are passed over.

    Returns the metadata and the faults, each as (the line, the rule it breaks).
    """
    found: dict[str, str] = {}
    faults: list[tuple[str, str]] = []
    for line in filter(str.strip, _LINE_END.split(text)):
        key, separator, value = line.strip().partition("=")
        key = key.strip()
        rule = _rule(key, separator, value, found)
        if rule:
            faults.append((line.strip(), rule))
        else:
            found[key] = value
    size = len(document(found, None) or b"")
    if size > MAX_DOCUMENT_BYTES:
        faults.append((f"{len(found)} keys", f"takes {size} bytes as stored, of at most {MAX_DOCUMENT_BYTES}."))
    return found, faults


def _rule(key: str, separator: str, value: str, found: Mapping[str, str]) -> str | None:
    if not separator:
        return "must be `key=value`; there is no `=`."
    if not key:
        return "must have a key before the first `=`."
    if key in found:
        return f"gives the key {key!r} twice."
    if key.startswith(RESERVED_PREFIX):
        return f"uses a reserved key: those that begin with `{RESERVED_PREFIX}` are Startifact's own."
    if len(value.encode("utf-8", "surrogatepass")) > MAX_VALUE_BYTES:
        return f"has a value over {MAX_VALUE_BYTES} bytes."
    if any(category(character) in {"Cc", "Cs"} for character in line_of(key, value)):
        return "has a control character or broken Unicode in it."
    return None


def line_of(key: str, value: str) -> str:
    """Return the line that `parse_lines` reads as this pair."""
    return f"{key}={value}"


def document(metadata: Mapping[str, str], file_name: str | None) -> bytes | None:
    """Return the bytes to store at `{artifact}/metadata`, or None where there is no metadata at all."""
    whole = dict(metadata)
    if file_name is not None:
        whole[FILENAME_KEY] = file_name
    if not whole:
        return None
    return json.dumps(whole, indent=2, sort_keys=True).encode("utf-8")


def parse_document(raw: bytes) -> dict[str, str]:
    """Read a stored metadata document. Raises `ValueError` when it is not a flat JSON object of strings."""
    return stored.texts(stored.load_object(raw))


def split_document(raw: bytes | None) -> tuple[dict[str, str], str | None]:
    """Return the metadata and the file name that a stored document holds. Raises `ValueError` as `parse_document`."""
    whole = {} if raw is None else parse_document(raw)
    return {key: value for key, value in whole.items() if key != FILENAME_KEY}, whole.get(FILENAME_KEY)
