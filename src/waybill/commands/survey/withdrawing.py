"""Writes the events of a rollback where they are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waybill.commands.account.observe import Site, bucket_of, encrypting
from waybill.commands.account.target import Target, reach
from waybill.commands.account.wants import reading
from waybill.commands.small import put_event
from waybill.commands.tools import Tools, everywhere
from waybill.domain.calls import ROLLBACK_CALLS
from waybill.domain.events import Event
from waybill.domain.names import Keys, channel_parameter, versions_prefix
from waybill.domain.observation import Observation
from waybill.domain.request import Place
from waybill.domain.survey.mending import Mend
from waybill.domain.survey.status import StatusRequest
from waybill.errors import WaybillError
from waybill.progress import Step, Stepped


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How the writing of events ended: whether any was written, and the regions where that failed."""

    changed: bool
    failed: Mapping[str, WaybillError]


def withdraw(request: StatusRequest, place: Place, mend: Mend, tools: Tools) -> Withdrawn:
    """Write a rollback's events where they are missing, highest version first."""
    channel = mend.channel or "latest"
    target = reach(place, reading(place, mend.project, channel, ROLLBACK_CALLS), tools)

    def look(name: str) -> Site:
        tools.cancellation.check()
        tools.reporter.tell(Stepped(name, Step.OBSERVE))
        return _site(name, request, mend, channel, target)

    sites, errors = everywhere(look, target.organisation.regions)
    failed = {region: error for region, error in errors.items() if region in mend.regions}
    changed = False
    for event in mend.events:
        tools.cancellation.check()
        key = f"{_keys(mend, event, target).events(event.channel)}{event.name}"
        lacking = [name for name, site in sites.items() if key not in site.event_keys and name not in failed]

        def write(name: str, key: str = key, event: Event = event) -> bool:
            return put_event(sites[name], key, event)

        written, refused = everywhere(write, lacking)
        changed |= any(written.values())
        failed |= refused
    return Withdrawn(changed, failed)


def _keys(mend: Mend, event: Event, target: Target) -> Keys:
    return Keys(target.organisation.key_prefix, mend.project, event.version)


def _site(name: str, request: StatusRequest, mend: Mend, channel: str, target: Target) -> Site:
    """Open a region to write events. No version is looked at: one of them may be the very thing that was pruned."""
    organisation, region = target.organisation, target.account.region(name)
    bucket = bucket_of(region, target)
    key = encrypting(region, bucket, request.kms, target)
    listed = tuple(bucket.list(versions_prefix(organisation.key_prefix, mend.project)))
    return Site(
        region=region,
        bucket=bucket,
        keys=_keys(mend, mend.events[0], target),
        parameter=channel_parameter(organisation.parameter_prefix, mend.project, channel),
        found=Observation(region=name, account=target.owner, bucket=bucket.name, kms_key=key),
        event_keys=tuple(one for one in listed if f"/events/{channel}/" in one),
    )
