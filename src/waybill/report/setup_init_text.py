"""Draws what `setup init` wrote."""

from __future__ import annotations

from waybill.domain.result import Result
from waybill.domain.setup.initial.request import Written
from waybill.report.ink import Ink
from waybill.report.markdown import prose
from waybill.report.units import count

NEXT = "Look it over and commit it: everything that setup does later is what this file says."


def sentence(result: Result, body: Written) -> str:
    """Return how it ended, in a sentence."""
    if not result.changed:
        return f"{body.path} says this already. Nothing was changed."
    return f"Wrote {body.path}: {count(body.accounts, 'account')} in {count(body.regions, 'region')}."


def needs_attention(result: Result, body: Written) -> bool:
    """Nothing does."""
    del result, body
    return False


def as_text(body: Written, ink: Ink) -> str:
    """Return what to do with it."""
    del body, ink
    return NEXT


def as_markdown(body: Written) -> list[str]:
    """Return the same as lines of a step summary."""
    del body
    return [prose(NEXT)]
