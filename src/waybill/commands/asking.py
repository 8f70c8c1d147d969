"""Asking so that what may not be seen is a fact, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from waybill.commands.together import in_words
from waybill.commands.tools import Tools, everywhere
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.errors import AccessDenied, Cancelled, Unavailable, WaybillError

T = TypeVar("T")


def ask(tools: Tools, call: Callable[[], T]) -> Seen[T] | Unseen:
    """Return what a call answers, or why that may not be seen. Raises `Cancelled` only."""
    tools.cancellation.check()
    try:
        return Seen(call())
    except Cancelled:
        raise
    except Unavailable as error:
        return Unseen(error.what, silent=True)
    except AccessDenied as error:
        return Unseen(error.what, refused=True, advice=error.advice)
    except WaybillError as error:
        return Unseen(in_words(error))


def at_once(looks: Mapping[str, Callable[[], list[Finding]]]) -> list[Finding]:
    """Look at everything at once, and return what was found in the order of the looks. Raises `Cancelled` only."""
    found, errors = everywhere(lambda name: looks[name](), list(looks))
    for error in errors.values():
        raise error
    return [one for name in looks for one in found[name]]
