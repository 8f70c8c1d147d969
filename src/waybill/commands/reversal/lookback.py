"""What all regions show of a channel that is to be rolled back, and where that leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from waybill.commands.account.find import no_such_version
from waybill.commands.account.observe import Observed, Site, bucket_of, encrypting, refuse_foreign
from waybill.commands.account.target import Target
from waybill.commands.channel.events import EventBook
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain import rollback as domain
from waybill.domain.events import Event, standing_withdrawals
from waybill.domain.names import Keys, channel_parameter, version_of_key, versions_prefix
from waybill.domain.observation import Observation
from waybill.domain.orders import RollbackOrder
from waybill.domain.request import Request
from waybill.domain.versions import Version
from waybill.errors import Fault, InputError
from waybill.progress import Step, Stepped, Warned

NOBODYS = Version("0.0.0")
"""Stands for the version while it is not known which one is meant; nothing is asked about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What all regions showed of the channel, and which versions they store. `events` are by their keys.

    `pruned` are those of which any region holds a tombstone.
    """

    observed: Observed
    events: Mapping[str, Event]
    stored: frozenset[Version]
    pruned: frozenset[Version]

    @property
    def histories(self) -> list[Sequence[str]]:
        """What the channel named in each region that can be read, oldest first."""
        return [site.found.history or () for site in self.observed[0].values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    site: Site
    stored: frozenset[Version]
    pruned: frozenset[Version]


def look_at_channel(order: RollbackOrder, target: Target, tools: Tools) -> Seen:
    """Look at the channel, its history and its events in every region.

    What the channel names now is not looked at: it may be the very thing that is broken. Raises `InputError` where
    there is no such channel.
    """
    request = order.request(order.to or NOBODYS)

    def look(name: str) -> _Shown:
        tools.cancellation.check()
        tools.reporter.tell(Stepped(name, Step.OBSERVE))
        return _look(name, request, target)

    shown, errors = everywhere(look, target.organisation.regions)
    sites = {name: one.site for name, one in shown.items()}
    if not any(site.found.history for site in sites.values()):
        if errors:
            raise together(list(errors.values()))
        raise _no_channel(request, target, {version for one in shown.values() for version in one.stored})
    book = EventBook(request, target.organisation.key_prefix, sites, list(sites))
    book.survey(tools)
    return Seen(
        observed=(sites, errors),
        events=dict(book.known),
        stored=frozenset(version for one in shown.values() for version in one.stored),
        pruned=frozenset(version for one in shown.values() for version in one.pruned),
    )


def _look(name: str, request: Request, target: Target) -> _Shown:
    organisation, region = target.organisation, target.account.region(name)
    bucket = bucket_of(region, target)
    parameter = channel_parameter(organisation.parameter_prefix, request.project, request.channel)
    # Far regions answer slowly, and none of these answers needs another.
    with ThreadPoolExecutor(2, thread_name_prefix="observe") as pool:
        key_look = pool.submit(encrypting, region, bucket, request.kms, target)
        history_look = pool.submit(region.parameters.history, parameter)
        listed = list(bucket.list(versions_prefix(organisation.key_prefix, request.project)))
    history = tuple(history_look.result())
    if history:
        refuse_foreign(history[-1], parameter, name)
    found = Observation(
        region=name, account=target.owner, bucket=bucket.name, kms_key=key_look.result(), history=history
    )
    versions = {key: version_of_key(key, organisation.key_prefix, request.project) for key in listed}
    keys = {key: Keys(organisation.key_prefix, request.project, one) for key, one in versions.items() if one}
    site = Site(
        region=region,
        bucket=bucket,
        keys=Keys(organisation.key_prefix, request.project, request.version),
        parameter=parameter,
        found=found,
        event_keys=tuple(key for key, own in keys.items() if key.startswith(own.events(request.channel))),
    )
    return _Shown(
        site=site,
        stored=frozenset(own.version for key, own in keys.items() if key == own.artifact),
        pruned=frozenset(own.version for key, own in keys.items() if key == own.tombstone),
    )


def _no_channel(request: Request, target: Target, stored: set[Version]) -> InputError:
    parameter = channel_parameter(target.organisation.parameter_prefix, request.project, request.channel)
    regions = ", ".join(target.organisation.regions)
    rule = f"is no channel of {request.project} in {regions}: there is no parameter {parameter}."
    if not stored:
        rule += " Nothing of this project is stored there."
    return InputError([Fault("channel", request.channel, rule, "production")], "Nothing was written.")


def target_version(order: RollbackOrder, seen: Seen, tools: Tools) -> Version:
    """Return where to go: what was asked for, or where this same run went before, or the previous version.

    Raises `InputError`, by the name `to`, for what leads nowhere, forward, or to a version that no region stores.
    """
    events = list(seen.events.values())
    found = domain.leads_to(order.to, seen.histories, events, tools.run_id, gone=seen.pruned)
    if order.to is not None:
        return _asked_for(order.to, order, seen)
    if found is None:
        now = domain.shows(seen.histories, events)
        rule = f"leads nowhere: {order.channel} named no version below {now} that is not withdrawn."
        raise InputError([_fault(order, rule, seen)], "Nothing was written.")
    if domain.own_event(events, tools.run_id) is None:
        _tell_of(found, order, seen, tools)
    return found


def _asked_for(to: Version, order: RollbackOrder, seen: Seen) -> Version:
    events = list(seen.events.values())
    withdrawn = standing_withdrawals(events)
    now = domain.names_now(seen.histories, events)
    if to not in seen.stored | seen.pruned and to not in domain.named(seen.histories):
        near = {version for version in seen.stored - withdrawn.keys() if now is None or version < now}
        raise no_such_version("to", to.text, order.project, near or set(seen.stored))
    if domain.is_forward(to, seen.histories, events):
        rule = f"is higher than {now}, which {order.channel} names; `waybill promote` goes forward."
        raise InputError([_fault(order, rule, seen)], "Nothing was written.")
    return to


def _fault(order: RollbackOrder, rule: str, seen: Seen) -> Fault:
    """Return the fault, with an example that would do, where anything would."""
    found = domain.previous(seen.histories, seen.events.values(), gone=seen.pruned)
    return Fault("to", order.to.text if order.to else "previous", rule, found.text if found else "")


def _tell_of(found: Version, order: RollbackOrder, seen: Seen, tools: Tools) -> None:
    """Say why `previous` is not what it may seem to be: one that was pruned is passed over, what was begun is ended."""
    events = list(seen.events.values())
    nearer = domain.previous(seen.histories, events)
    if nearer != found:
        tools.reporter.tell(Warned(f"{nearer}, which {order.channel} named before, was pruned: going to {found}."))
    begun = domain.unfinished(found, seen.histories, events)
    if begun is not None:
        said = f"The rollback to {found} by {begun.by or 'somebody'} at {begun.at} was not finished; this finishes it."
        tools.reporter.tell(Warned(f"{said} Run anew to go further back."))
