"""Symbolic links inside what is packed: followed as long as they stay inside it.

A zip of ours holds no links: the content that a link leads to is stored under the link's name. A link that leaves the
root would put another part of the machine into the artifact, so it is refused, and so is a chain that does on its way.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from waybill.packing.names import is_git

MOST_HOPS = 40
"""Links in one chain, as Linux counts (path_resolution(7))."""


class LinkRefused(Exception):
    """Why a link is not followed; the text follows the words "is a symbolic link to TARGET"."""


def follow(link: Path, root: Path) -> Path:
    """Return the real path, inside the real path `root`, that `link` leads to; its directory is a real path too.

    Raises LinkRefused where the link, or a later one of its chain, leaves the root or leads to itself, nowhere, or
    into git's own directory.
    """
    place = link
    for _ in range(MOST_HOPS):
        place = _aim(place)
        if not place.is_relative_to(root):
            raise LinkRefused(f"which leaves {str(root)!r}. Copy what it leads to, or leave the link out.")
        if any(is_git(part) for part in place.relative_to(root).parts):
            raise LinkRefused("which is inside .git, and that is never packed. Leave the link out.")
        if not place.is_symlink():
            break
    else:
        raise LinkRefused("which leads in a circle. Remove it.")
    if not place.exists():
        raise LinkRefused("which does not exist. Remove the link, or make what it leads to.")
    return place


def circles(directory: str, path_here: Iterable[str]) -> bool:
    """Tell whether to read `directory` is to come by here again.

    `path_here` holds the real paths of the directories where a link was followed on the way, the present one last. Only
    a directory above one of them leads back; any other ends, because no directory is entered twice on one way.
    """
    return any(Path(place).is_relative_to(directory) for place in path_here)


def _aim(link: Path) -> Path:
    """Return where one link points to, with every directory on the way resolved but not the last part."""
    target = link.parent / link.readlink()
    if target.name in ("", ".."):
        return Path(os.path.realpath(target))
    return Path(os.path.realpath(target.parent), target.name)
