"""All statements that a file's grants make, by the document that each belongs to. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.access.grants import Access, Grant, Packages
from waybill.domain.access.packages import package_statements
from waybill.domain.access.refs import Ref
from waybill.domain.access.wanted import WantedStatement


def wanted_statements(access: Access) -> dict[Ref, list[WantedStatement]]:
    """Return the statements of all grants, in the file's order."""
    found: dict[Ref, list[WantedStatement]] = {}
    for grant in access.grants:
        for one in _of(grant):
            found.setdefault(one.ref, []).append(one)
    return found


def _of(grant: Grant) -> Iterator[WantedStatement]:
    if isinstance(grant.what, Packages):
        yield from package_statements(grant, grant.what)
