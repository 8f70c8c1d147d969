"""setup adopt: the organisation configuration is pointed at buckets that somebody made, without CloudFormation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from waybill.commands.setup.configuration import WRITING, carry_out, read_parameter, stored_configuration, unread
from waybill.commands.setup.members import enter_all
from waybill.commands.setup.overwriting import overwrite
from waybill.commands.tools import Tools, everywhere
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.adoption.buckets import BucketFacts, Missing
from waybill.domain.setup.adoption.steps import Adopted, AdoptedBucket, AdoptRequest, adopting, named
from waybill.domain.setup.configuration import plan as configuring
from waybill.domain.setup.configuration.rows import Act, Configurations, Row, Spot, Stored, Unread
from waybill.domain.setup.narrowing import adopting_policy
from waybill.errors import Cancelled, ExitCode, worst
from waybill.ports.account import Account
from waybill.progress import Started


def adopt(request: AdoptRequest, tools: Tools) -> Result:
    """Look at every bucket; with `yes`, and where all of them will do, write their names and the configuration.

    Raises where any account cannot be entered.
    """
    started = tools.clock.monotonic()
    estate = request.estate
    tools.reporter.tell(Started("Looking at the buckets that are to be adopted"))
    accounts = enter_all(request, lambda member: adopting_policy(estate, member, writes=request.yes), tools).accounts
    spots = [Spot(member.name, region) for member in request.among for region in estate.regions]
    parameters = read_parameter(estate.bucket_parameter, accounts, spots, tools)
    looked = _look(request, accounts, parameters, spots, tools)
    buckets = adopting(estate, request.among, request.buckets, parameters, looked)
    places = stored_configuration(estate, accounts, tools)
    configured = Configurations(
        parameter=estate.configuration_parameter,
        wanted=configuring.wanted(estate),
        rows=configuring.plan(estate, places, WRITING, among=request.among),
        asked=WRITING,
        yes=request.yes,
    )
    found = Adopted(parameter=estate.bucket_parameter, buckets=buckets, configured=configured, yes=request.yes)
    if request.yes and not found.refused:
        found = _carry_out(found, accounts, tools)
    return _result(request, found, seconds=tools.clock.monotonic() - started)


def _look(
    request: AdoptRequest,
    accounts: Mapping[str, Account],
    parameters: Mapping[Spot, Stored],
    spots: Sequence[Spot],
    tools: Tools,
) -> dict[Spot, BucketFacts | Missing | Unread]:
    names = {spot: named(spot, request.buckets, parameters.get(spot)) for spot in spots}

    def one(spot: Spot) -> BucketFacts | Missing:
        tools.cancellation.check()
        buckets = accounts[spot.account].buckets(spot.region)
        return buckets.look(names[spot], owner=request.estate.account(spot.account).id)

    answers, errors = everywhere(one, [spot for spot in spots if names[spot]])
    cancelled = next((error for error in errors.values() if isinstance(error, Cancelled)), None)
    if cancelled is not None:
        raise cancelled
    return {**answers, **{spot: unread(error) for spot, error in errors.items()}}


def _carry_out(found: Adopted, accounts: Mapping[str, Account], tools: Tools) -> Adopted:
    """Write the buckets' names, then, in accounts where every name was written, the configuration."""
    pending = {one.spot: one for one in found.buckets if one.act is not Act.NONE}

    def one(spot: Spot) -> None:
        tools.cancellation.check()
        row = pending[spot]
        parameters = accounts[spot.account].region(spot.region).parameters
        overwrite(parameters, found.parameter, row.before, row.bucket, str(spot))

    done, errors = everywhere(one, list(pending))
    ends = {spot: replace(pending[spot], done=True) for spot in done}
    ends |= {spot: replace(pending[spot], done=False, error=unread(error)) for spot, error in errors.items()}
    failed = {spot.account for spot in errors}
    left = "is left: not every bucket of the account could be named"
    rows = tuple(
        replace(row, act=Act.NONE, refused=left) if row.spot.account in failed and row.act is not Act.NONE else row
        for row in found.configured.rows
    )
    return replace(
        found,
        buckets=tuple(ends.get(bucket.spot, bucket) for bucket in found.buckets),
        configured=carry_out(replace(found.configured, rows=rows), accounts, tools),
    )


def _result(request: AdoptRequest, found: Adopted, *, seconds: float) -> Result:
    rows: list[AdoptedBucket | Row] = [*found.buckets, *found.configured.rows]
    changed = any(row.done for row in rows)
    errors = [row.error for row in rows if row.error]
    codes = [ExitCode(error.exit_code) for error in errors]
    if any(row.refused for row in rows):
        codes.append(ExitCode.CONFLICT)
    if any(row.done is False for row in rows):
        outcome = Outcome.PARTIAL if changed else Outcome.FAILED
    elif codes:
        outcome = Outcome.CONFLICT
    elif changed:
        outcome = Outcome.CREATED
    else:
        outcome = Outcome.PLANNED if found.pending else Outcome.ALREADY
    return Result(
        command="setup adopt",
        outcome=outcome,
        changed=changed,
        exit_code=worst(codes),
        resume=request.again if any(row.done is False for row in rows) else None,
        seconds=seconds,
        body=found,
        then=f"To do it: {request.again}" if outcome is Outcome.PLANNED else None,
    )
