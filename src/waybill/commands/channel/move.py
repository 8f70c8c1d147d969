"""Moves a channel in all regions, by P3's protocol: the state machine decides, this module asks and writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waybill.commands.account.observe import Site
from waybill.commands.channel.events import EventBook
from waybill.commands.channel.reinstate import reinstate
from waybill.commands.tools import Tools, everywhere
from waybill.domain.channel import Foreign, Move, Phase, Standing
from waybill.domain.events import last_withdrawal, was_withdrawn
from waybill.domain.request import Request
from waybill.domain.result import ChannelOutcome
from waybill.domain.versions import Version, parse_or_none
from waybill.errors import ArtifactError, ConflictError, PrunedError, Unavailable, WaybillError
from waybill.ports.account import PutResult
from waybill.progress import Step, Stepped

ROUNDS = 20
"""A move that was outrun this often in one run gives up; whoever outran it leaves the floor standing."""

UNHURRIED = 2
"""A put and the read that sees it standing: more rounds than these have rivals, and are waited for.

SSM takes about three puts a second in an account and region; movers that outrun each other all day would use them up.
"""
WAIT, LONGEST = 0.2, 3.0
"""Seconds, at most, before the first of those rounds, and before any; each may wait twice as long as the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How one region's move ended: what the channel named before and names now, and why it stayed where it did."""

    outcome: ChannelOutcome
    before: str | None
    after: str | None
    note: str | None = None


Moves = tuple[Mapping[str, Moved], Mapping[str, WaybillError]]


def move(
    request: Request,
    sites: Mapping[str, Site],
    tools: Tools,
    *,
    moving: Sequence[str],
    prefix: str,
    documented: bool,
) -> Moves:
    """Move the channel in the regions `moving`, of all `sites`. Each has one end: `Moved`, an error, or both.

    Both it has where the channel was put, and what came of that could not be seen. `documented`: the version has
    metadata.
    """
    book = EventBook(request, prefix, sites, moving)
    mover = _Mover(request, book, tools, documented=documented)
    try:
        book.survey(tools)
        if request.reinstate:
            reinstate(request, book, tools)
        mover.run()
    except WaybillError as error:
        mover.stop(error)
    return mover.ends()


