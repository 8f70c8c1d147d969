"""Finds which version is meant, in every region of an account: itself, a channel's, or the highest in a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waybill.commands.account.observe import bucket_of, refuse_foreign
from waybill.commands.account.target import Target
from waybill.commands.account.version import raise_pruned
from waybill.commands.together import in_words, together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.names import Keys, channel_parameter, version_of_key, versions_prefix
from waybill.domain.quorum import majority
from waybill.domain.ranges import Range
from waybill.domain.selector import Exactly, Named, Selector, Within, highest, nearest
from waybill.domain.versions import Version
from waybill.errors import ConflictError, Fault, InputError, Unavailable, WaybillError
from waybill.ports.account import Region
from waybill.ports.bucket import Bucket, Listed
from waybill.progress import Step, Stepped, Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One region of an account to read in: its parameters and its bucket."""

    region: Region
    bucket: Bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """The regions that can be read, and the errors of those that cannot."""

    target: Target
    open: Mapping[str, Shelf]
    errors: Mapping[str, WaybillError]

    @property
    def count(self) -> int:
        """How many regions there are, whether they answer or not."""
        return len(self.target.organisation.regions)


def open_shelves(target: Target, tools: Tools) -> Shelves:
    """Find the bucket of every region. A silent region is a warning; raises where none can be read."""

    def look(name: str) -> Shelf:
        tools.cancellation.check()
        tools.reporter.tell(Stepped(name, Step.OBSERVE))
        region = target.account.region(name)
        return Shelf(region=region, bucket=bucket_of(region, target))

    found, errors = everywhere(look, target.organisation.regions)
    if not found:
        raise together(list(errors.values()))
    for name, error in errors.items():
        tools.reporter.tell(Warned(f"{name} cannot be read: {in_words(error)}"))
    return Shelves(target=target, open=found, errors=errors)


def stored_versions(shelf: Shelf, prefix: str, project: str) -> dict[Version, Listed]:
    """Return the versions of a project whose artifact lies in a region, with what the listing says of it."""
    entries = shelf.bucket.entries(versions_prefix(prefix, project), delimiter="/")
    found = ((version_of_key(entry.key, prefix, project), entry) for entry in entries)
    return {version: entry for version, entry in found if version is not None}


def resolve(
    selector: Selector, name: str, project: str, shelves: Shelves, tools: Tools, *, surely: bool = False
) -> Version:
    """Return the version that is meant. `name` is the input's, for what is said where nothing matches.

    A range is the highest of what the regions show that answer, with a warning where one is silent: it may store a
    higher one. `surely`: for what is to be written that is `Unavailable`. What is being pruned is in no range.

    Raises `InputError` with the nearest versions that are stored, or where no such channel is; `ConflictError` where
    the regions do not agree what a channel names. That an exact version is stored is not looked at.
    """
    match selector:
        case Exactly(version):
            return version
        case Named(channel):
            return _of_channel(channel, name, project, shelves, tools)
        case Within(wanted):
            return _of_range(wanted, name, project, shelves, tools, surely=surely)


def everywhere_stored(project: str, shelves: Shelves) -> set[Version]:
    """Return the versions of a project that any region stores that answers."""
    return _stored(project, shelves)[0]


def _stored(project: str, shelves: Shelves) -> tuple[set[Version], dict[str, WaybillError]]:
    """Return the versions that regions store, and the errors of those that do not say."""
    prefix = shelves.target.organisation.key_prefix
    found, errors = everywhere(
        lambda region: stored_versions(shelves.open[region], prefix, project), list(shelves.open)
    )
    if not found:
        raise together(list(errors.values()))
    return {version for versions in found.values() for version in versions}, {**shelves.errors, **errors}


def _of_range(wanted: Range, name: str, project: str, shelves: Shelves, tools: Tools, *, surely: bool) -> Version:
    stored, silent = _stored(project, shelves)
    while True:
        best = highest(wanted, stored)
        if silent and (surely or best is None):
            said = "; ".join(f"{region}: {error.what}" for region, error in silent.items())
            raise Unavailable(
                f"Which version of {project} is the highest in {wanted.text} is not known, since not every region of "
                f"account {shelves.target.owner} says what it stores ({said}).",
                "Name the version itself, or run again when the others answer.",
            )
        if best is None:
            raise no_such_version(name, wanted.text, project, stored)
        gone, errors = _is_pruned(Keys(shelves.target.organisation.key_prefix, project, best), shelves)
        silent |= errors
        if gone:
            stored.discard(best)
        elif not (surely and silent):
            break
    if silent:
        said = ", ".join(silent)
        tools.reporter.tell(Warned(f"{wanted.text} is {best} by what could be read; {said} may store a higher one."))
    return best


def _is_pruned(keys: Keys, shelves: Shelves) -> tuple[bool, Mapping[str, WaybillError]]:
    """Return whether any region has its tombstone, and the errors of those that do not say."""
    found, errors = everywhere(
        lambda region: keys.tombstone in shelves.open[region].bucket.list(keys.tombstone), list(shelves.open)
    )
    return any(found.values()), errors


def refuse_pruned(keys: Keys, shelves: Shelves) -> None:
    """Raise `ConflictError` where a version that is not there was pruned; the first region that says so is named."""
    for shelf in shelves.open.values():
        raise_pruned(shelf.bucket, keys)


def no_such_version(name: str, wanted: str, project: str, stored: set[Version]) -> InputError:
    """Return the error for a version, or a range, that is not there; it names the nearest that are."""
    near = ", ".join(version.text for version in nearest(wanted, stored))
    rule = f"matches no version of {project} that is stored" + (
        f"; the nearest are {near}." if near else ": nothing of this project is stored there."
    )
    return InputError([Fault(name, wanted, rule)], "Nothing was written.")


def _of_channel(channel: str, name: str, project: str, shelves: Shelves, tools: Tools) -> Version:
    parameter = channel_parameter(shelves.target.organisation.parameter_prefix, project, channel)

    def look(region: str) -> str | None:
        tools.cancellation.check()
        value = shelves.open[region].region.parameters.get(parameter)
        if value is not None:
            refuse_foreign(value, parameter, region)
        return value

    answers, errors = everywhere(look, list(shelves.open))
    if not answers:
        raise together(list(errors.values()))
    if set(answers.values()) == {None}:
        rule = f"is no channel of {project} in {', '.join(answers)}: there is no parameter {parameter}."
        if not everywhere_stored(project, shelves):
            rule += " Nothing of this project is stored there."
        raise InputError([Fault(name, channel, rule, "latest")], "Nothing was written.")
    value = majority(answers, shelves.count)
    if value is not None:
        return Version(value)
    foreign = [error for error in errors.values() if isinstance(error, ConflictError)]
    if foreign:
        raise together(foreign)
    said = "; ".join(f"{region}: {answer or 'absent'}" for region, answer in answers.items())
    if errors or shelves.errors:
        raise Unavailable(
            f"Too few regions say what the channel {channel} of {project} names ({said}).",
            "Name the version itself, or run again when the others answer.",
        )
    raise ConflictError(
        f"The regions do not agree what the channel {channel} of {project} names ({said}).",
        "Name the version itself; `waybill status --repair` brings the regions together.",
    )
