"""What all regions show of a channel that is to be rolled back, and where that leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waybill.commands.events import EventBook
from waybill.commands.find import Shelves, open_shelves
from waybill.commands.observe import Observed, observe, refuse_foreign
from waybill.commands.refusal import together
from waybill.commands.target import Target
from waybill.commands.tools import Tools, everywhere
from waybill.domain import rollback as domain
from waybill.domain.events import Event, standing_withdrawals
from waybill.domain.names import channel_parameter
from waybill.domain.request import Request, RollbackOrder
from waybill.domain.versions import Version, parse_or_none
from waybill.errors import ConflictError, Fault, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What all regions showed of the channel. `events` are by their keys."""

    observed: Observed
    events: Mapping[str, Event]

    @property
    def histories(self) -> list[Sequence[str]]:
        return [site.found.history or () for site in self.observed[0].values()]


def look_at_channel(order: RollbackOrder, target: Target, tools: Tools) -> Seen:
    """Look at the channel, its history and its events everywhere, at whatever version it names."""
    shelves = open_shelves(target, tools)
    now = _named_now(order, target, shelves, tools)
    request = order.request(now)
    observed = observe(request, target, tools)
    sites = observed[0]
    if not sites:
        raise together(list(observed[1].values()))
    book = EventBook(request, target.organisation.key_prefix, sites, list(sites))
    book.survey(tools)
    return Seen(observed=observed, events=dict(book.known))


def _named_now(order: RollbackOrder, target: Target, shelves: Shelves, tools: Tools) -> Version:
    """Return a version that the channel names anywhere. Raises `InputError` where there is no such channel."""
    parameter = channel_parameter(target.organisation.parameter_prefix, order.project, order.channel)

    def look(region: str) -> str | None:
        tools.cancellation.check()
        value = shelves.open[region].region.parameters.get(parameter)
        if value is not None:
            refuse_foreign(value, parameter, region)
        return value

    answers, errors = everywhere(look, list(shelves.open))
    found = [version for version in map(parse_or_none, filter(None, answers.values())) if version is not None]
    if found:
        return max(found)
    if errors:
        raise together(list(errors.values()))
    rule = f"does not exist: there is no parameter {parameter} in {', '.join(answers)}."
    raise InputError([Fault("channel", order.channel, rule, "production")], "Nothing was written.")


def target_version(order: RollbackOrder, seen: Seen, tools: Tools) -> Version:
    """Return where to go: what was asked for, or where this same run went before, or the previous version."""
    events = list(seen.events.values())
    own = domain.own_event(events, tools.run_id)
    now = domain.names_now(seen.histories, events)
    if order.to is None:
        if own is not None and own.target is not None:
            return own.target
        found = domain.previous(seen.histories, events)
        if found is None:
            rule = f"leads nowhere: {order.channel} named no version below {now} that is not withdrawn."
            raise InputError([Fault("to", "previous", rule, "1.2.2")], "Nothing was written.")
        return found
    if now is not None and order.to > now and order.to not in standing_withdrawals(events):
        rule = f"is higher than {now}, which {order.channel} names; `waybill promote` goes forward."
        raise InputError([Fault("to", order.to.text, rule, "previous")], "Nothing was written.")
    return order.to


def refuse_withdrawn(request: Request, seen: Seen) -> ConflictError | None:
    events = standing_withdrawals(seen.events.values()).get(request.version)
    if not events or request.reinstate:
        return None
    last = events[-1]
    return ConflictError(
        f"{request.version} was itself withdrawn from {request.channel} by {last.by or 'somebody'} at {last.at}"
        f"{f' ({last.reason})' if last.reason else ''}.",
        "`reinstate: true` brings it back; nothing was written.",
    )
