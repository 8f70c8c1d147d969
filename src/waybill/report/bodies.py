"""What commands show beside how they ended, each drawn by its own module; imported only by the run that shows it."""

from __future__ import annotations

from waybill.domain.result import Body
from waybill.report.ink import Ink


def as_text(body: Body | None, ink: Ink) -> str:
    """Return a body as lines for a terminal or a log; empty where there is nothing to show."""
    match body:
        case _:
            return ""


def as_markdown(body: Body | None) -> list[str]:
    """Return a body as lines of a step summary."""
    match body:
        case _:
            return []
