"""Write an image's digest into action.yml and actions/*/action.yml, for the commit that a release tags.

    python3 tools/pin_image.py ghcr.io/OWNER/NAME@sha256:DIGEST

On the main branch the actions say `image: Dockerfile`, and a runner builds it. A release's actions say the image that
was built, attested and verified. A file without exactly one `image:` fails the release.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

REFERENCE = re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}")
IMAGE = re.compile(r"^(?P<key>[ ]+image:[ ]+)(?P<value>\S.*)$", re.MULTILINE)


class Unpinnable(Exception):
    """The reference is not one by digest, or a file does not say its image once."""


def pinned(text: str, reference: str) -> str:
    """Return an action's metadata with its image replaced. Raises `Unpinnable`."""
    if not REFERENCE.fullmatch(reference):
        raise Unpinnable(f"{reference!r} is not NAME@sha256:DIGEST")
    changed, count = IMAGE.subn(lambda found: f"{found['key']}docker://{reference}", text)
    if count != 1:
        raise Unpinnable(f"{count} lines say `image:`, not one")
    return changed


def main(arguments: Sequence[str], root: Path) -> int:
    """Pin every action below `root`; all of them or none."""
    if len(arguments) != 1:
        sys.stderr.write("usage: pin_image.py NAME@sha256:DIGEST\n")
        return 2
    files = [file for file in (root / "action.yml", *sorted(root.glob("actions/*/action.yml"))) if file.exists()]
    texts: dict[Path, str] = {}
    for file in files:
        try:
            texts[file] = pinned(file.read_text(), arguments[0])
        except Unpinnable as error:
            sys.stderr.write(f"pin_image.py: {file.relative_to(root)}: {error}\n")
            return 1
    for file, text in texts.items():
        file.write_text(text)
    sys.stdout.write(f"pinned {len(texts)} actions to {arguments[0]}\n")
    return 0 if texts else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
