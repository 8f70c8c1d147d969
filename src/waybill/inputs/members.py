"""The inputs that lead into the accounts of `waybill.yaml`: the file, which of its accounts, and the sessions there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from waybill.domain.identity import CHAINED_SECONDS
from waybill.domain.setup.estate import Estate, Member
from waybill.domain.setup.requests import Members
from waybill.errors import InputError
from waybill.inputs.identity import read_identity
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings

ReadFile = Callable[[Path, frozenset[str]], Estate]
"""Reads `waybill.yaml`, with the regions that there are; raises `InputError` with every fault."""


def read_file(path: Path, regions: frozenset[str]) -> Estate:
    """Read `waybill.yaml`. Raises `InputError` with every fault."""
    from waybill.inputs.setup import read_estate  # noqa: PLC0415 - YAML and JSON schema, where a file is read

    return read_estate(path, regions=regions)


def read_members(reading: Reading, around: Surroundings, read: ReadFile, *, chosen: bool = True) -> Members | None:
    """Return the accounts; None where the file is faulty. Faults go to `reading`. `chosen`: `account` may name some."""
    session = read_identity(reading, around.origin)
    try:
        estate = read(Path(reading.text("config")), around.regions)
    except InputError as error:
        reading.faults.extend(error.faults)
        return None
    among = _among(reading, estate) if chosen else estate.accounts
    if session.oidc_role and session.role_duration > CHAINED_SECONDS and any(one.role for one in among):
        rule = "must be at most 3600, since the roles of the file are assumed from `oidc-role`'s session."
        reading.fault("role-duration", rule)
    return Members(estate=estate, among=among, session=session)


def _among(reading: Reading, estate: Estate) -> tuple[Member, ...]:
    names = lines(reading.text("account"))
    known = [member.name for member in estate.accounts]
    for name in names:
        if name not in known:
            reading.fault("account", f"is no account of the file, which has {', '.join(known)}.", value=name)
    return tuple(member for member in estate.accounts if not names or member.name in names)


def lines(text: str) -> tuple[str, ...]:
    """Return the lines of an input, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
