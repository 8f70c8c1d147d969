"""Reads what decides where channels belong: every channel's histories, and the events that matter, of many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from waybill.commands.account.find import Shelves
from waybill.commands.account.version import SMALL
from waybill.commands.together import in_words
from waybill.commands.tools import Tools, everywhere
from waybill.domain.events import Event
from waybill.domain.names import channel_parameter
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.survey.drift import ChannelFacts, to_read
from waybill.domain.survey.status import Unreadable
from waybill.domain.versions import Version, parse_or_none
from waybill.errors import ArtifactError, Cancelled, ExitCode, InputError, WaybillError, exit_code_of

AT_ONCE = 16
"""Calls under way at once: Systems Manager answers few histories a second."""

Named = tuple[str, str]
"""A project and a channel."""


@dataclass(slots=True)
class _Book:
    """The events of one channel so far, by key."""

    known: dict[str, Event] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


def channel_facts(
    catalogues: Mapping[str, Catalogue], shelves: Shelves, tools: Tools
) -> tuple[dict[Named, ChannelFacts], list[Unreadable]]:
    """Return what decides where each channel belongs; and what of it could not be read."""
    values = {
        (project, channel): by_region
        for project, catalogue in catalogues.items()
        for channel, by_region in catalogue.channels(project).items()
        if any(value is not None and parse_or_none(value) for value in by_region.values())
    }
    histories, unread = _histories(values, shelves, tools)
    books = {name: _Book() for name in values}
    found = {(project, channel): _event_regions(catalogues[project], project, channel) for project, channel in values}
    while waiting := _waiting(books, histories, found):
        for one in waiting:
            books[one[:2]].asked.add(one[2])
        events, errors = everywhere(
            lambda one: read_event(one[2], found[one[:2]][one[2]], shelves, tools), waiting, limit=AT_ONCE
        )
        for (project, channel, key), event in events.items():
            books[project, channel].known[key] = event
        unread += [unreadable("", f"the event {key}", error) for (_, _, key), error in errors.items()]
    return {name: _facts(name, histories[name], books[name], found[name]) for name in values}, unread


def _histories(
    values: Mapping[Named, Mapping[str, str | None]], shelves: Shelves, tools: Tools
) -> tuple[dict[Named, dict[str, Sequence[str]]], list[Unreadable]]:
    """Return the histories by channel and region; where a channel is absent there is none to ask for."""
    prefix = shelves.target.organisation.parameter_prefix
    tasks = [
        (project, channel, region)
        for (project, channel), by_region in values.items()
        for region, value in by_region.items()
        if value is not None
    ]

    def read(task: tuple[str, str, str]) -> Sequence[str]:
        tools.cancellation.check()
        project, channel, region = task
        return shelves.open[region].region.parameters.history(channel_parameter(prefix, project, channel))

    read_ones, errors = everywhere(read, tasks, limit=AT_ONCE)
    found: dict[Named, dict[str, Sequence[str]]] = {
        name: {region: () for region, value in by_region.items() if value is None} for name, by_region in values.items()
    }
    for (project, channel, region), history in read_ones.items():
        found[project, channel][region] = history
    unread = [
        unreadable(region, f"the channel {channel} of {project}", error)
        for (project, channel, region), error in errors.items()
    ]
    return found, unread


def _event_regions(catalogue: Catalogue, project: str, channel: str) -> dict[str, list[str]]:
    """Return the keys of a channel's events, with the regions that show them."""
    found: dict[str, list[str]] = {}
    for region, stock in catalogue.stocks.items():
        for holding in stock.of(project).values():
            for key in holding.events:
                if key.rsplit("/", 2)[1] == channel:
                    found.setdefault(key, []).append(region)
    return found


def _waiting(
    books: Mapping[Named, _Book],
    histories: Mapping[Named, Mapping[str, Sequence[str]]],
    found: Mapping[Named, Mapping[str, Sequence[str]]],
) -> list[tuple[str, str, str]]:
    waiting = []
    for (project, channel), book in books.items():
        by_version: dict[Version, list[str]] = {}
        for key in found[project, channel]:
            version = _version_of(key)
            if version is not None:
                by_version.setdefault(version, []).append(key)
        for version in to_read(histories[project, channel].values(), by_version, book.known.values()):
            keys = (key for key in by_version.get(version, ()) if key not in book.asked)
            waiting += [(project, channel, key) for key in keys]
    return waiting


def _version_of(key: str) -> Version | None:
    """Return the version that an event's key `PREFIXproject@version/events/CHANNEL/NAME` speaks of."""
    return parse_or_none(key.rsplit("/events/", 1)[0].rpartition("@")[2])


def read_event(key: str, regions: Iterable[str], shelves: Shelves, tools: Tools) -> Event:
    """Read an event from the first region that gives it."""
    last: WaybillError | None = None
    for region in regions:
        tools.cancellation.check()
        try:
            raw = shelves.open[region].bucket.read(key, limit=SMALL)
            if raw is not None:
                return Event.from_bytes(key.rsplit("/", 1)[1], raw)
        except Cancelled:
            raise
        except ValueError as error:
            last = ArtifactError(f"{key} in {region}: {error}.", "Use a newer release.")
        except WaybillError as error:
            last = error
    raise last or ArtifactError(f"{key} was there and is gone.", "Run again.")


def _facts(
    name: Named, histories: Mapping[str, Sequence[str]], book: _Book, found: Mapping[str, Sequence[str]]
) -> ChannelFacts:
    return ChannelFacts(
        channel=name[1],
        histories=histories,
        events=tuple(book.known.values()),
        holders={(event.version.text, event.name): frozenset(found[key]) for key, event in book.known.items()},
    )


def unreadable(region: str, what: str, error: WaybillError) -> Unreadable:
    """Return what to say of something that could not be read.

    A region that is not prepared, or a broken configuration, is no fault of the inputs: others are read by them too.
    """
    code = ExitCode.UNAVAILABLE if isinstance(error, InputError) else exit_code_of(error)
    return Unreadable(region=region, what=what, error=in_words(error), advice=error.advice, exit_code=int(code))
