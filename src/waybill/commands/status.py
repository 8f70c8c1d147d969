"""status: how channels stand and what is not whole, account by account; `repair` finishes what can be finished."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.survey.accounts import Surveyed, survey_account
from waybill.commands.survey.channel_facts import unreadable
from waybill.commands.together import in_words
from waybill.commands.tools import Tools, observing_once
from waybill.domain.request import Place
from waybill.domain.result import Outcome, Result
from waybill.domain.survey.status import AccountStatus, Repaired, RepairStatus, Status, StatusRequest
from waybill.errors import Cancelled, ExitCode, Fault, InputError, WaybillError, worst
from waybill.progress import Started, Warned


def status(request: StatusRequest, tools: Tools) -> Result:
    """Read all accounts, mend them where that is asked for, and read them again then.

    An account that cannot be read is said, and the others go on. Raises where none of several can be, `InputError` for
    a project that none of them knows.
    """
    started, tools = tools.clock.monotonic(), observing_once(tools)
    what = ", ".join(request.projects) or "every project"
    tools.reporter.tell(Started(f"Looking at {what}"))
    surveyed, accounts = _survey(request, tools)
    repairs: tuple[RepairStatus, ...] | None = None
    changed = False
    if request.repair:
        from waybill.commands.survey.repair import repair  # noqa: PLC0415 - the half that writes

        repairs = tuple(repair(request, surveyed, tools))
        changed = any(item.changed for item in repairs)
        carried_out = any(item.outcome in {Repaired.DONE, Repaired.FAILED} for item in repairs)
        if carried_out and not tools.cancellation.cancelled:
            _, accounts = _survey(request, tools)
    found = Status(at=tools.clock.now(), accounts=accounts, repairs=repairs)
    seconds = tools.clock.monotonic() - started
    return _concluded(request, found, changed=changed, seconds=seconds)


def _survey(request: StatusRequest, tools: Tools) -> tuple[list[Surveyed], tuple[AccountStatus, ...]]:
    surveyed: list[Surveyed] = []
    accounts: list[AccountStatus] = []
    errors: list[WaybillError] = []
    for place in request.places:
        try:
            one = survey_account(place, role_of(place), request.projects, tools)
        except Cancelled:
            raise
        except WaybillError as error:
            errors.append(error)
            tools.reporter.tell(Warned(f"{role_of(place)} cannot be read: {in_words(error)}"))
            account = place.identity.account or ""
            accounts.append(
                AccountStatus(role=role_of(place), account=account, unreadable=(unreadable("", "the account", error),))
            )
        else:
            surveyed.append(one)
            accounts.append(one.status)
    if len(errors) == len(request.places):
        raise errors[0]
    _refuse_unknown(request, accounts)
    return surveyed, tuple(accounts)


def role_of(place: Place) -> str:
    """Return what the account was asked for by: the role, or `ambient`."""
    role = place.identity.role or place.identity.oidc_role
    return role.text if role else "ambient"


def _refuse_unknown(request: StatusRequest, accounts: list[AccountStatus]) -> None:
    """Raise for a project that nobody knows: a slip of the pen would else look like a healthy project."""
    if any(one.unreadable for one in accounts):
        return
    known = {item.project for one in accounts for item in one.projects if item.versions or item.channels or item.halves}
    known |= {item.project for one in accounts for item in one.uploads}
    unknown = [name for name in request.projects if name not in known]
    if unknown:
        rule = "has no version, no channel and no upload under way in any of the accounts."
        raise InputError([Fault("project", name, rule) for name in unknown], "Nothing was written.")


def _concluded(request: StatusRequest, found: Status, *, changed: bool, seconds: float) -> Result:
    codes = [ExitCode(item.exit_code) for item in found.unreadable]
    codes += [ExitCode(item.exit_code) for item in found.repairs or () if item.exit_code]
    if request.check and found.troubled:
        codes.append(ExitCode.PARTIAL)
    failed = any(item.outcome is Repaired.FAILED for item in found.repairs or ())
    outcome = Outcome.ALREADY
    if found.unreadable or failed:
        outcome = Outcome.PARTIAL
    elif request.repair and request.dry_run:
        outcome = Outcome.PLANNED
    elif any(item.outcome is Repaired.LEFT_ALONE for item in found.repairs or ()):
        outcome = Outcome.CONFLICT
    elif changed:
        outcome = Outcome.CREATED
    result = Result(
        command="status",
        outcome=outcome,
        changed=changed,
        exit_code=worst(codes),
        project=" ".join(request.projects),
        version="",
        sha256=None,
        size=None,
        channel=None,
        seconds=seconds,
        body=found,
    )
    unfinished = failed and not request.dry_run
    return replace(result, resume=request.again) if unfinished and request.again else result
