"""Checks what git tracks: no package registry by its host, no path of one person's machine, nothing binary or large.

Packages are named by name; which index they come from is the reader's setting. A repository of text stays reviewable.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 512 * 1024

# Written so that the patterns do not match themselves.
FORBIDDEN = {
    "names a package registry's host": re.compile(
        rb"(test\.|files\.)?py(pi|thonhosted)\.o[r]g|registry\.(n[p]mjs|y[a]rnpkg)|(deb|security)\.d[e]bian\.org"
    ),
    "names a path of one machine": re.compile(rb"/home/(?!runner\b)[a-z][\w-]*/|/Users/[A-Za-z]+/|/roo[t]/\."),
}


def tracked() -> list[Path]:
    """The files git tracks that are there, below the project's root."""
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    paths = (ROOT / name.decode() for name in listed.split(b"\0") if name)
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def faults(path: Path) -> Iterator[str]:
    """What is wrong with one file, each as `line: what` or just `what`."""
    content = path.read_bytes()
    if len(content) > LARGEST:
        yield f"is {len(content)} bytes, and {LARGEST} is the most"
    if b"\0" in content:
        yield "is binary"
        return
    for number, line in enumerate(content.splitlines(), start=1):
        for what, pattern in FORBIDDEN.items():
            if pattern.search(line):
                yield f"line {number} {what}"
    if content and not content.endswith(b"\n"):
        yield "does not end in a newline"


def main() -> int:
    """Prints each fault; 1 where there is any."""
    found = [f"{path.relative_to(ROOT)}: {fault}" for path in tracked() for fault in faults(path)]
    print("\n".join(found) or "clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