class _Mover:
    """All regions' moves, in rounds: all histories, then the events, then every write that the machines ask for."""

    def __init__(self, request: Request, book: EventBook, tools: Tools, *, documented: bool) -> None:
        self._request = request
        self._book = book
        self._sites = book.sites
        self._tools = tools
        self._documented = documented
        self._moves = {name: Move(own=request.version) for name in book.moving}
        self._histories: Mapping[str, Sequence[str]] = {}
        self._put: dict[str, Version] = {}
        self._errors: dict[str, WaybillError] = {}

    def run(self) -> None:
        """Go on until every region's move is done or failed."""
        for number in range(ROUNDS):
            going = self._going()
            if not going:
                return
            if number >= UNHURRIED:
                most = min(LONGEST, WAIT * 2 ** (number - UNHURRIED))
                self._tools.clock.sleep(self._tools.retry.random() * most)
            self._tools.cancellation.check()
            self._round(going)
        for name in self._going():
            self._errors[name] = Unavailable(f"The channel in {name} was outrun {ROUNDS} times.", "Run again.")

    def stop(self, error: WaybillError) -> None:
        """Leave every move where it is."""
        self._errors |= dict.fromkeys(self._going(), error)

    def ends(self) -> Moves:
        """Return how the moves ended."""
        moved: dict[str, Moved] = {}
        errors = dict(self._errors)
        for name, one in self._moves.items():
            if name not in errors:
                end = _ended(one, self._request, self._book)
            elif name in self._put:
                end = Moved(
                    outcome=ChannelOutcome.MOVED,
                    before=one.first,
                    after=self._put[name].text,
                    note=_doubt(errors[name]),
                )
            else:
                continue
            if isinstance(end, Moved):
                moved[name] = end
            else:
                errors[name] = end
        return moved, errors

    def _going(self) -> list[str]:
        return [name for name, one in self._moves.items() if one.phase is not Phase.DONE and name not in self._errors]

    def _round(self, names: list[str]) -> None:
        self._histories, failed = everywhere(self._read, names)
        self._errors |= failed
        self._book.refresh(
            [_versions(history) | {self._request.version} for history in self._histories.values()], self._tools
        )
        for name, history in self._histories.items():
            self._moves[name].saw(history, self._book.known.values())
            self._refuse_pruned(name)
        written, failed = everywhere(self._write, [name for name in self._histories if self._moves[name].pending])
        self._errors |= failed
        for name, (value, result) in written.items():
            if result is PutResult.WRITTEN:
                self._put[name] = value
            self._moves[name].wrote(accepted=result is PutResult.WRITTEN)

    def _read(self, name: str) -> Sequence[str]:
        return self._sites[name].region.parameters.history(self._sites[name].parameter)

    def _write(self, name: str) -> tuple[Version, PutResult]:
        pending = self._moves[name].pending
        if pending is None:
            raise RuntimeError(f"nothing is pending in {name}")
        self._tools.cancellation.check()
        self._refuse_half(name, pending.value)
        self._tools.reporter.tell(Stepped(name, Step.CHANNEL))
        site = self._sites[name]
        result = site.region.parameters.put(site.parameter, pending.value.text, create=pending.create)
        return pending.value, result

    def _refuse_pruned(self, name: str) -> None:
        """Let a move not end well on a version that is being pruned, or was, since this run looked before its put.

        Whoever prunes looks at the channels after the tombstones stand: one of both sees the other.
        """
        one = self._moves[name]
        value = one.ended.value if isinstance(one.ended, Standing) else None
        if value is None:
            return
        listed = self._book.listed.values() if name in self._put else [self._book.listed[name]]
        if any(self._book.keys(value).tombstone in keys for keys in listed):
            self._errors[name] = PrunedError(
                f"{self._request.channel} in {name} names {value}, which was pruned, or is being pruned right now.",
                "Name a version that is stored: stage a higher one, or `waybill rollback` to one. `waybill info` says "
                "who pruned it, or that it stays after all.",
            )

    def _refuse_half(self, name: str, value: Version) -> None:
        """Raise where the channel would name what is not whole in this region (P1), or what is being pruned."""
        channel = self._request.channel
        if any(self._book.keys(value).tombstone in listed for listed in self._book.listed.values()):
            raise ConflictError(
                f"{value} was pruned; {channel} in {name} was left alone.",
                "Take another version. `waybill info` says who pruned it.",
            )
        if value != self._request.version:
            if not self._book.holds(name, value, self._histories[name]):
                raise ArtifactError(
                    f"{channel} in {name} belongs at {value}, which that region does not hold; it was left alone.",
                    f"Stage {value} there, or `resume` it from another region, and run again.",
                )
            return
        keys, listed = self._book.keys(value), self._book.listed[name]
        if not self._documented and keys.metadata in listed:
            raise ConflictError(
                f"Somebody else wrote metadata for {value} in {name} at the same moment; the channel was left alone.",
                "A stored version never changes. Take the next version.",
            )


def _versions(history: Sequence[str]) -> set[Version]:
    return {version for version in map(parse_or_none, history) if version is not None}


def _doubt(error: WaybillError) -> str:
    if isinstance(error, PrunedError):
        return "The channel was put there, and what it names was pruned meanwhile."
    return "The channel was put there; whether it stands could not be seen."


def _ended(one: Move, request: Request, book: EventBook) -> Moved | WaybillError:
    if isinstance(one.ended, Foreign):
        return ConflictError(
            f"The channel {request.channel} holds {one.ended.value[:80]!r}, which is not a version; it was left alone.",
            "Choose another `channel` or `parameter-prefix`.",
        )
    after = one.ended.value.text if one.ended and one.ended.value else None
    outcome = ChannelOutcome.KEPT if after == one.first else ChannelOutcome.MOVED
    return Moved(outcome=outcome, before=one.first, after=after, note=_note(request, book, after))


def _note(request: Request, book: EventBook, after: str | None) -> str | None:
    if after == request.version.text:
        return None
    withdrawal = last_withdrawal(book.known.values(), request.version)
    if withdrawal is not None:
        return f"{was_withdrawn(withdrawal)}; `reinstate: true` brings it back."
    return f"{request.channel} names {after}, which is not lower than {request.version}."
