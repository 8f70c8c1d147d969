"""Draws what is known of one version: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waybill.domain.deploy.past import TOLD, Deploy
from waybill.domain.survey.info import EventInfo, Other, RegionInfo, VersionInfo
from waybill.report.catalogue_text import NO_WAYBILL
from waybill.report.columns import columns, pairs_of
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose, table
from waybill.report.units import exact_size, listing

REGIONS = ["region", "holds", "version id", "encrypted with", "bucket"]
LINK = ("promoted_by", "promoted_at", "account", "waybill")
KNOWN = ("schema", "kind", "version", "channel", "by", "at", "reason", "target", "lifts")


def as_text(body: VersionInfo, ink: Ink) -> str:
    """Return the waybill, the chain, the regions, the channels and the events."""
    parts = [
        "\n".join(pairs_of(_facts(body))),
        _titled("metadata", pairs_of(list(body.metadata.items())), ink),
        _titled("chain, the earliest first", [f"  {one_line(_link(link))}" for link in _chain(body)], ink),
        _regions(body, ink),
        _titled("deploys, the newest first", [f"  {_deploy(*one, body, ink)}" for one in _deploys(body)], ink),
        _titled("events, the newest first", [f"  {one_line(_event(event, body))}" for event in _others(body)], ink),
        "\n".join(ink.yellow(f"  {one_line(text)}") for text in _notes(body)),
    ]
    return "\n\n".join(part for part in parts if part)


def as_markdown(body: VersionInfo) -> list[str]:
    """Return the same as items and tables."""
    lines = [*(f"- {prose(text)}" for text in _notes(body))]
    lines += [""] if lines else []
    rows = ([code(cells[0]), prose(cells[1]), *map(code, cells[2:])] for cells in map(_cells, body.regions))
    lines += table([name.capitalize() for name in REGIONS], rows)
    lines += [f"- {name.capitalize()}: {code(value, 1000)}" for name, value in _facts(body)]
    for title, items in (
        ("Metadata", [f"- {code(f'{key}={value}', 1000)}" for key, value in body.metadata.items()]),
        ("Chain", [f"1. {prose(one_line(_link(link)))}" for link in _chain(body)]),
        (
            "Deploys",
            [f"- {_mark_of(one[1], Ink())} {prose(one_line(_deployed(*one, body)))}" for one in _deploys(body)],
        ),
        ("Events", [f"- {prose(one_line(_event(event, body)))}" for event in _others(body)]),
    ):
        lines += ["", f"### {title}", "", *items] if items else []
    return [*lines, ""]


def _facts(body: VersionInfo) -> list[tuple[str, str]]:
    waybill = body.waybill
    named = ", ".join(_channel(body, name, len(regions)) for name, regions in body.channels.items())
    facts = [("named by", named or "no channel")]
    if body.pruned:
        facts.append(("pruned", body.tombstone.told() if body.tombstone else "by somebody"))
    if waybill is not None:
        built = waybill.built_from
        facts += [
            ("staged", waybill.staged_at),
            ("by", built.actor),
            ("repository", built.repository),
            ("commit", built.commit),
            ("ref", built.ref),
            ("workflow", built.workflow),
            ("run", f"{built.run_id}, attempt {built.attempt}" if built.attempt else built.run_id),
            ("runner", built.runner),
            ("media type", waybill.subject.media_type),
            ("crc64nvme", waybill.subject.digests.crc64nvme),
            ("waybill", f"sha256 {body.digest}"),
        ]
    else:
        whole = next((region for region in body.regions if region.size is not None), None)
        if whole is not None:
            facts += [("stored", whole.modified or ""), ("checksum", whole.checksum or "none")]
            facts.append(("size", exact_size(whole.size or 0)))
    facts.append(("file name", body.file_name or ""))
    return [(name, value) for name, value in facts if value]


def _channel(body: VersionInfo, name: str, regions: int) -> str:
    return name if regions == len(body.regions) else f"{name} ({regions} of {len(body.regions)} regions)"


def _chain(body: VersionInfo) -> list[Mapping[str, Any]]:
    return list(body.waybill.chain) if body.waybill else []


def _link(link: Mapping[str, Any]) -> str:
    """Return one link, whatever it holds: a release may have written more than this one knows."""
    names = [*(name for name in LINK if name in link), *(name for name in link if name not in LINK)]
    return ", ".join(f"{name.replace('_', ' ')} {_said(link[name])}" for name in names)


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{name.replace('_', ' ')} {_said(item)}" for name, item in value.items()) + ")"
    if isinstance(value, list):
        return listing([_said(item) for item in value]) or "none"
    return "none" if value is None else str(value)


def _regions(body: VersionInfo, ink: Ink) -> str:
    head, *lines = columns([["", *REGIONS], *([_mark(region, ink), *_cells(region)] for region in body.regions)])
    painted = [
        line if region.whole or region.pruned else ink.red(line)
        for line, region in zip(lines, body.regions, strict=True)
    ]
    return "\n".join([ink.dim(head), *painted])


def _mark(region: RegionInfo, ink: Ink) -> str:
    if region.pruned and not region.error:
        return ink.idle
    return ink.good if region.whole else ink.bad


def _cells(region: RegionInfo) -> list[str]:
    return [region.region, _holds(region), region.version_id or "", region.kms_key or "", region.bucket or ""]


def _holds(region: RegionInfo) -> str:
    if not region.answered:
        return "not known: it did not answer"
    if region.error:
        return "what it should not"
    if region.pruned:
        return "pruned"
    return f"without {listing(region.missing)}" if region.missing else "whole"


def _event(event: EventInfo, body: VersionInfo) -> str:
    known = event.document
    if not known:
        return f"{event.name} on {event.channel} cannot be read{_where(event, body)}"
    text = f"{known.get('kind', 'something')} on {event.channel} by {known.get('by') or 'somebody'}"
    text += f" at {known.get('at', 'some time')}"
    if known.get("target"):
        text += f", for {known['target']}"
    if known.get("reason"):
        text += f": {known['reason']}"
    return f"{text}{_more(event)}{_where(event, body)}"


def _more(event: EventInfo, told: Sequence[str] = ()) -> str:
    """Return what an event says more than this release knows of, and than was told."""
    known = (*KNOWN, *told)
    return "".join(f"; {name} {_said(value)}" for name, value in event.document.items() if name not in known and value)


def _where(event: EventInfo, body: VersionInfo) -> str:
    return "" if len(event.regions) == len(body.regions) else f" (in {listing(event.regions)})"


def _deploys(body: VersionInfo) -> list[tuple[EventInfo, Deploy]]:
    return [(event, found) for event in body.events if (found := Deploy.read(event.document)) is not None]


def _others(body: VersionInfo) -> list[EventInfo]:
    """Return the events that are not told as deploys."""
    return [event for event in body.events if Deploy.read(event.document) is None]


def _deploy(event: EventInfo, found: Deploy, body: VersionInfo, ink: Ink) -> str:
    paint = ink.green if found.good else ink.red
    return f"{paint(_mark_of(found, ink))} {one_line(_deployed(event, found, body))}"


def _mark_of(found: Deploy, ink: Ink) -> str:
    return ink.good if found.good else ink.bad


def _deployed(event: EventInfo, found: Deploy, body: VersionInfo) -> str:
    """Return one deploy: by which pipeline, how it ended, when, by whom, and which execution it was."""
    text = f"{found.place}: {found.end} at {found.at or 'some time'} by {found.by or 'somebody'}"
    reason = f": {found.reason}" if found.reason else ""
    return f"{text}, on {found.channel}, execution {found.execution}{reason}{_more(event, TOLD)}{_where(event, body)}"


def _notes(body: VersionInfo) -> list[str]:
    notes = [_differs(other) for other in body.others]
    if body.waybill is None and any(region.size is not None for region in body.regions):
        notes.append(f"There is no waybill: {NO_WAYBILL}.")
    return notes + [f"{region.region}: {region.error}" for region in body.regions if region.error]


def _differs(other: Other) -> str:
    where = listing(other.regions)
    holds = "holds" if len(other.regions) == 1 else "hold"
    if other.differs:
        return f"{where} {holds} another artifact's waybill (sha256 {other.digest}): {listing(other.differs)} differ."
    return f"{where} {holds} another waybill of the same artifact (sha256 {other.digest}): it was staged twice at once."


def _titled(title: str, lines: list[str], ink: Ink) -> str:
    return "\n".join([ink.dim(title), *lines]) if lines else ""
