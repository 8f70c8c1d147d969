"""The accounts that a file names, with the roles that lead into them: of `access.yaml`, or of `waybill.yaml`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from waybill.domain.setup.estate import Member

ReadWays = Callable[[Path, frozenset[str]], tuple[Member, ...]]
"""Reads a file, with the regions that there are; raises `InputError` with every fault."""

MAKE_ONE = "docs/access.md has one to begin with; without `config`, the credentials at hand are taken."


def read_ways(path: Path, regions: frozenset[str]) -> tuple[Member, ...]:
    """Return the accounts of either file: the one that has `grants` is `access.yaml`.

    Raises `InputError` with every fault.
    """
    from waybill.inputs.access import read_access  # noqa: PLC0415 - YAML and JSON schema, where a file is read
    from waybill.inputs.file.places import Places  # noqa: PLC0415
    from waybill.inputs.file.text import read_text  # noqa: PLC0415
    from waybill.inputs.file.value import read_value  # noqa: PLC0415
    from waybill.inputs.setup import read_estate  # noqa: PLC0415

    value = read_value(read_text(path, advice=MAKE_ONE, by="access"), Places(str(path)))
    if isinstance(value, dict) and "grants" in value:
        return read_access(path, regions=regions).estate.accounts
    return read_estate(path, regions=regions).accounts
