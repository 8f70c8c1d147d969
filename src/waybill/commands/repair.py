"""Finishes what can be finished: a plan, told first, and then carried out step by step under the promises of stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from waybill.commands.survey_account import Surveyed
from waybill.commands.tools import Tools
from waybill.domain.status import RepairStatus, StatusRequest


def repair(request: StatusRequest, surveyed: Sequence[Surveyed], tools: Tools) -> Iterator[RepairStatus]:
    """Yield how each step ended."""
    yield from ()
