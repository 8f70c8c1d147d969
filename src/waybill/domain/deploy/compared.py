"""What an S3 deploy action was to write beside what lies there: verdicts by name, size and checksum. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from waybill.domain.deploy.files import DeployedFiles
from waybill.domain.deploy.pipeline import ActionDefinition, Pipeline

MAKERS = frozenset({"Build", "Compute", "Invoke"})
"""Categories of actions that make artifacts of their own."""


class Choice(StrEnum):
    """The input `verify-deployed`. `auto`: where one may look; `always`: not being allowed to look is an error."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Kind(StrEnum):
    """Checksums that S3 may know of a whole object, the best first."""

    SHA256 = "sha256"
    CRC64NVME = "crc64nvme"
    CRC32C = "crc32c"
    CRC32 = "crc32"
    MD5 = "md5"


class Verdict(Enum):
    """How one file stands. `UNPROVEN`: the size agrees, and no checksum is known on both sides."""

    SAME = "same"
    DIFFERENT = "different"
    MISSING = "missing"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChecksums:
    """What S3 says of an object: `size` in bytes, `known` checksums of the whole as lower-case hex."""

    size: int
    known: Mapping[Kind, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A file that was to be written. `number` is its place in the zip; `known` what is known without reading it.

    `readable`: what it holds can be read; that of an encrypted entry cannot.
    """

    name: str
    size: int
    known: Mapping[Kind, str] = field(default_factory=dict)
    number: int = 0
    readable: bool = True


def folder(action: ActionDefinition) -> str:
    """Return what an unpacking action puts before the names of the zip; empty, or it ends in a slash."""
    key = action.key.rstrip("/")
    return f"{key}/" if key else ""


def unnamed(action: ActionDefinition) -> str:
    """Return why it cannot be told from the definition where the action wrote; empty where it can."""
    if any(mark in text for text in (action.bucket, action.key) for mark in ("#{", "{datetime}", "{uuid}")):
        return f"{action.name} makes up its bucket or key anew in every execution ({action.bucket}, {action.key})."
    return ""


def doubtful(pipeline: Pipeline, action: ActionDefinition) -> str:
    """Return why the action may have deployed something else than the source; empty where it cannot."""
    if len(pipeline.sources) != 1:
        return f"the pipeline has {len(pipeline.sources)} sources, and which of them it deploys is not known here."
    before = pipeline.stages.index(action.stage) if action.stage in pipeline.stages else len(pipeline.stages)
    made = [
        one.name for one in pipeline.actions if one.category in MAKERS and one.stage in pipeline.stages[: before + 1]
    ]
    if made:
        return f"the pipeline makes other artifacts on the way ({', '.join(made)}), and may deploy those."
    return ""


def to_compute(file: Expected, found: FileChecksums | None) -> Kind | None:
    """Return the checksum that is to be computed of the file for a verdict; None where none is needed, or helps."""
    if found is None or found.size != file.size or not file.size or not file.readable:
        return None
    if file.known.keys() & found.known.keys():
        return None
    return next((kind for kind in Kind if kind in found.known), None)


def verdict(file: Expected, found: FileChecksums | None, computed: Mapping[Kind, str]) -> Verdict:
    """Return how a file stands; `computed` are checksums of what it holds."""
    if found is None:
        return Verdict.MISSING
    if found.size != file.size:
        return Verdict.DIFFERENT
    own = {**file.known, **computed}
    shared = own.keys() & found.known.keys()
    if any(own[kind] != found.known[kind] for kind in shared):
        return Verdict.DIFFERENT
    return Verdict.SAME if shared or not file.size else Verdict.UNPROVEN


BEST = (Verdict.SAME, Verdict.UNPROVEN, Verdict.DIFFERENT, Verdict.MISSING)


def best(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict on a name that is in the zip more than once: which of them was written last is not known."""
    return min(verdicts, key=BEST.index)


def report(
    action: ActionDefinition,
    verdicts: Mapping[str, Verdict],
    *,
    extra: Iterable[str] = (),
    notes: Sequence[str] = (),
) -> DeployedFiles:
    """Return what was found of one action, by the names of the zip."""

    def of(wanted: Verdict) -> tuple[str, ...]:
        return tuple(sorted(name for name, one in verdicts.items() if one is wanted))

    return DeployedFiles(
        action=action.name,
        bucket=action.bucket,
        compared=True,
        files=len(verdicts),
        missing=of(Verdict.MISSING),
        different=of(Verdict.DIFFERENT),
        unproven=of(Verdict.UNPROVEN),
        extra=tuple(sorted(extra)),
        notes=tuple(notes),
    )


def not_compared(action: ActionDefinition, why: str) -> DeployedFiles:
    """Return that an action's files could not be looked at, and why."""
    return DeployedFiles(action=action.name, bucket=action.bucket, compared=False, why=why)
