"""Moves the channel once the regions are whole: what every command that releases a version does last (P1, P3, P5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from waybill.commands.channel import move as channels
from waybill.commands.release.conclude import Ends
from waybill.commands.release.execute import Executed
from waybill.commands.release.run import Run
from waybill.domain.request import Request
from waybill.domain.waybill import Subject
from waybill.errors import ConflictError, WaybillError


def ends_of(done: Executed, unseen: Mapping[str, WaybillError] = MappingProxyType({})) -> Ends:
    """Return how the regions ended; `unseen` are those that could not be looked at."""
    return Ends(written=done.written, errors={**unseen, **done.errors})


def may_move(run: Run, ends: Ends) -> bool:
    """Whether enough regions are whole, and none of them met a conflict (P2, P5)."""
    if not run.request.moves or len(ready(ends)) < run.enough:
        return False
    return not any(isinstance(error, ConflictError) for error in ends.errors.values())


def ready(ends: Ends) -> list[str]:
    """Return the regions that are whole, and where nothing failed since."""
    return [name for name in ends.written if name not in ends.errors]


def signed(run: Run) -> Request:
    """Return the request with who asks, as the events that come of it say."""
    origin = run.request.origin
    return replace(run.request, origin=replace(origin, actor=run.target.by(origin.actor)))


def settle(run: Run, ends: Ends, subject: Subject | None) -> Ends:
    """Move the channel where regions are whole, if that may be; `subject` is what they hold, None: nothing is known."""
    return ends if subject is None else move_channel(run, ends, documented=subject.document() is not None)


def move_channel(run: Run, ends: Ends, *, documented: bool) -> Ends:
    """Move the channel as `settle` does; `documented`: the version has metadata."""
    cancellation = run.tools.cancellation
    moving = ready(ends)
    if not run.request.moves or len(moving) < run.enough:
        return ends
    if cancellation.cancelled:
        return replace(ends, errors={**dict.fromkeys(moving, cancellation.error()), **ends.errors})
    if not may_move(run, ends):
        return ends
    moved, errors = channels.move(
        signed(run),
        run.sites,
        run.tools,
        moving=moving,
        prefix=run.target.organisation.key_prefix,
        documented=documented,
    )
    return replace(ends, moved=moved, errors={**ends.errors, **errors})
