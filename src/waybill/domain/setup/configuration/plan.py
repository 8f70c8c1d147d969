"""The organisation configuration as `waybill.yaml` means it, and what of it changes in which account and region. Pure.

`setup configuration` shows and carries out these rows, `setup apply` writes them after its stacks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from waybill.domain import stored
from waybill.domain.configuration import split_regions
from waybill.domain.setup.configuration.rows import (
    Act,
    Asked,
    Difference,
    Row,
    Spot,
    Standing,
    Stored,
    Unread,
)
from waybill.domain.setup.estate import Estate, Member

CONFIRMED = "yes"
"""Startifact's `save_ok`, which it asks for before it saves; what is stored already is kept."""


def wanted(estate: Estate) -> dict[str, str]:
    """Return the keys that `waybill.yaml` decides, as Startifact names them."""
    return {
        "bucket_key_prefix": estate.prefixes.key,
        "bucket_name_param": estate.bucket_parameter,
        "parameter_name_prefix": estate.prefixes.parameter,
        "regions": ",".join(estate.regions),
    }


def dropped_regions(estate: Estate, stored_texts: Iterable[Stored]) -> tuple[str, ...]:
    """Return the regions that stored configurations name and `waybill.yaml` does not."""
    found: dict[str, None] = {}
    for text in stored_texts:
        regions = _document(text).get("regions") if isinstance(text, str) else None
        if isinstance(regions, str):
            found |= dict.fromkeys(split_regions(regions))
    return tuple(region for region in found if region not in estate.regions)


def plan(
    estate: Estate, places: Mapping[Spot, Stored], asked: Asked, *, among: Sequence[Member] | None = None
) -> tuple[Row, ...]:
    """Return a row for every place of `places`, in the file's order: accounts, then regions, dropped ones last.

    `among` are the accounts looked at; None: all. A dropped region in which nothing is stored has a row only where it
    is asked for.
    """
    rows = []
    for member in estate.accounts if among is None else among:
        mine = {spot.region: text for spot, text in places.items() if spot.account == member.name}
        live = [region for region in estate.regions if region in mine]
        rows += [_live(estate, member, region, mine[region], asked) for region in live]
        mined = [row for row in rows if row.id == member.id]
        for region, text in mine.items():
            if region not in estate.regions and (text is not None or region in asked.delete_from):
                rows.append(_dropped(member, region, text, asked, _in_the_way(region, mined)))
    return tuple(rows)


def _live(estate: Estate, member: Member, region: str, text: Stored, asked: Asked) -> Row:
    row = Row(spot=Spot(member.name, region), id=member.id, standing=Standing.UNKNOWN)
    want, writes = wanted(estate), asked.write or asked.repair
    if isinstance(text, Unread):
        return replace(row, error=text)
    if text is None:
        row = replace(row, standing=Standing.ABSENT)
        return replace(row, act=Act.CREATE, value=_text({}, want)) if writes else row
    try:
        document = stored.load_object(text or "{}")
    except ValueError:
        row = replace(row, standing=Standing.BROKEN, before=text)
        if asked.repair:
            return replace(row, act=Act.REPLACE, value=_text({}, want))
        return replace(row, refused="holds no JSON object; `repair` replaces it") if writes else row
    kept = tuple(sorted(document.keys() - {*want, "save_ok"}))
    differences = tuple(_differences(document, want))
    standing = Standing.DIFFERS if differences else Standing.AGREES
    row = replace(row, standing=standing, before=text, differences=differences, kept=kept)
    return replace(row, act=Act.CHANGE, value=_text(document, want)) if differences and writes else row


def _dropped(member: Member, region: str, text: Stored, asked: Asked, in_the_way: str) -> Row:
    row = Row(spot=Spot(member.name, region), id=member.id, standing=Standing.UNKNOWN)
    if isinstance(text, Unread):
        return replace(row, error=text)
    if text is None:
        return replace(row, standing=Standing.AGREES)
    row = replace(row, standing=Standing.DROPPED, before=text)
    if region not in asked.delete_from:
        return row
    return replace(row, refused=in_the_way) if in_the_way else replace(row, act=Act.DELETE)


def _in_the_way(region: str, rows: Sequence[Row]) -> str:
    """Return why a region's configuration must stay: another region's sends people there, or may do so."""
    unknown = [row.spot.region for row in rows if row.standing is Standing.UNKNOWN]
    naming = [row.spot.region for row in rows if row.act is Act.NONE and region in _named(row.before)]
    if naming:
        return f"is left: the configuration in {', '.join(naming)} still names the region; add `write`"
    return f"is left: what is configured in {', '.join(unknown)} is not known" if unknown else ""


def _named(text: Stored) -> tuple[str, ...]:
    regions = _document(text).get("regions") if isinstance(text, str) else None
    return split_regions(regions) if isinstance(regions, str) else ()


def _differences(document: Mapping[str, Any], want: Mapping[str, str]) -> Iterable[Difference]:
    for key, value in want.items():
        now = document.get(key)
        if isinstance(now, str) or now is None:
            same = split_regions(now or "") == split_regions(value) if key == "regions" else (now or "") == value
            if not same:
                yield Difference(key, now, value)
        else:
            yield Difference(key, json.dumps(now), value)


def _document(text: str) -> dict[str, Any]:
    try:
        return stored.load_object(text or "{}")
    except ValueError:
        return {}


def _text(document: Mapping[str, Any], want: Mapping[str, str]) -> str:
    """Return the text to store, as Startifact writes it."""
    whole = {**document, **want}
    if not isinstance(whole.get("save_ok"), str) or not whole["save_ok"]:
        whole["save_ok"] = CONFIRMED
    return json.dumps(whole, indent=2, sort_keys=True)


def at_odds(rows: Iterable[Row]) -> dict[str, list[Spot]]:
    """Return the keys that Waybill does not know and that are not alike in all places, with where they are at all."""
    found: dict[str, dict[Spot, str]] = {}
    spots = []
    for row in rows:
        if row.standing in {Standing.AGREES, Standing.DIFFERS} and row.before is not None:
            spots.append(row.spot)
            document = _document(row.before)
            for key in row.kept:
                found.setdefault(key, {})[row.spot] = json.dumps(document[key], sort_keys=True)
    return {
        key: sorted(values)
        for key, values in found.items()
        if len(values) < len(spots) or len(set(values.values())) > 1
    }
