"""The example of access.yaml, and changes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from waybill.domain.access.grants import Access
from waybill.errors import InputError
from waybill.inputs.access import read_access

EXAMPLE = Path(__file__).parents[3] / "examples" / "access.yaml"
REGIONS = frozenset({"us-east-1", "us-west-2", "eu-west-1", "us-gov-west-1"})
REPOSITORY = {"account": "development", "domain": "my_domain", "repository": "my_repo"}


def grant(who: Mapping[str, Any], may: Any, what: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"who": dict(who), "may": may, "what": dict(what), **more}


def file(grants: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return the example's accounts with other grants, and whatever else is other."""
    found: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    return {**found, **({"grants": dict(grants)} if grants is not None else {}), **more}


def written(path: Path, text: str | Mapping[str, Any]) -> Path:
    made = path / "access.yaml"
    made.write_text(text if isinstance(text, str) else yaml.safe_dump(dict(text), sort_keys=False), encoding="utf-8")
    return made


def read(path: Path, text: str | Mapping[str, Any]) -> Access:
    return read_access(written(path, text), regions=REGIONS)


def faults(path: Path, text: str | Mapping[str, Any]) -> list[str]:
    """Return the faults of a file as they are told, without its folder."""
    try:
        read(path, text)
    except InputError as error:
        return [str(fault).replace(f"{path}/", "") for fault in error.faults]
    return []
