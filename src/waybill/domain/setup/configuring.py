"""The organisation configuration as `waybill.yaml` means it, and what of it changes in which account and region. Pure.

`setup configuration` shows and carries out these rows, `setup apply` writes them after its stacks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from waybill.domain import stored
from waybill.domain.configuration import split_regions
from waybill.domain.setup.prepared import Member, Prepared

CONFIRMED = "yes"
"""Startifact's `save_ok`, which it asks for before it saves; what is stored already is kept."""


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """One account, by its name in `waybill.yaml`, in one region."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


@dataclass(frozen=True, slots=True)
class Unread:
    """Why nobody knows what is stored: an error's sentence, its advice and its exit code."""

    error: str
    advice: str
    exit_code: int


Stored = str | Unread | None
"""What the parameter holds; None where there is none."""


class Standing(StrEnum):
    """How what is stored stands to `waybill.yaml`."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ABSENT = "absent"
    BROKEN = "broken"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


class Act(StrEnum):
    """What is to be done in one place."""

    NONE = "none"
    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run is asked to do beside looking. `repair` also replaces what is no JSON object."""

    write: bool = False
    repair: bool = False
    delete_from: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether anything would be written."""
        return self.write or self.repair or bool(self.delete_from)


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of the configuration: as it is stored (None: it is not there), and as `waybill.yaml` means it."""

    key: str
    stored: str | None
    wanted: str

    def to_json(self) -> dict[str, Any]:
        """Return the difference as a part of the result document."""
        return {"key": self.key, "stored": self.stored, "wanted": self.wanted}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One place: how it stands, what is to be done there (`act`, with `value` to put), and how that ended.

    `before` is the stored text; `kept` are keys that Waybill does not know and keeps. `refused` says why what was asked
    for is not done. `done` None: nothing was tried.
    """

    spot: Spot
    id: str
    standing: Standing
    act: Act = Act.NONE
    value: str = ""
    before: str | None = None
    differences: tuple[Difference, ...] = ()
    kept: tuple[str, ...] = ()
    refused: str = ""
    done: bool | None = None
    error: Unread | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the row as a part of the result document."""
        return {
            "account": self.spot.account,
            "account_id": self.id,
            "region": self.spot.region,
            "standing": self.standing.value,
            "act": self.act.value,
            "done": self.done,
            "differences": [one.to_json() for one in self.differences],
            "kept": list(self.kept),
            "before": self.before,
            "refused": self.refused or None,
            "error": self.error.error if self.error else None,
            "advice": self.error.advice or None if self.error else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """The organisation configuration in every place: the body of the result. `wanted` is what `waybill.yaml` means."""

    parameter: str
    wanted: Mapping[str, str]
    rows: tuple[Row, ...]
    asked: Asked
    yes: bool

    @property
    def pending(self) -> tuple[Row, ...]:
        """The rows with something to do."""
        return tuple(row for row in self.rows if row.act is not Act.NONE)

    @property
    def astray(self) -> tuple[Row, ...]:
        """The rows that are not now as `waybill.yaml` means them, or of which nobody knows."""
        return tuple(row for row in self.rows if not (row.done or _right(row)))

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {
            "configuration": {
                "parameter": self.parameter,
                "wanted": dict(self.wanted),
                "places": [row.to_json() for row in self.rows],
            }
        }


def _right(row: Row) -> bool:
    return row.standing is Standing.AGREES


def wanted(prepared: Prepared) -> dict[str, str]:
    """Return the keys that `waybill.yaml` decides, as Startifact names them."""
    return {
        "bucket_key_prefix": prepared.prefixes.key,
        "bucket_name_param": prepared.bucket_parameter,
        "parameter_name_prefix": prepared.prefixes.parameter,
        "regions": ",".join(prepared.regions),
    }


def dropped_regions(prepared: Prepared, stored_texts: Iterable[Stored]) -> tuple[str, ...]:
    """Return the regions that stored configurations name and `waybill.yaml` does not."""
    found: dict[str, None] = {}
    for text in stored_texts:
        regions = _document(text).get("regions") if isinstance(text, str) else None
        if isinstance(regions, str):
            found |= dict.fromkeys(split_regions(regions))
    return tuple(region for region in found if region not in prepared.regions)


def plan(
    prepared: Prepared, places: Mapping[Spot, Stored], asked: Asked, *, among: Sequence[Member] | None = None
) -> tuple[Row, ...]:
    """Return a row for every place of `places`, in the file's order: accounts, then regions, dropped ones last.

    `among` are the accounts looked at; None: all. A dropped region in which nothing is stored has a row only where it
    is asked for.
    """
    rows = []
    for member in prepared.accounts if among is None else among:
        mine = {spot.region: text for spot, text in places.items() if spot.account == member.name}
        live = [region for region in prepared.regions if region in mine]
        rows += [_live(prepared, member, region, mine[region], asked) for region in live]
        mined = [row for row in rows if row.id == member.id]
        for region, text in mine.items():
            if region not in prepared.regions and (text is not None or region in asked.delete_from):
                rows.append(_dropped(member, region, text, asked, _in_the_way(region, mined)))
    return tuple(rows)


def _live(prepared: Prepared, member: Member, region: str, text: Stored, asked: Asked) -> Row:
    row = Row(spot=Spot(member.name, region), id=member.id, standing=Standing.UNKNOWN)
    want, writes = wanted(prepared), asked.write or asked.repair
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
