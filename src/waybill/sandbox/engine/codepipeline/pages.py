"""Answers in pages. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final

from waybill.sandbox.engine.refusals import Refusal

_MOST: Final = 100
_LEFT: Final = "left"


def page(name: str, found: Sequence[Mapping[str, Any]], request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the member `name` with those of `found` that `maxResults` and `nextToken` ask for.

    Raises `Refusal` for a token that is none.
    """
    # Newer ones come before older ones: a page goes on where the last one ended, whatever has come since.
    left = _left(request.get("nextToken"))
    start = 0 if left is None else max(0, len(found) - left)
    stop = start + min(request.get("maxResults", _MOST), _MOST)
    answer: dict[str, Any] = {name: list(found[start:stop])}
    if stop < len(found):
        answer["nextToken"] = base64.urlsafe_b64encode(f"{_LEFT} {len(found) - stop}".encode()).decode()
    return answer


def _left(token: str | None) -> int | None:
    if token is None:
        return None
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(" ")
        if word == _LEFT:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise Refusal("InvalidNextTokenException", "The next token was specified in an invalid format")
