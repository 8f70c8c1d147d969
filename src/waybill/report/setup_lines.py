"""What setup tells on its way, as lines of text; imported only by a run that sets up."""

from __future__ import annotations

from waybill.domain.setup.plan import StackEnd
from waybill.domain.setup.telling import Preparing, ResourceTold, SetupPlanned, StackBegan, StackEnded
from waybill.report.ink import Ink, one_line
from waybill.report.setup_text import as_text, mark

DOING = {"create": "creating", "update": "changing", "delete": "deleting"}
TELLING = ("_COMPLETE", "_FAILED", "_SKIPPED")
"""Ends of a resource; of its beginning nobody need hear."""


def tell(event: Preparing, ink: Ink) -> str:
    """Return the line, or the lines, that tell an event; empty for what is not worth one."""
    match event:
        case SetupPlanned(plan):
            return f"{as_text(plan, ink)}\n\nPlan digest: {plan.digest()}" if plan.changes else ""
        case StackBegan(ref, action):
            return one_line(f"{ref}: {DOING.get(action.value, action.value)}")
        case ResourceTold(ref, resource, kind, status, reason):
            if not status.endswith(TELLING) or resource == ref.name:
                return ""
            line = one_line(f"{ref}: {resource} ({kind}) {status}{f': {reason}' if reason else ''}", 2000)
            return ink.red(line) if status.endswith("_FAILED") else ink.dim(line)
        case StackEnded(plan):
            said = plan.error or "" if plan.end is StackEnd.FAILED else f"{plan.ref}: {plan.end.value}"
            return f"{mark(plan.end, ink)}{one_line(said, 2000)}"
