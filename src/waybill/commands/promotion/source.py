"""What the source account offers of one version: which regions hold it whole, and that they agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from waybill.commands.account.find import Shelves, everywhere_stored, no_such_version, open_shelves
from waybill.commands.account.target import reach
from waybill.commands.account.version import foreign_waybill, look_at_version, proved, raise_pruned
from waybill.commands.account.wants import reading
from waybill.commands.promotion.goods import Offer
from waybill.commands.promotion.without_waybill import refuse_unsure, subject_of
from waybill.commands.release.material import holds_whole
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.calls import SOURCE_CALLS, On
from waybill.domain.names import Keys
from waybill.domain.observation import Observation
from waybill.domain.orders import PromoteOrder
from waybill.domain.plan import damage, differences
from waybill.domain.selector import Named
from waybill.domain.versions import Version
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError, ConflictError, InputError, WaybillError
from waybill.progress import Warned

FOLLOWS = ("ssm:GetParameter", On.CHANNEL)
"""What only a promotion does that follows a channel."""


def open_source(order: PromoteOrder, tools: Tools) -> Shelves:
    """Reach the source account, to read the project there, and the channel only where one is to be followed.

    Faults that are found there have the names of the inputs that speak of the source.
    """
    channel = order.wanted.channel if isinstance(order.wanted, Named) else "*"
    calls = [one for one in SOURCE_CALLS if channel != "*" or (one.action, one.on) != FOLLOWS]
    try:
        return open_shelves(reach(order.source, reading(order.source, order.project, channel, calls), tools), tools)
    except InputError as error:
        names = {"channel": order.wanted_by, "regions": "from-regions"}
        faults = [
            replace(one, name=names.get(one.name, one.name), rule=f"in the source account, {one.rule}")
            for one in error.faults
        ]
        raise InputError(faults, error.advice) from error


def look_at_source(project: str, version: Version, wanted_by: str, shelves: Shelves, tools: Tools) -> Offer:
    """Return what the source offers. Raises `ArtifactError` for what is damaged or differs, `ConflictError` for what
    is pruned, `InputError` where it is not stored at all; the nearest versions that are stored are named then.
    """
    target = shelves.target
    keys = Keys(target.organisation.key_prefix, project, version)

    def look(region: str) -> Observation:
        tools.cancellation.check()
        bucket = shelves.open[region].bucket
        there = set(bucket.list(keys.artifact))
        if keys.tombstone in there:
            raise_pruned(bucket, keys)
        found = look_at_version(bucket, keys, region=region, account=target.owner, listed=there)
        return proved(bucket, found, tools)

    found, errors = everywhere(look, list(shelves.open))
    gone = [error for error in errors.values() if isinstance(error, ConflictError)]
    if gone:
        raise gone[0]
    broken = [error for error in errors.values() if isinstance(error, ArtifactError)]
    broken += [error for one in found.values() for error in (foreign_waybill(one, keys), damage(one)) if error]
    if broken:
        raise together(broken)
    if not found:
        raise together([*errors.values(), *shelves.errors.values()])
    if not any(item.artifact for item in found.values()):
        raise _absent(project, version, wanted_by, shelves, errors)
    for name, error in errors.items():
        tools.reporter.tell(Warned(f"{name} of account {target.owner} cannot be read: {error.what}"))
    return _offer(keys, shelves, found, {**errors, **shelves.errors}, tools)


def _absent(
    project: str, version: Version, wanted_by: str, shelves: Shelves, errors: Mapping[str, WaybillError]
) -> WaybillError:
    silent = [*errors.values(), *shelves.errors.values()]
    if silent:  # it may lie where nobody could look
        return together(silent)
    return no_such_version(wanted_by, version.text, project, everywhere_stored(project, shelves) - {version})


def _offer(
    keys: Keys, shelves: Shelves, found: Mapping[str, Observation], silent: Mapping[str, WaybillError], tools: Tools
) -> Offer:
    project, version = keys.project, keys.version
    holders = {name: item for name, item in found.items() if holds_whole(item, project, version)}
    first = _first(holders.values())
    if first is None and any(item.waybill for item in found.values()):
        raise ArtifactError(
            f"No region of account {shelves.target.owner} holds {project} {version} whole.",
            "Finish it there first (`waybill stage --resume`, or `waybill status --repair`), and run again.",
        )
    if first is not None and first.waybill is not None:
        subject, waybill = first.waybill.subject, first.waybill_raw
        _refuse_differing(first, subject, found.values())
    else:
        holders = {name: item for name, item in found.items() if item.artifact is not None}
        refuse_unsure(keys, shelves, list(holders), silent, tools)
        subject, waybill = subject_of(keys, shelves, holders, tools), None
    order = [name for name in shelves.target.organisation.regions if name in holders]
    return Offer(
        account=shelves.target.owner,
        keys=keys,
        subject=subject,
        waybill=waybill,
        holders={name: shelves.open[name] for name in order},
        found=found,
    )


def _first(holders: Iterable[Observation]) -> Observation | None:
    known = [(item.waybill.staged_at, number, item) for number, item in enumerate(holders) if item.waybill is not None]
    return min(known, key=lambda one: one[:2])[2] if known else None


def _refuse_differing(first: Observation, subject: Subject, every: Iterable[Observation]) -> None:
    """Raise where any region holds something else, be it half: two builds raced for this version, or worse."""
    differing = {item.region: names for item in every if (names := differences(item, subject))}
    if differing:
        said = "; ".join(f"{region} has another {', '.join(names)}" for region, names in differing.items())
        raise ArtifactError(
            f"The regions of account {first.account} hold different things as {subject.project} {subject.version}: "
            f"{said} than {first.region}.",
            "Nothing was promoted. Look at `waybill info`, and take the next version.",
        )
