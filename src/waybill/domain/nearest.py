"""Which of an organisation's regions to ask first."""

from __future__ import annotations

from collections.abc import Iterable

from waybill.domain.arns import partition_of


def nearest_first(regions: Iterable[str], home: str | None) -> tuple[str, ...]:
    """Return the regions, those first whose names begin as that of `home` does; else in the order given.

    Names say where regions are (`eu-west-1`), and nothing else is known of distances. Another partition is never near:
    `us-gov-west-1` is not beside `us-west-1`.
    """
    if not home:
        return tuple(regions)
    return tuple(sorted(regions, key=lambda region: (region != home, -_alike(region, home))))


def _alike(region: str, home: str) -> int:
    """Return how many leading parts of two names are the same; -1 across partitions."""
    if partition_of(region) != partition_of(home):
        return -1
    count = 0
    for mine, other in zip(region.split("-"), home.split("-"), strict=False):
        if mine != other:
            break
        count += 1
    return count
