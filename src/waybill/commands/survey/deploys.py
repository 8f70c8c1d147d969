"""Reads where pipelines stand: the events of deploys, as far as the newest of each channel tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from waybill.commands.account.find import Shelves
from waybill.commands.survey.channel_facts import AT_ONCE, Named, read_event, unreadable
from waybill.commands.tools import Tools, everywhere
from waybill.domain.catalogue import Catalogue
from waybill.domain.deploys import PipelineStatus, pipelines
from waybill.domain.drift import ChannelFacts
from waybill.domain.events import Event
from waybill.domain.status import Unreadable

NEWEST = 8
"""Events of one channel that are read, newest first, beside those of what it names."""


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
    waiting = [
        (project, key, regions)
        for project, catalogue in catalogues.items()
        for key, regions in _newest(catalogue, project)
        if (project, key.rsplit("/events/", 1)[0].rpartition("@")[2], *key.rsplit("/", 2)[1:]) not in read
    ]
    places = dict(enumerate(waiting))
    events, errors = everywhere(
        lambda number: read_event(places[number][1], places[number][2], shelves, tools), list(places), limit=AT_ONCE
    )
    for number, event in events.items():
        known[places[number][0]].append(event)
    unread = [unreadable("", f"the event {places[number][1]}", error) for number, error in errors.items()]
    return {project: pipelines(events) for project, events in known.items()}, unread


def _newest(catalogue: Catalogue, project: str) -> Iterable[tuple[str, list[str]]]:
    """Yield the newest events of each channel of a project, by key, with the regions that show them."""
    channels: dict[str, dict[str, list[str]]] = {}
    for region, stock in catalogue.stocks.items():
        for holding in stock.of(project).values():
            for key in holding.events:
                if not key.endswith("/"):  # a console makes folders of such keys
                    channels.setdefault(key.rsplit("/", 2)[1], {}).setdefault(key, []).append(region)
    for keys in channels.values():
        # An event's name begins with its time.
        newest = sorted(keys, key=lambda key: key.rsplit("/", 1)[1], reverse=True)[:NEWEST]
        yield from ((key, keys[key]) for key in newest)
