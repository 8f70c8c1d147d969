"""`path: release:PATTERN`: which tags a version's release may have, and which of its assets is the artifact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from waybill.domain.filenames import part_fault
from waybill.domain.versions import Version, from_tag
from waybill.errors import Fault, InputError
from waybill.packing.gathering import MEANT
from waybill.packing.names import printable
from waybill.ports.releases import Asset, Release

PREFIX = "release:"
EXAMPLE = "release:app-*.zip"
SHOWN = 30
"""Assets that are named in an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePath:
    """What `path` names: one asset of a release. `compress_ignored` as in `Selection`."""

    asset: Asset
    tag: str
    compress_ignored: bool = False


def pattern_of(path_input: str) -> str:
    """Return the PATTERN of `release:PATTERN`, a glob on names of assets. Raises `InputError`.

    The prefix is never part of a file's name: such a file is written `./release:...`.
    """
    lines = [line.strip() for line in re.split("[\r\n]+", path_input) if line.strip()]
    if len(lines) > 1:
        first = next(line for line in lines if line.startswith(PREFIX))
        raise _fault(first, f"must stand alone, for an artifact is one asset; here are {len(lines)} lines.")
    pattern = lines[0].removeprefix(PREFIX).strip()
    if not pattern:
        raise _fault(lines[0], "names no asset. Write a name or a glob after the colon.")
    return pattern


def tags_of(project: str, version: Version, building: str | None) -> tuple[str, ...]:
    """Return the tags that the version's release may have, in the order in which they are looked for.

    First the tag that is being built, where it names this version; then `project@1.2.3` and `project/v1.2.3`, which
    can be no other project's; then `v1.2.3` and `1.2.3`.
    """
    usual = (f"{project}@{version}", f"{project}/v{version}", f"v{version}", version.text)
    first = (building,) if building is not None and _named(building, project) == version else ()
    return tuple(dict.fromkeys((*first, *usual)))


def other_version(release: Release, project: str, version: Version) -> Version | None:
    """Return the version that a release's tag names where it is another one, else None; build metadata is no matter."""
    named = _named(release.tag, project)
    return named if named is not None and (named < version or version < named) else None


def choose(release: Release, pattern: str, *, allow_empty: bool, compress: bool) -> ReleasePath:
    """Return the one asset that the pattern matches; an asset of exactly this name is no glob.

    Raises `InputError` where none or several match, or where the one is unfit.
    """
    exact = [asset for asset in release.assets if asset.name == pattern]
    found = exact or [asset for asset in release.assets if fnmatchcase(asset.name, pattern)]
    if len(found) != 1:
        raise _fault(PREFIX + pattern, _not_one(release, found))
    asset = found[0]
    unfit = _unfit(asset, allow_empty=allow_empty)
    if unfit:
        raise _fault(PREFIX + pattern, f"matches {printable(asset.name)!r} of the release {release.tag!r}, {unfit}")
    return ReleasePath(asset=asset, tag=release.tag, compress_ignored=compress)


def _named(tag: str, project: str) -> Version | None:
    try:
        return from_tag(tag, project)
    except ValueError:
        return None


def _not_one(release: Release, found: Sequence[Asset]) -> str:
    if found:
        return f"matches {len(found)} assets of the release {release.tag!r}: {_listed(found)}. It must match one."
    if release.assets:
        return f"matches no asset of the release {release.tag!r}, which has: {_listed(release.assets)}."
    return f"matches no asset: the release {release.tag!r} has none. Upload them before it is published."


def _listed(assets: Sequence[Asset]) -> str:
    names = sorted(printable(asset.name) for asset in assets)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(repr, names[:SHOWN])) + more


def _unfit(asset: Asset, *, allow_empty: bool) -> str:
    if not asset.whole:
        return "whose upload has not ended, or failed. Upload it anew."
    if rule := part_fault(asset.name):
        return f"whose name {rule}."
    return "" if asset.size or allow_empty else f"which is empty (0 bytes). {MEANT}"


def _fault(value: str, rule: str) -> InputError:
    return InputError([Fault("path", value, rule, EXAMPLE)])
