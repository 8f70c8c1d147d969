"""Which versions are not the same in every region, judged by what each region's listing shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from waybill.domain.listing import listing
from waybill.domain.survey.catalogue import Holding
from waybill.domain.survey.standing import Half, VersionRegion, VersionStatus
from waybill.domain.versions import Version

STALE = timedelta(hours=1)
"""What nobody has touched for so long is hardly under way any more."""


def is_stale(since: str, now: str) -> bool:
    """Whether so much time has passed since a moment; both are ISO 8601 UTC. What cannot be read is not stale."""
    try:
        return _moment(now) - _moment(since) > STALE
    except ValueError:
        return False


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """What the regions that could be read show of one version; `None` where nothing is there.

    `named` are the regions where a channel's history shows it: what Startifact named, it had put there whole.
    `different` says how waybills differ, where they were read.
    """

    version: Version
    held: Mapping[str, Holding | None]
    named: Collection[str] = ()
    different: str = ""


def judge_version(facts: VersionFacts, regions: Sequence[str], now: str) -> VersionStatus | None:
    """Return in what way a version is not the same in all `regions`; None where it is, or is nothing but events."""
    shown = tuple(_region(name, facts) for name in regions)
    readable = [item for item in shown if item.readable]
    if not any(item.holds() for item in readable):
        return None
    modified = max((held.modified for held in facts.held.values() if held is not None), default="")
    differs = _Found(Half.DIFFERENT, facts.different) if facts.different else _different(readable)
    found = _pruned(readable) or differs or _lacking(readable) or _bare(facts, readable, len(shown))
    if found.half is None:
        return None
    return VersionStatus(
        version=facts.version,
        half=found.half,
        regions=shown,
        why=found.why[:1].upper() + found.why[1:],
        source=found.source,
        lacking=found.lacking,
        modified=modified,
        stale=is_stale(modified, now),
        repairable=found.repairable,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """`half` None: all is as it should be, and nothing further need be asked."""

    half: Half | None
    why: str = ""
    lacking: tuple[str, ...] = ()
    source: str | None = None
    repairable: bool = False


def _region(name: str, facts: VersionFacts) -> VersionRegion:
    if name not in facts.held:
        return VersionRegion(region=name, readable=False)
    held = facts.held[name]
    if held is None:
        return VersionRegion(region=name)
    return VersionRegion(
        region=name,
        artifact=held.staged,
        metadata=held.metadata,
        waybill=held.waybill,
        tombstone=held.tombstone,
        size=held.size,
    )


def _pruned(regions: Sequence[VersionRegion]) -> _Found | None:
    """A tombstone anywhere: the version is to go, so nothing of it is ever copied. Its waybill stays beside that."""
    gone = [item.region for item in regions if item.tombstone]
    if not gone:
        return None
    left = [item.region for item in regions if not item.tombstone or item.artifact or item.metadata]
    if not left:
        return _Found(None)
    return _Found(
        Half.HALF_PRUNED, f"It was pruned in {listing(gone)}, and not to the end in {listing(left)}.", tuple(left)
    )


def _different(regions: Sequence[VersionRegion]) -> _Found | None:
    sizes = {item.region: item.size for item in regions if item.size is not None}
    if len(set(sizes.values())) < 2:
        return None
    said = ", ".join(f"{size} bytes in {region}" for region, size in sizes.items())
    return _Found(Half.DIFFERENT, f"The regions hold different bytes: {said}.")


def _lacking(regions: Sequence[VersionRegion]) -> _Found | None:
    """Some region has a waybill: every other one can be completed from one that is whole."""
    if not any(item.waybill for item in regions):
        return None
    documented = any(item.metadata for item in regions)
    whole = [item.region for item in regions if item.whole and (item.metadata or not documented)]
    lacking = tuple(item.region for item in regions if item.region not in whole)
    if not lacking:
        return _Found(None)
    if not whole:
        return _Found(Half.HALF_STAGED, "No region that could be read holds it whole.", lacking)
    why = "; ".join(_alike([item for item in regions if item.region in lacking], documented=documented))
    return _Found(Half.HALF_STAGED, f"{why}.", lacking, whole[0], repairable=True)


def _alike(regions: Sequence[VersionRegion], *, documented: bool) -> list[str]:
    """Return what the regions lack, those together that lack the same."""
    said: dict[str, list[str]] = {}
    for item in regions:
        said.setdefault(_lacks(item, documented=documented), []).append(item.region)
    return [f"{what} in {listing(names)}" for what, names in said.items()]


def _lacks(item: VersionRegion, *, documented: bool) -> str:
    if item.empty:
        return "nothing of it is"
    pairs = (("artifact", item.artifact), ("metadata", item.metadata or not documented), ("waybill", item.waybill))
    missing = [name for name, there in pairs if not there]
    return f"{listing(missing)} {'is' if len(missing) == 1 else 'are'} missing"


def _bare(facts: VersionFacts, regions: Sequence[VersionRegion], count: int) -> _Found:
    """No waybill anywhere: what Startifact staged, or a run that was killed before its waybill.

    Only what a channel named was surely put there by Startifact to its end. A waybill that nobody can see now might
    say something else, so all regions must be readable.
    """
    staged = [item.region for item in regions if item.artifact]
    if not staged:
        return _Found(Half.HALF_STAGED, "Only its metadata is left; the artifact is in no region.")
    lacking = tuple(item.region for item in regions if not item.artifact)
    source = next((name for name in staged if name in facts.named), None)
    sure = source is not None and len(regions) == count
    if lacking:
        why = f"nothing of it is in {listing(lacking)}, and no region has its waybill"
        end = "." if sure else ": only the same bytes finish it."
        return _Found(Half.HALF_STAGED, f"{why}{end}", lacking, source, repairable=sure)
    if source is not None:
        return _Found(Half.BARE, "Only Startifact staged it.", tuple(staged), source, repairable=sure)
    why = "Only Startifact staged it, or a stage or promotion was cut off: the same command again finishes it."
    return _Found(Half.BARE, why, tuple(staged))
