"""Answers in pages. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final

from waybill.sandbox.engine.refusals import Refusal

MOST: Final = 100


def page(name: str, found: Sequence[Any], request: Mapping[str, Any], *, newest_first: bool = False) -> dict[str, Any]:
    """Return the member `name` with the items that `NextToken` asks for; raises `Refusal` for a token that is none.

    Where the newest are first, the next page goes on where the last one ended, whatever has come since.
    """
    at = _at(name, request.get("NextToken"))
    start = at if at is None or not newest_first else len(found) - at
    start = max(0, start or 0)
    stop = start + min(request.get("MaxResults", MOST), MOST)
    answer: dict[str, Any] = {name: list(found[start:stop])}
    if stop < len(found):
        number = len(found) - stop if newest_first else stop
        answer["NextToken"] = base64.urlsafe_b64encode(f"{name} {number}".encode()).decode()
    return answer


def _at(name: str, token: str | None) -> int | None:
    if token is None:
        return None
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(" ")
        if word == name:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise Refusal("ValidationError", "NextToken is not valid")
