"""setup configuration: the organisation configuration of every account and region, shown, written and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from waybill.commands.setup.members import Entered, enter
from waybill.commands.setup.overwriting import overwrite, refuse_another
from waybill.commands.together import in_words, together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.configuration import plan as configuring
from waybill.domain.setup.configuration.rows import Act, Asked, Configurations, Row, Spot, Stored, Unread
from waybill.domain.setup.estate import Estate
from waybill.domain.setup.narrowing import configuring_policy
from waybill.domain.setup.requests import ConfigurationRequest
from waybill.errors import Cancelled, ExitCode, WaybillError, exit_code_of, worst
from waybill.ports.account import Account
from waybill.progress import Started, Warned

WRITING = Asked(write=True)


def configuration(request: ConfigurationRequest, tools: Tools) -> Result:
    """Show how every place stands; with `yes` do what is asked for there.

    Raises where none of the accounts can be entered, and, before anything is written, where any cannot.
    """
    started = tools.clock.monotonic()
    estate = request.estate
    tools.reporter.tell(Started(f"Looking at the configuration {estate.configuration_parameter}"))
    entered = enter(request, lambda member: configuring_policy(estate, member, writes=request.yes), tools)
    _refuse_or_warn(request, entered, tools)
    places = stored_configuration(estate, entered.accounts, tools, also=request.asked.delete_from)
    places |= _unseen(estate, entered)
    rows = configuring.plan(estate, places, request.asked, among=request.among)
    found = Configurations(
        parameter=estate.configuration_parameter,
        wanted=configuring.wanted(estate),
        rows=rows,
        asked=request.asked,
        yes=request.yes,
    )
    _warn_of_no_bucket(found, estate, entered.accounts, tools)
    if request.yes:
        found = carry_out(found, entered.accounts, tools)
    return _result(request, found, seconds=tools.clock.monotonic() - started)


def stored_configuration(
    estate: Estate, accounts: Mapping[str, Account], tools: Tools, *, also: Sequence[str] = ()
) -> dict[Spot, Stored]:
    """Return what is stored in every region of the file, in those that are stored as regions, and in `also`."""
    regions = dict.fromkeys((*estate.regions, *also))
    parameter = estate.configuration_parameter
    found = read_parameter(parameter, accounts, [Spot(name, region) for name in accounts for region in regions], tools)
    for name in accounts:
        mine = [text for spot, text in found.items() if spot.account == name]
        more = [one for one in configuring.dropped_regions(estate, mine) if one in tools.known_regions]
        spots = [Spot(name, region) for region in more if region not in regions]
        found |= read_parameter(parameter, accounts, spots, tools)
    return found


def carry_out(plan: Configurations, accounts: Mapping[str, Account], tools: Tools) -> Configurations:
    """Do what the rows say, all places at once; delete last, and only in accounts where every write succeeded."""
    writes = {row.spot: row for row in plan.pending if row.act is not Act.DELETE}
    ends = _do(plan.parameter, writes, accounts, tools)
    failed = {spot.account for spot, row in ends.items() if not row.done}
    deletes = {row.spot: row for row in plan.pending if row.act is Act.DELETE and row.spot.account not in failed}
    ends |= _do(plan.parameter, deletes, accounts, tools)
    left = "is left: not all of the account's other regions could be written"
    rows = [
        replace(row, act=Act.NONE, refused=left) if row.act is Act.DELETE and row.spot not in ends else row
        for row in plan.rows
    ]
    return replace(plan, rows=tuple(ends.get(row.spot, row) for row in rows))


def _do(parameter: str, rows: Mapping[Spot, Row], accounts: Mapping[str, Account], tools: Tools) -> dict[Spot, Row]:
    def one(spot: Spot) -> bool:
        tools.cancellation.check()
        row, parameters = rows[spot], accounts[spot.account].region(spot.region).parameters
        if row.act is Act.DELETE:
            refuse_another(parameters, parameter, row.before, str(spot))
            return parameters.delete(parameter)
        overwrite(parameters, parameter, row.before, row.value, str(spot))
        return True

    done, errors = everywhere(one, list(rows))
    ends = {spot: replace(rows[spot], done=True) for spot in done}
    return ends | {spot: replace(rows[spot], done=False, error=unread(error)) for spot, error in errors.items()}


def read_parameter(
    name: str, accounts: Mapping[str, Account], spots: Sequence[Spot], tools: Tools
) -> dict[Spot, Stored]:
    """Return what a parameter holds in all these places."""

    def one(spot: Spot) -> str | None:
        tools.cancellation.check()
        return accounts[spot.account].region(spot.region).parameters.get(name)

    answers, errors = everywhere(one, spots)
    found: dict[Spot, Stored] = dict(answers)
    for spot, error in errors.items():
        if isinstance(error, Cancelled):
            raise error
        found[spot] = unread(error)
    return found


def unread(error: WaybillError) -> Unread:
    """Return an error as a row tells it."""
    return Unread(in_words(error), error.advice, int(exit_code_of(error)))


def _unseen(estate: Estate, entered: Entered) -> dict[Spot, Stored]:
    return {Spot(name, region): unread(error) for name, error in entered.errors.items() for region in estate.regions}


def _warn_of_no_bucket(found: Configurations, estate: Estate, accounts: Mapping[str, Account], tools: Tools) -> None:
    """Tell of regions that the configuration would send everybody to before a bucket is named there.

    Whoever may not look, is told nothing.
    """
    spots = [row.spot for row in found.pending if row.act is not Act.DELETE]
    named = read_parameter(estate.bucket_parameter, accounts, spots, tools)
    for spot in (spot for spot in spots if named[spot] is None):
        what = f"{estate.bucket_parameter} is not there in {spot}: with this configuration nobody could stage."
        tools.reporter.tell(Warned(f"{what} Run `waybill setup apply`, or `waybill setup adopt`, first."))


def _refuse_or_warn(request: ConfigurationRequest, entered: Entered, tools: Tools) -> None:
    errors = list(entered.errors.values())
    if errors and (request.yes or not entered.accounts or any(isinstance(one, Cancelled) for one in errors)):
        raise together(errors)
    for name, error in entered.errors.items():
        tools.reporter.tell(Warned(f"The account {name} cannot be entered: {in_words(error)}"))


def _result(request: ConfigurationRequest, found: Configurations, *, seconds: float) -> Result:
    changed = any(row.done for row in found.rows)
    codes = [ExitCode(row.error.exit_code) for row in found.rows if row.error]
    if any(row.refused for row in found.rows):
        codes.append(ExitCode.CONFLICT)
    if request.check and found.astray:
        codes.append(ExitCode.PARTIAL)
    outcome = Outcome.ALREADY
    if any(row.error for row in found.rows):
        outcome = Outcome.PARTIAL
    elif any(row.refused for row in found.rows):
        outcome = Outcome.CONFLICT
    elif changed:
        outcome = Outcome.CREATED
    elif found.pending:
        outcome = Outcome.PLANNED
    unfinished = any(row.done is False for row in found.rows)
    return Result(
        command="setup configuration",
        outcome=outcome,
        changed=changed,
        exit_code=worst(codes),
        resume=request.again if unfinished else None,
        seconds=seconds,
        body=found,
        then=f"To do it: {request.again}" if found.pending and not request.yes else None,
    )
