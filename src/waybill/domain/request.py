"""What a person asks for, parsed and valid: nothing validates it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from waybill.domain.arns import KeyArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.configuration import DEFAULT_PARAMETER, Overrides
from waybill.domain.identity import Identity
from waybill.domain.require import Require
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin

if TYPE_CHECKING:
    from waybill.domain.deploy.delivery import Delivery
    from waybill.domain.packages.version import PackagePlace


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
    `package`: publish it to CodeArtifact, too, before any channel moves.
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
    package: PackagePlace | None = None

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
