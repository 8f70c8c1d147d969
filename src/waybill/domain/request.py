"""What a person asks for, parsed and valid: nothing validates it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from waybill.domain.arns import KeyArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.configuration import DEFAULT_PARAMETER, Overrides
from waybill.domain.identity import Identity
from waybill.domain.require import Require
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin

if TYPE_CHECKING:
    from waybill.domain.delivery import Delivery
    from waybill.domain.selector import Selector  # a stage selects nothing: its start need not read ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsChoice:
    """The input `kms-key`: nothing (look the bucket's default up), `none`, one key, or one for each region."""

    none: bool = False
    one: KeyArn | None = None
    by_region: Mapping[str, KeyArn] = field(default_factory=dict)

    @property
    def given(self) -> bool:
        """Whether anything was said, so that nothing need be looked up."""
        return self.none or self.one is not None or bool(self.by_region)

    def arns(self) -> tuple[KeyArn, ...]:
        """Return every key that was named."""
        return (*([self.one] if self.one else []), *self.by_region.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which account a command works in, and as whom. `config_regions` are where its configuration is read, in order."""

    identity: Identity = field(default_factory=Identity)
    overrides: Overrides = field(default_factory=Overrides)
    configuration_parameter: str = DEFAULT_PARAMETER
    config_regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Place):
    """What is asked of every command that puts a version somewhere, or moves a channel to it.

    `command` is its name. `again` is the command line that asks for the same once more; `restart` the one that
    finishes what was begun, which needs no build and resolves nothing anew. `delivery`: deploy it then, last of all.
    """

    command: str
    project: str
    version: Version
    origin: Origin = field(default_factory=Origin)
    kms: KmsChoice = field(default_factory=KmsChoice)
    channel: str = "latest"
    update_channel: UpdateChannel = UpdateChannel.NEWER
    reinstate: bool = False
    require: Require = field(default_factory=Require)
    dry_run: bool = False
    again: str = ""
    restart: str = ""
    delivery: Delivery | None = None

    @property
    def moves(self) -> bool:
        """Whether this version may move the channel at all."""
        return self.update_channel.lets(self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRequest(Request):
    """One `stage`. `resume`: no artifact is given; regions are completed from one that is whole."""

    command: str = "stage"
    metadata: Mapping[str, str] = field(default_factory=dict)
    keep_filename: bool = False
    media_type: str | None = None
    resume: bool = False


class Transfer(StrEnum):
    """The input `transfer`: how bytes get from the source account to the target's."""

    AUTO = "auto"
    COPY = "copy"
    RELAY = "relay"


class Verification(StrEnum):
    """The input `verify`: whether what was copied is read back."""

    CHECKSUM = "checksum"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteOrder:
    """One `promote`, before it is known which version is meant.

    `wanted_by` is the input that names it. `request` makes the request for the target account once the version is
    known. `approved` is the digest of the plan that may be carried out, None where any may; `approved_facts` are what
    that plan rests on, where its document is at hand.
    """

    project: str
    source: Place
    wanted: Selector
    wanted_by: str
    request: Callable[[Version], Request]
    transfer: Transfer = Transfer.AUTO
    verify: Verification = Verification.CHECKSUM
    approved: str | None = None
    approved_facts: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackOrder:
    """One `rollback`, before it is known which version `previous` is. `to` is None for `previous`.

    `request` makes the request once the version is known. `only_from`: only while the channel names this version and
    nothing above it; else it is none of this rollback's.
    """

    project: str
    channel: str
    place: Place
    to: Version | None
    reason: str
    only_from: Version | None = None
    request: Callable[[Version], Request]
