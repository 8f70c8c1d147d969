"""The input `invalidate`, from text to what CloudFront takes. Pure.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
"""

from __future__ import annotations

import hashlib
import re

from waybill.domain.deploy.delivery import Invalidation
from waybill.errors import Fault

EVERYTHING = "/*"
MOST_PATHS = 3000
MOST_WILDCARDS = 15
"""What may be under way at once for one distribution: paths in all, and of those that end in `*`."""

LONGEST_PATH = 4000
EXAMPLE = "E1ABCDEF2GHIJK /index.html /assets/*"

_DISTRIBUTION = re.compile(r"[A-Z0-9]{8,30}", re.ASCII)
_VISIBLE = re.compile(r"[!-~]+")


def read_invalidations(text: str) -> tuple[tuple[Invalidation, ...], tuple[Fault, ...]]:
    """Return the invalidations of `ID /path ...` lines, one for each distribution, and every fault.

    Without a path all is forgotten. Lines of one distribution are one invalidation; a path twice is one path.
    """
    wanted: dict[str, dict[str, None]] = {}
    faults: list[Fault] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        distribution, *paths = line.split()
        rules = list(dict.fromkeys(filter(None, [_id_rule(distribution), *map(_path_rule, paths)])))
        faults += [Fault("invalidate", line, rule, EXAMPLE) for rule in rules]
        if not rules:
            wanted.setdefault(distribution, {}).update(dict.fromkeys(paths or [EVERYTHING]))
    for distribution, given in wanted.items():
        faults += [Fault("invalidate", distribution, rule, EXAMPLE) for rule in _too_many(list(given))]
    if faults:
        return (), tuple(faults)
    return tuple(Invalidation(distribution=one, paths=tuple(given)) for one, given in wanted.items()), ()


def reference(invalidation: Invalidation, seed: str) -> str:
    """Return CloudFront's CallerReference: the same for the same seed, distribution and paths, so that it runs once."""
    parts = (seed, invalidation.distribution, *invalidation.paths)
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()


def _id_rule(distribution: str) -> str:
    if _DISTRIBUTION.fullmatch(distribution):
        return ""
    return "must begin with the id of a distribution: 8 to 30 capital letters and digits."


def _path_rule(path: str) -> str:
    if not path.startswith("/"):
        return "must have paths that begin with `/`."
    if not _VISIBLE.fullmatch(path):
        return "must have paths in ASCII: write other characters as `%` and hex digits, as in an address."
    if "*" in path[:-1]:
        return "must have `*` at the end of a path only."
    return "" if len(path) <= LONGEST_PATH else f"must have paths of at most {LONGEST_PATH} characters."


def _too_many(paths: list[str]) -> list[str]:
    rules = []
    if len(paths) > MOST_PATHS:
        rules.append(f"must have at most {MOST_PATHS} paths for one distribution, and has {len(paths)}.")
    wildcards = sum(path.endswith("*") for path in paths)
    if wildcards > MOST_WILDCARDS:
        rules.append(f"must have at most {MOST_WILDCARDS} paths that end in `*`, and has {wildcards}.")
    return rules
