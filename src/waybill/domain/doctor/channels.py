"""The channels of one account: what they name, whether alike everywhere, and how full their histories are. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from waybill.domain.doctor.facts import History, Parameter
from waybill.domain.doctor.verdicts import bad, doubtful, good, unseen
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.names import is_channel, is_project
from waybill.domain.shell import blank
from waybill.domain.versions import Version, parse_or_none

KEPT = 100
"""Versions of a parameter that Parameter Store keeps."""

NEAR = 90
"""Versions from which a history is nearly full."""

NOTHING = "nothing"

_ALMOST = re.compile(r"[vV=^~]?\d+(\.\d+){0,3}([.+_-][0-9A-Za-z.+_-]{0,20})?\s*")

Channels = Mapping[str, Seen[Mapping[str, Parameter]] | Unseen]
"""The channels' parameters by region and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLook:
    """The channels of an account. `prefix` is the configuration's; `histories` those of the parameters near the end.

    `projects`: only theirs; empty: all. `stored` are the versions that a region has of a project, where that was looked
    at, by both.
    """

    prefix: str
    channels: Channels
    histories: Mapping[tuple[str, str], Seen[History | None] | Unseen] = field(default_factory=dict)
    projects: tuple[str, ...] = ()
    stored: Mapping[tuple[str, str], Seen[frozenset[Version]] | Unseen] = field(default_factory=dict)

    def project_of(self, name: str) -> str:
        """Return the project of a channel's parameter."""
        return name.removeprefix(f"{self.prefix}/").rpartition("/")[0]


def is_near(parameter: Parameter) -> bool:
    """Whether so often was put that the history may be full."""
    return parameter.version >= NEAR


def channels_in(
    found: Mapping[str, Parameter], prefix: str, projects: tuple[str, ...], *, apart: tuple[str, ...] = ()
) -> dict[str, Parameter]:
    """Return those of some parameters that are channels, by their whole names; none of the configuration's (`apart`).

    Without a prefix, and of no project that is known, any parameter of two levels would be one: what names no version
    is another application's then.
    """
    kept = {}
    for name, parameter in found.items():
        project, slash, channel = name.removeprefix(f"{prefix}/").rpartition("/")
        if not (name.startswith(f"{prefix}/") and slash and is_project(project) and is_channel(channel)):
            continue
        if name in apart or (projects and project not in projects):
            continue
        if prefix or projects or parse_or_none(parameter.value) is not None:
            kept[name] = parameter
    return kept


def channel_findings(look: ChannelLook) -> Iterator[Finding]:
    """Yield what there is to say of the channels."""
    known = {region: fact.value for region, fact in look.channels.items() if isinstance(fact, Seen)}
    for region, fact in look.channels.items():
        if isinstance(fact, Unseen):
            yield unseen("channel-value", fact, region=region, subject=look.prefix)
    if not known:
        return
    names = sorted({name for one in known.values() for name in one})
    foreign = [found for name in names for found in (*_foreign(name, known), *_unstored(name, known, look))]
    yield from foreign or [good("channel-value", _all_are("every channel names a version", names))]
    unequal = [found for name in names if (found := _unequal(name, known)) is not None]
    yield from unequal or [good("channel-equal", _all_are("every channel names the same in all regions", names))]
    full = [found for place, fact in look.histories.items() for found in _full(*place, fact)]
    yield from full
    for check, says in (
        ("channel-history", f"no channel is near the {KEPT} versions that are kept"),
        ("channel-label", "no label stops a channel from being moved"),
    ):
        if not any(one.check == check for one in full):
            yield good(check, says if names else "there are no channels yet")


def _all_are(says: str, names: list[str]) -> str:
    return says if names else "there are no channels yet"


