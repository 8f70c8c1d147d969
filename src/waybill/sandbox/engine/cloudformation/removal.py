"""Deletes resources of a stack: those that need others before the others, and what is to be retained not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from waybill.sandbox.engine.cloudformation import references
from waybill.sandbox.engine.cloudformation.hands import Hands
from waybill.sandbox.engine.cloudformation.reasons import EXPECTED, reason_of
from waybill.sandbox.engine.cloudformation.stack import (
    DELETE_COMPLETE,
    DELETE_FAILED,
    DELETE_SKIPPED,
    Kept,
    Stack,
)
from waybill.sandbox.engine.cloudformation.teller import Teller

_IN_PROGRESS: Final = "DELETE_IN_PROGRESS"


def last_first(several: Iterable[Kept]) -> list[Kept]:
    """Return resources so that each comes before those that it needs."""
    named = {each.declared.logical_id: each for each in several}
    order = references.order({name: each.declared.needs & named.keys() for name, each in named.items()})
    return [named[name] for name in reversed(order)]


def remove(
    hands: Hands,
    stack: Stack,
    tell: Teller,
    several: Iterable[Kept],
    retained: Callable[[Kept], bool],
) -> list[str]:
    """Delete resources, unless they are `retained`; return the names of those that it failed with.

    What such a one needs is left alone.
    """
    failed: list[str] = []
    needed: set[str] = set()
    for kept in last_first(several):
        name, kind = kept.declared.logical_id, kept.declared.type
        physical = kept.made.physical_id
        aside = stack.resources.get(name, kept) is not kept
        if name in needed:
            needed |= kept.declared.needs
            continue
        if retained(kept):
            tell.resource(name, kind, DELETE_SKIPPED, physical_id=physical, aside=aside)
        else:
            tell.resource(name, kind, _IN_PROGRESS, physical_id=physical, aside=aside)
            try:
                hands.delete(stack, kept)
            except EXPECTED as error:
                reason = reason_of(error, name, kind)
                tell.resource(name, kind, DELETE_FAILED, physical_id=physical, reason=reason, aside=aside)
                failed.append(name)
                needed |= kept.declared.needs
                continue
            tell.resource(name, kind, DELETE_COMPLETE, physical_id=physical, aside=aside)
        if not aside:
            stack.resources.pop(name, None)
    return failed
