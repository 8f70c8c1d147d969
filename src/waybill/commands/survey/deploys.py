"""Reads where pipelines stand: the events of deploys, as far as the newest of each channel tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from waybill.commands.account.find import Shelves
from waybill.commands.survey.channel_facts import AT_ONCE, Named, read_event, unreadable
from waybill.commands.tools import Tools, everywhere
from waybill.domain.deploy.past import PipelineStatus, pipelines
from waybill.domain.events import Event
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.survey.drift import ChannelFacts
from waybill.domain.survey.status import Unreadable

NEWEST, ROUNDS = 8, 12
"""Events of one channel that are read, newest first, beside those of what it names; and how often as many more are,
while nothing is known that a pipeline has deployed well."""


def deploys(
    catalogues: Mapping[str, Catalogue], facts: Mapping[Named, ChannelFacts], shelves: Shelves, tools: Tools
) -> tuple[dict[str, tuple[PipelineStatus, ...]], list[Unreadable]]:
    """Return where the pipelines of each project stand, and which events could not be read.

    What the facts of a channel hold is not read again: every event of the versions that it names now is among it.
    """
    known: dict[str, list[Event]] = {project: [] for project in catalogues}
    for (project, _), one in facts.items():
        known[project] += one.events
    read = {(project, event.version.text, event.channel, event.name) for project in known for event in known[project]}
    waiting = {
        (project, channel): [place for place in places if (project, *_parts(place[0])) not in read]
        for project, catalogue in catalogues.items()
        for channel, places in _newest_first(catalogue, project).items()
    }
    unread: list[Unreadable] = []
    for _ in range(ROUNDS):
        batch = [(project, *place) for (project, _), places in waiting.items() for place in places[:NEWEST]]
        events, errors = _read(batch, shelves, tools)
        for project, event in events:
            known[project].append(event)
        unread += errors
        waiting = {one: places[NEWEST:] for one, places in waiting.items() if _lacks(known[one[0]])}
    return {project: pipelines(events) for project, events in known.items()}, unread


Place = tuple[str, list[str]]
"""An event's key, and the regions that show it."""


def _read(
    batch: Sequence[tuple[str, str, list[str]]], shelves: Shelves, tools: Tools
) -> tuple[list[tuple[str, Event]], list[Unreadable]]:
    """Return the events with their projects, and what cannot be read of them."""
    numbered = dict(enumerate(batch))
    events, errors = everywhere(
        lambda number: read_event(numbered[number][1], numbered[number][2], shelves, tools),
        list(numbered),
        limit=AT_ONCE,
    )
    unread = [unreadable("", f"the event {numbered[number][1]}", error) for number, error in errors.items()]
    return [(numbered[number][0], event) for number, event in events.items()], unread


def _lacks(events: Iterable[Event]) -> bool:
    """Whether some pipeline is known of which nothing good is known yet."""
    return any(one.good is None for one in pipelines(events))


def _parts(key: str) -> tuple[str, str, str]:
    """Return version, channel and name of an event's key."""
    channel, name = key.rsplit("/", 2)[1:]
    return key.rsplit("/events/", 1)[0].rpartition("@")[2], channel, name


def _newest_first(catalogue: Catalogue, project: str) -> Mapping[str, list[Place]]:
    """Return the events of each channel of a project, newest first."""
    channels: dict[str, dict[str, list[str]]] = {}
    for region, stock in catalogue.stocks.items():
        for holding in stock.of(project).values():
            for key in holding.events:
                if not key.endswith("/"):  # a console makes folders of such keys
                    channels.setdefault(key.rsplit("/", 2)[1], {}).setdefault(key, []).append(region)
    # An event's name begins with its time.
    return {
        channel: sorted(keys.items(), key=lambda place: place[0].rsplit("/", 1)[1], reverse=True)
        for channel, keys in channels.items()
    }
