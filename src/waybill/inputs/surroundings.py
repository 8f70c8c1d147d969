"""What inputs are read in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from waybill.domain.waybill import Origin
from waybill.packing import Selection

Survey = Callable[[str, bool, bool], Selection]
"""Looks at what `path` names (path, allow-empty, compress); raises `InputError`."""


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
