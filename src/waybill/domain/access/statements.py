"""All statements that a file's grants make, by the document that each belongs to. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.access.grants import Access, Grant, Packages, Staged
from waybill.domain.access.packages import package_statements
from waybill.domain.access.refs import Ref
from waybill.domain.access.staged import Shelves, staged_statements
from waybill.domain.access.trust import trust_ref, trust_statements
from waybill.domain.access.wanted import WantedStatement


def wanted_statements(access: Access, shelves: Shelves) -> dict[Ref, list[WantedStatement]]:
    """Return the statements of all grants, in the file's order. `shelves` has those that grants speak of."""
    found: dict[Ref, list[WantedStatement]] = {}
    for grant in access.grants:
        for one in _of(grant, access, shelves):
            found.setdefault(one.ref, []).append(one)
    return found


def needed_shelves(access: Access) -> frozenset[tuple[str, str]]:
    """Return the accounts' names and regions whose staging buckets grants speak of."""
    staged = [grant.what for grant in access.grants if isinstance(grant.what, Staged)]
    return frozenset((what.account.name, region) for what in staged for region in what.regions)


def needed_accounts(access: Access) -> frozenset[str]:
    """Return the names of the accounts whose documents grants speak of."""
    roles = [grant.through.account for grant in access.grants if grant.through]
    names = access.names
    return frozenset((*(grant.what.account.name for grant in access.grants), *(names[role] for role in roles)))


def _of(grant: Grant, access: Access, shelves: Shelves) -> Iterator[WantedStatement]:
    estate, names = access.estate, access.names
    match grant.what:
        case Packages() as what:
            yield from package_statements(grant, what)
        case Staged() as what:
            yield from staged_statements(grant, what, shelves, estate.prefixes.key, names)
        case _:
            pass
    if grant.through is not None:
        yield from trust_statements(grant, trust_ref(grant.through, names[grant.through.account], estate.home))
