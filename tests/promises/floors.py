"""Where channels belong, read off the world, and rollbacks that happened before."""

from __future__ import annotations

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.stand import CHANNEL, Stand, plant_whole, plant_withdrawal
from waybill.domain.channel import floor
from waybill.domain.events import Event
from waybill.domain.versions import parse_or_none


def events_of(stand: Stand) -> list[Event]:
    """Return every event that any region holds."""
    found: dict[str, Event] = {}
    for region in REGIONS:
        for key, body in stand.world.contents(bucket_name(PRODUCTION, region)).items():
            if "/events/latest/" in key:
                found[key] = Event.from_bytes(key.rsplit("/", 1)[1], body)
    return list(found.values())


def off_the_floor(stand: Stand) -> list[str]:
    """Return the regions whose channel does not name the floor."""
    known = events_of(stand)
    wrong = []
    for region in REGIONS:
        history = stand.world.history(region, PRODUCTION, CHANNEL)
        target = floor(history, known, None)
        if history and (target is None or history[-1] != target.text):
            wrong.append(f"{region} names {history[-1]}, not {target}")
    return wrong


def rolled_back(stand: Stand, version: str, target: str, *, events_in: tuple[str, ...] = REGIONS) -> None:
    """Have everything staged, and `version` rolled back to `target`."""
    for region in REGIONS:
        plant_whole(stand.world, region, version=target)
        plant_whole(stand.world, region, version=version)
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, target, version, target)
    for region in events_in:
        plant_withdrawal(stand.world, region, version, target)


def named(stand: Stand, *histories: str) -> None:
    """Have each region's channel have named versions, oldest first; every region holds all of them whole."""
    texts = [history.split() for history in histories]
    for region, values in zip(REGIONS, texts, strict=True):
        for version in sorted({text for each in texts for text in each if parse_or_none(text)}):
            plant_whole(stand.world, region, version=version)
        if values:
            stand.world.set_parameter(region, PRODUCTION, CHANNEL, *values)
