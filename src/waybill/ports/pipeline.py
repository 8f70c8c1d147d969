"""What a deploy needs from the world: CodePipeline in one region, and the bucket that a pipeline reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from waybill.domain.deploy.execution import ActionRun, Execution, StageState
from waybill.domain.deploy.pipeline import Pipeline
from waybill.domain.digests import Digests
from waybill.ports.copying import CopySource


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What a start says of one source action: this version of its object, and with `key` of another object."""

    action: str
    version_id: str
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A start that is asked for. `token` is the same for the same start (`[a-zA-Z0-9-]{1,128}`)."""

    pipeline: str
    token: str
    pins: tuple[Pin, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchers:
    """The EventBridge rules that start the pipeline. `known` False: they may not be read."""

    rules: tuple[str, ...] = ()
    known: bool = True


class Pipelines(Protocol):
    """One region's CodePipeline."""

    def definition(self, name: str) -> Pipeline | None:
        """Return a pipeline as it is defined now, or None where there is none of this name in this region."""

    def start(self, start: Start) -> str:
        """Start an execution, or return the one that the same token started; returns its id.

        Raises `InputError` where CodePipeline refuses what was asked (a variable, a pin), `PipelineError` where too
        many executions are under way.
        """

    def executions(self, name: str, *, most: int = 100) -> Sequence[Execution]:
        """Return the last executions, newest first, without the version of the definition that each ran by."""

    def succeeded_in(self, name: str, stage: str) -> Sequence[Execution]:
        """Return the last executions that succeeded in a stage of the present definition, newest first."""

    def execution(self, name: str, execution: str) -> Execution | None:
        """Return one execution, without times; None where it is not there (just after its start: not yet)."""

    def actions(self, name: str, execution: str) -> Sequence[ActionRun]:
        """Return the runs of an execution's actions, in the order in which they began."""

    def stages(self, name: str) -> Sequence[StageState]:
        """Return how the stages stand now."""

    def stop(self, name: str, execution: str, *, reason: str) -> None:
        """Ask for an execution to be stopped once its running actions are done; one that has ended is no error."""

    def roll_back(self, name: str, stage: str, *, to: str) -> str | None:
        """Roll a stage back to an execution that succeeded in it; returns the id of the execution that does so.

        None where CodePipeline says that this one cannot be rolled back to, or that the stage cannot.
        """

    def watchers(self, pipeline: Pipeline) -> Watchers:
        """Return what else starts the pipeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceObject:
    """One version of the object that a pipeline takes: `summary` is its `codepipeline-artifact-revision-summary`.

    `size` in bytes; checksums in hex (SHA-256) and as S3 writes it (CRC64NVME), None where S3 has none over the whole.
    """

    key: str
    version_id: str | None
    size: int
    sha256: str | None = None
    crc64nvme: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """What is to be put under a pipeline's source key; the bucket's own default encrypts it."""

    key: str
    media_type: str
    summary: str
    digests: Digests


Guard = Callable[[Callable[[], None]], AbstractContextManager[None]]


def unguarded(undo: Callable[[], None]) -> AbstractContextManager[None]:
    """Guard nothing."""
    return nullcontext()


class SourceBucket(Protocol):
    """The bucket of an S3 source action; its owner is checked on every call. Its key is overwritten on purpose (P2)."""

    @property
    def name(self) -> str:
        """The bucket's name."""

    def versioned(self) -> bool:
        """Whether versioning is on."""

    def head(self, key: str, version_id: str | None = None) -> SourceObject | None:
        """Return a version of an object, the newest where none is named; None where there is none."""

    def copy(self, new: NewSource, source: CopySource) -> SourceObject:
        """Copy the staged artifact to the key, server side, and return what stands there now.

        Raises `AccessDenied` where one principal may not do both, `ArtifactError` where the copy is other bytes.
        """

    def put(self, new: NewSource, chunks: Iterator[bytes], *, guard: Guard = unguarded) -> SourceObject:
        """Send the staged artifact to the key through this process, memory bounded; raises as `copy` does.

        `guard` takes what aborts the upload while it is under way, for a run that is cut off (P6).
        """
