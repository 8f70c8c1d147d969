"""What will be done in each region: a value, made from observations alone, that a dry run prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from waybill.domain.channel import Put, UpdateChannel, decide
from waybill.domain.digests import Digests
from waybill.domain.events import Event
from waybill.domain.metadata import parse_document
from waybill.domain.observation import Observation, Stored
from waybill.domain.require import Require
from waybill.domain.versions import Version
from waybill.domain.waybill import Subject, Waybill
from waybill.errors import ArtifactError, WaybillError


class Action(StrEnum):
    """What a region needs."""

    CREATE = "create"
    COMPLETE = "complete"
    NOTHING = "nothing"
    CONFLICT = "conflict"
    FAILED = "failed"


class ChannelAction(StrEnum):
    """What is expected to become of the channel; the move itself looks again (P3)."""

    MOVE = "move"
    KEEP = "keep"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionPlan:
    """One region: what it needs and why. `observation` is None where the region could not be observed (`error`)."""

    region: str
    action: Action
    why: str
    observation: Observation | None = None
    channel: ChannelAction = ChannelAction.LEAVE
    error: WaybillError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole stage. `waybill`: the bytes to store where one is missing, an existing one's; None: a new one."""

    project: str
    version: Version
    key: str
    channel: str
    update_channel: UpdateChannel
    require: Require
    size: int
    digests: Digests | None
    regions: tuple[RegionPlan, ...]
    waybill: bytes | None = None

    def of(self, *actions: Action) -> tuple[RegionPlan, ...]:
        """Return the regions that need one of these actions."""
        return tuple(region for region in self.regions if region.action in actions)

    @property
    def errors(self) -> dict[str, WaybillError]:
        """The regions that nothing can be done in, and why."""
        return {item.region: item.error for item in self.regions if item.error is not None}


def needs_reading(artifact: Stored, waybill: Waybill | None, mine: Digests) -> bool:
    """Whether only the stored bytes themselves can tell if they are ours.

    So it is where no SHA-256 is known and neither size nor CRC64NVME says otherwise: an interrupted multipart upload,
    or what Startifact staged. Where there is a waybill, only an object without either checksum is read: some other
    tool put it there.
    """
    if artifact.sha256 is not None or artifact.size != mine.size:
        return False
    return artifact.crc64nvme is None or (waybill is None and artifact.crc64nvme == mine.crc64nvme)


def plan_region(observation: Observation, subject: Subject | None) -> RegionPlan:
    """Compare one region with what is to be staged. `subject` None: nothing is stored anywhere, digests come later."""
    region = observation.region
    if damaged := damage(observation):
        return RegionPlan(region=region, action=Action.FAILED, why=damaged.what, observation=observation, error=damaged)
    if subject is None:
        return RegionPlan(region=region, action=Action.CREATE, why="nothing is stored", observation=observation)
    if differing := differences(observation, subject):
        return RegionPlan(region=region, action=Action.CONFLICT, why=", ".join(differing), observation=observation)
    if observation.artifact is None:
        return RegionPlan(region=region, action=Action.CREATE, why="nothing is stored", observation=observation)
    missing = _missing(observation, subject)
    return RegionPlan(
        region=region,
        action=Action.COMPLETE if missing else Action.NOTHING,
        why=f"stored without {' and '.join(missing)}" if missing else "already stored, same bytes",
        observation=observation,
    )


def damage(observation: Observation) -> ArtifactError | None:
    """Return what is wrong where stored things do not agree with their own waybill."""
    artifact, waybill = observation.artifact, observation.waybill
    if waybill is None:
        return None
    says, bad = waybill.subject, []
    if artifact is not None:
        bad = [
            name
            for name, stored, said in (
                ("size", artifact.size, says.digests.size),
                ("sha256", artifact.sha256, says.digests.sha256),
                ("crc64nvme", artifact.crc64nvme, says.digests.crc64nvme),
            )
            if stored is not None and stored != said
        ]
    if observation.metadata is not None and not same_metadata(observation.metadata, says.document()):
        bad.append("metadata")
    if not bad:
        return None
    return ArtifactError(
        f"What is stored as {says.project} {says.version} in {observation.region} (s3://{observation.bucket}) "
        f"is not what its own waybill says: {', '.join(bad)}.",
        "Somebody replaced an object outside Waybill. Restore the object version that the waybill speaks of, "
        "or take the next version.",
    )


def differences(observation: Observation, subject: Subject) -> list[str]:
    """Return the names of what is stored otherwise than it is to be staged; empty when nothing is."""
    if observation.waybill is not None:
        return observation.waybill.subject.differences(subject)
    found, artifact = [], observation.artifact
    if artifact is not None:
        if artifact.sha256 is not None:
            found += ["sha256"] if artifact.sha256 != subject.digests.sha256 else []
        elif artifact.crc64nvme is not None and artifact.crc64nvme != subject.digests.crc64nvme:
            found.append("crc64nvme")
        if artifact.size != subject.digests.size:
            found.append("size")
    if observation.metadata is not None and not same_metadata(observation.metadata, subject.document()):
        found.append("metadata")
    return found


def _missing(observation: Observation, subject: Subject) -> list[str]:
    missing = []
    if observation.metadata is None and subject.document() is not None:
        missing.append("metadata")
    if observation.waybill is None:
        missing.append("waybill")
    return missing


def same_metadata(stored: bytes, mine: bytes | None) -> bool:
    """Whether two metadata documents say the same; one that cannot be read is different."""
    try:
        return mine is not None and parse_document(stored) == parse_document(mine)
    except ValueError:
        return False


def existing_waybill(observations: Iterable[Observation], subject: Subject) -> bytes | None:
    """Return the stored bytes of the waybill that was first, of those that speak of this subject; None without one."""
    found = [
        (item.waybill.staged_at, item.waybill_raw)
        for item in observations
        if item.waybill is not None and item.waybill_raw is not None and not item.waybill.subject.differences(subject)
    ]
    return min(found)[1] if found else None


def expected_channel(
    observation: Observation, version: Version, update: UpdateChannel, events: Iterable[Event] = ()
) -> ChannelAction:
    """Return what a move would do, as far as this region's history and these events tell; the move looks again."""
    if not update.lets(version):
        return ChannelAction.LEAVE
    step = decide(observation.history or (), events, version)
    return ChannelAction.MOVE if isinstance(step, Put) else ChannelAction.KEEP
