"""Asks every region what a prune goes by: events, the channels' histories, and uploads under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waybill.commands.account.find import Shelves
from waybill.commands.channel.happened import Happened, happened
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain import stored
from waybill.domain.events import Event
from waybill.domain.names import channel_parameter, version_of_key, versions_prefix
from waybill.domain.pruning.protected import Facts
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.versions import Version
from waybill.errors import AccessDenied, Cancelled, ConflictError, InputError, WaybillError


def all_answered(errors: Mapping[Any, WaybillError]) -> None:
    """Raise what was said by regions that did not answer as they should."""
    if not errors:
        return
    error = together(list(errors.values()))
    silent = "Nothing was deleted: every region must answer, since any may name or need any version."
    advice = "\n".join(filter(None, (silent, error.advice)))
    match error:
        case Cancelled():
            raise error
        case InputError():
            raise InputError(error.faults, advice)
        case AccessDenied():
            raise error.told(error.what, advice)
        case _:
            raise type(error)(error.what, advice)


def facts_of(project: str, found: Catalogue, shelves: Shelves, tools: Tools) -> Facts:
    """Return the facts. Every region must answer: raises what it said otherwise."""
    events, errors = happened(found, project, found.versions(project), shelves, tools)
    all_answered(errors)
    return Facts(
        events=[_read(event, project) for event in events],
        histories=_histories(project, found, shelves, tools),
        uploads=_uploads(project, shelves, tools),
    )


def _read(event: Happened, project: str) -> tuple[Event, Mapping[str, Any]]:
    try:
        return Event.from_bytes(event.name, event.raw), stored.load_object(event.raw)
    except ValueError as error:
        raise ConflictError(
            f"The event {event.key} in {event.regions[0]} cannot be read: {error}.",
            f"Nothing of {project} is pruned while what happened to it cannot be read. Use a newer release.",
        ) from error


def _histories(project: str, found: Catalogue, shelves: Shelves, tools: Tools) -> dict[str, Sequence[Sequence[str]]]:
    prefix = shelves.target.organisation.parameter_prefix
    places = [(name, region) for name, values in found.channels(project).items() for region in values]

    def read(place: tuple[str, str]) -> Sequence[str]:
        tools.cancellation.check()
        name, region = place
        return shelves.open[region].region.parameters.history(channel_parameter(prefix, project, name))

    answers, errors = everywhere(read, places)
    all_answered(errors)
    histories: dict[str, list[Sequence[str]]] = {}
    for (name, _), history in answers.items():
        histories.setdefault(name, []).append(history)
    return {name: tuple(every) for name, every in histories.items()}


def _uploads(project: str, shelves: Shelves, tools: Tools) -> dict[Version, str]:
    prefix = shelves.target.organisation.key_prefix

    def read(region: str) -> dict[Version, str]:
        tools.cancellation.check()
        latest: dict[Version, str] = {}
        for upload in shelves.open[region].bucket.unfinished(versions_prefix(prefix, project)):
            version = version_of_key(upload.key, prefix, project)
            if version is not None:
                latest[version] = max(upload.begun, latest.get(version, ""))
        return latest

    answers, errors = everywhere(read, list(shelves.open))
    all_answered(errors)
    found: dict[Version, str] = {}
    for latest in answers.values():
        for version, begun in latest.items():
            found[version] = max(begun, found.get(version, ""))
    return found
