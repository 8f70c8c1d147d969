"""What is asked of the commands that look at one project, parsed and valid."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.domain.request import Place
from waybill.domain.selector import Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoRequest(Place):
    """One `info`. `wanted` None: an overview of the project; `written` is what was typed for it."""

    project: str
    wanted: Selector | None = None
    written: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsRequest(Place):
    """One `versions`. `limit` is how many are shown, the highest first; None: all."""

    project: str
    limit: int | None = None
