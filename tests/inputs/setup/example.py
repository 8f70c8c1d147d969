"""The example file, and changes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from waybill.domain.setup.estate import Estate
from waybill.errors import InputError
from waybill.inputs.setup import read_estate

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "waybill.yaml"
REGIONS = frozenset({"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "us-gov-west-1"})


def example() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text())
    return found


def changed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the example with values put (None: taken away) at places such as `accounts/production/id`."""
    file = example()
    for place, value in changes.items():
        *way, last = place.split("|")
        inner = file
        for key in way:
            inner = inner.setdefault(key, {})
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return file


def written(path: Path, text: str | Mapping[str, Any]) -> Path:
    file = path / "waybill.yaml"
    file.write_text(text if isinstance(text, str) else yaml.safe_dump(dict(text), sort_keys=False))
    return file


def read(path: Path, text: str | Mapping[str, Any]) -> Estate:
    return read_estate(written(path, text), regions=REGIONS)


def faults(path: Path, text: str | Mapping[str, Any]) -> list[str]:
    """Return the faults of a file as they are told, without the file's own folder."""
    try:
        read(path, text)
    except InputError as error:
        return [str(fault).replace(f"{path}/", "") for fault in error.faults]
    return []
