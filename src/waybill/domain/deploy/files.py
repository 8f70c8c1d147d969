"""How the files of one S3 deploy action were found: an item of a deploy's result. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SORTS = ("missing", "different", "unproven", "extra")
"""The lists of `DeployedFiles`, in the order in which they are told."""

SHOWN = 100
"""Names of each list that the result document holds: outputs of actions are bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedFiles:
    """What lies in a bucket that an S3 deploy action wrote to, beside the artifact: names relative to its folder.

    `compared` False: it could not be looked at, and `why` says why. `files` were to be written. `unproven` have no
    checksum that can be compared; their sizes agree. `extra` were there before: an S3 deploy deletes nothing. `notes`
    are sentences on what was left out.
    """

    action: str
    bucket: str
    compared: bool
    why: str = ""
    files: int = 0
    missing: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether all that was to be deployed lies there."""
        return not self.missing and not self.different

    @property
    def words(self) -> str:
        """How it ended, in a sentence, with the first names of each sort."""
        place = f"{self.action} -> s3://{self.bucket}"
        if not self.compared:
            return f"{place}: not compared: {self.why}"
        lists = {name: getattr(self, name) for name in SORTS}
        rest = [f"{len(names)} {sort} ({_first(names)})" for sort, names in lists.items() if names]
        same = self.files - sum(len(names) for sort, names in lists.items() if sort != "extra")
        counted = "1 file is as staged" if same == 1 else f"{same} files are as staged"
        return f"{place}: {'; '.join((counted, *rest))}."

    def to_json(self) -> dict[str, Any]:
        """Return one item of the result document's `deployed_files`: of each sort the first names, and a count."""
        lists = {name: getattr(self, name) for name in SORTS}
        return {
            "action": self.action,
            "bucket": self.bucket,
            "compared": self.compared,
            "why": self.why or None,
            "files": self.files,
            **{name: list(names[:SHOWN]) for name, names in lists.items()},
            "counts": {name: len(names) for name, names in lists.items()},
            "notes": list(self.notes),
        }


def _first(names: tuple[str, ...]) -> str:
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")