def _foreign(name: str, known: Mapping[str, Mapping[str, Parameter]]) -> Iterator[Finding]:
    for region, found in known.items():
        one = found.get(name)
        if one is None:
            continue
        if parse_or_none(one.value) is None:
            says = f"names {_shown(one.value)}, which is no version: Waybill never overwrites it, and nothing moves"
            mend = (
                f"aws ssm put-parameter --region {region} --name {name} --value {_elsewhere(name, known)} --overwrite "
                f"# aws ssm get-parameter-history --region {region} --name {name} shows what it named before"
            )
            yield bad("channel-value", says, mend, region=region, subject=name)
        elif one.type != "String":
            says = f"is a {one.type}, and no String: whoever reads it gets another text"
            mend = f"aws ssm delete-parameter --region {region} --name {name} # and stage or promote again"
            yield bad("channel-value", says, mend, region=region, subject=name)


def _unstored(name: str, known: Mapping[str, Mapping[str, Parameter]], look: ChannelLook) -> Iterator[Finding]:
    """Yield where a channel names a version that the region does not store."""
    project = look.project_of(name)
    for region, found in known.items():
        version = parse_or_none(found[name].value) if name in found else None
        here = look.stored.get((region, project))
        if version is None or not isinstance(here, Seen) or version in here.value:
            continue
        holders = [
            where
            for (where, whose), fact in look.stored.items()
            if whose == project and isinstance(fact, Seen) and version in fact.value
        ]
        says = f"names {version}, which is not stored there: nobody can download, promote or deploy it from there"
        mend = (
            f"`waybill status --repair` completes it, from {listed(holders)}."
            if holders
            else f"No region stores it, and so no repair brings it back: stage {version} again from the same bytes, or "
            "stage the next version, which moves the channel on."
        )
        yield doubtful("channel-value", says, mend, region=region, subject=name)


def listed(names: list[str]) -> str:
    """Return names as people list them."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _elsewhere(name: str, known: Mapping[str, Mapping[str, Parameter]]) -> str:
    """Return the version that a channel names wherever it names one, where that is the same; else a blank."""
    values = {found[name].value for found in known.values() if name in found}
    named = [value for value in values if parse_or_none(value) is not None]
    return named[0] if len(named) == 1 else blank("VERSION", "a version that every region stores")


def _unequal(name: str, known: Mapping[str, Mapping[str, Parameter]]) -> Finding | None:
    values: dict[str, list[str]] = {}
    for region, found in known.items():
        values.setdefault(found[name].value if name in found else NOTHING, []).append(region)
    if len(values) < 2:
        return None
    told = ", ".join(f"{_shown(value)} in {' and '.join(regions)}" for value, regions in values.items())
    says = f"does not name the same in all regions: {told}"
    mend = "`waybill status --repair` finishes what was left undone; `waybill status` says what that is."
    if len(values) == 2 and NOTHING in values:
        # A project may be released in some regions only; else a run was cut off, and the next one finishes it.
        return doubtful("channel-equal", says, f"{mend} Give `regions`, where the project has fewer.", subject=name)
    return bad("channel-equal", says, mend, subject=name)


def _shown(value: str) -> str:
    """Return a channel's value for people: what does not look like a version may be somebody's secret."""
    if value == NOTHING or parse_or_none(value) is not None:
        return value
    return repr(value) if _ALMOST.fullmatch(value) else f"a text of {len(value)} characters"


def _full(region: str, name: str, fact: Seen[History | None] | Unseen) -> Iterator[Finding]:
    if isinstance(fact, Unseen):
        yield unseen("channel-history", fact, region=region, subject=name)
        return
    history = fact.value
    if history is None or history.versions < NEAR:
        return
    if history.labels:
        labels = " ".join(history.labels)
        rest = KEPT - history.versions
        after = f"after {rest} more moves" if rest else "now"
        says = f"has {history.versions} versions, and the oldest has labels ({labels}): {after} it cannot be moved"
        mend = (
            f"aws ssm unlabel-parameter-version --region {region} --name {name} "
            f"--parameter-version {history.oldest} --labels {labels}"
        )
        yield bad("channel-label", says, mend, region=region, subject=name)
        return
    says = (
        f"has {history.versions} of the {KEPT} versions that are kept: the oldest go away, and rollback and the floor "
        "of what it may name no longer know them"
    )
    mend = "Nothing need be done; versions that only an older history named are not found by `rollback --to previous`."
    yield doubtful("channel-history", says, mend, region=region, subject=name)
