"""The inputs of every verb that puts a version somewhere, or moves a channel to it."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.domain.channel import UpdateChannel
from waybill.domain.checks import kms_faults
from waybill.domain.names import CHANNEL_RULE, PROJECT_RULE, RESERVED_CHANNELS, is_channel, is_project
from waybill.domain.request import KmsChoice, Place
from waybill.domain.require import Require
from waybill.inputs.encryption import read_kms
from waybill.inputs.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What was read of them. `require` and `update_channel` are None where they are faults."""

    kms: KmsChoice
    channel: str
    update_channel: UpdateChannel | None
    require: Require | None
    reinstate: bool
    dry_run: bool


def read_release(reading: Reading, place: Place) -> Release:
    """Return what all these verbs are told; faults go to `reading`."""
    regions = place.overrides.regions or ()
    kms = read_kms(reading)
    reading.faults.extend(kms_faults(kms, regions))
    require = reading.parsed("require", Require.parse)
    if require and regions and (broken := require.fault(len(regions))):
        reading.fault("require", broken)
    updates = reading.has("update-channel")
    reading.flag("summary")
    return Release(
        kms=kms,
        channel=read_channel(reading),
        update_channel=reading.parsed("update-channel", _update_channel) if updates else UpdateChannel.PRERELEASE,
        require=require,
        reinstate=reading.flag("reinstate"),
        dry_run=reading.flag("dry-run"),
    )


def read_project(reading: Reading) -> str:
    """Return the project's name."""
    return reading.checked("project", is_project, PROJECT_RULE)


def read_channel(reading: Reading, name: str = "channel") -> str:
    """Return the channel that an input names."""
    channel = reading.checked(name, is_channel, CHANNEL_RULE)
    if channel in RESERVED_CHANNELS:
        reading.fault(name, "is a name that Systems Manager reserves.")
    return channel


def _update_channel(text: str) -> UpdateChannel:
    try:
        return UpdateChannel(text)
    except ValueError as error:
        raise ValueError("must be `newer`, `prerelease` or `never`.") from error
