"""The inputs that lead into the accounts of `access.yaml`: the file, and the sessions there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from waybill.domain.access.grants import Access
from waybill.domain.setup.estate import Estate
from waybill.domain.setup.requests import Members
from waybill.inputs.members import read_members
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings

ReadAccess = Callable[[Path, frozenset[str]], Access]
"""Reads `access.yaml`, with the regions that there are; raises `InputError` with every fault."""


def read_file(path: Path, regions: frozenset[str]) -> Access:
    """Read `access.yaml`. Raises `InputError` with every fault."""
    from waybill.inputs.access import read_access  # noqa: PLC0415 - YAML and JSON schema, where a file is read

    return read_access(path, regions=regions)


def read_grants(
    reading: Reading, around: Surroundings, read: ReadAccess, *, chosen: bool = False
) -> tuple[Members, Access] | None:
    """Return the accounts and what the file grants; None where the file is faulty. Faults go to `reading`.

    `chosen`: the input `account` may name some of the accounts.
    """
    found: list[Access] = []

    def estate(path: Path, regions: frozenset[str]) -> Estate:
        found.append(read(path, regions))
        return found[0].estate

    members = read_members(reading, around, estate, chosen=chosen)
    return (members, found[0]) if members is not None else None
