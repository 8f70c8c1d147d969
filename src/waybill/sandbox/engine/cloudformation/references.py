"""Which resources a piece of a template refers to, and the order that they make. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from waybill.sandbox.engine.refusals import Refusal

_IN_TEXT: Final = re.compile(r"\$\{([^!}][^}]*)\}")
_PSEUDO: Final = "AWS::"


def resources_in(value: Any) -> frozenset[str]:
    """Return the names of resources and parameters that `Ref`, `Fn::GetAtt` and `Fn::Sub` name in `value`."""
    return frozenset(name for name in _names(value) if not name.startswith(_PSEUDO))


def order(needs: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the names so that each comes after those that it needs, else in the order given; raises `Refusal`."""
    ordered: list[str] = []
    left = dict(needs)
    while left:
        free = [name for name, needed in left.items() if not needed & left.keys()]
        if not free:
            names = ", ".join(sorted(left))
            raise Refusal("ValidationError", f"Circular dependency between resources: [{names}]")
        for name in free:
            del left[name]
        ordered += free
    return ordered


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _names(each)
    if not isinstance(value, Mapping):
        return
    if len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            yield str(argument)
            return
        if function == "Fn::GetAtt":
            yield str(argument).partition(".")[0] if isinstance(argument, str) else str(argument[0])
            return
        if function == "Fn::Sub":
            yield from _in_text(argument)
            return
    for each in value.values():
        yield from _names(each)


def _in_text(argument: Any) -> Iterator[str]:
    text, own = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    for name in _IN_TEXT.findall(str(text)):
        if name not in own:
            yield name if name.startswith(_PSEUDO) else name.partition(".")[0]
    yield from _names(list(own.values()) if isinstance(own, Mapping) else [])
