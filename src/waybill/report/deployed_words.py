"""What was found of the files that a pipeline put into a bucket, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from waybill.domain.deploy.files import DeployedFiles
from waybill.report.ink import Ink, one_line
from waybill.report.units import count, listing

NAMES = 20
"""Files of each sort that are named."""

LONGEST_NAME = 120

_SORTS = {
    "missing": "missing",
    "different": "different",
    "unproven": "without a checksum to compare, of the right size",
}


def mark(files: DeployedFiles, ink: Ink) -> str:
    """Return the mark of one action's files: idle where they were not compared."""
    if not files.compared:
        return ink.idle
    return ink.good if files.good else ink.bad


def sentences(files: DeployedFiles) -> str:
    """Return what was found of one action's files, as a sentence or two."""
    place = f"{files.action} in s3://{files.bucket}"
    if not files.compared:
        return f"{place}: not compared. {files.why}".rstrip()
    wrong = [*_sorts(files, ("missing", "different"))]
    head = f"{count(files.files, 'file')} compared, {'; '.join(wrong) if wrong else 'all as they were staged'}"
    doubt = [*_sorts(files, ("unproven",))]
    extra = [f"{len(files.extra)} lay there before ({_names(files.extra)})"] if files.extra else []
    return f"{place}: {'. '.join([head, *doubt, *extra, *(note.rstrip('.') for note in files.notes)])}."


def _sorts(files: DeployedFiles, sorts: Iterable[str]) -> Iterable[str]:
    for sort in sorts:
        names: tuple[str, ...] = getattr(files, sort)
        if names:
            yield f"{len(names)} {_SORTS[sort]} ({_names(names)})"


def _names(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    shown = [one_line(name, LONGEST_NAME) for name in names[: NAMES if len(names) <= NAMES else NAMES - 1]]
    more = len(names) - len(shown)
    return listing([*shown, f"{more} more"] if more else shown, NAMES)
