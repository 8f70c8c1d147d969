"""What inputs are read in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from waybill.domain.waybill import Origin
from waybill.errors import Fault, InputError
from waybill.packing import Selection

if TYPE_CHECKING:
    from waybill.ports.releases import Release

Survey = Callable[[str, bool, bool], Selection]
"""Looks at what `path` names (path, allow-empty, compress); raises `InputError`."""

FindRelease = Callable[[Sequence[str]], "Release"]
"""Returns the release being published, else that of the first of these tags that has one; see `ports.Releases`."""


def no_releases(tags: Sequence[str]) -> Release:
    """Stand where nobody asks GitHub. Raises `InputError`."""
    raise InputError([Fault("path", "", "names a release's asset, and GitHub is not asked here.")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the inputs are read in: the run's origin, the tag that is being built, and where regions are named.

    `places` are STARTIFACT_REGIONS and then AWS_REGION, `parameter` is STARTIFACT_PARAMETER; `regions` all AWS regions.
    """

    origin: Origin
    tag: str | None
    places: tuple[str, ...]
    parameter: str
    regions: frozenset[str]
    survey: Survey
    find_release: FindRelease = no_releases
