"""setup check: what the accounts are like before anything is released through them. Nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from waybill.commands.asking import ask
from waybill.commands.setup.members import Entered, enter
from waybill.commands.together import in_words, together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.findings import Finding, Verdict
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.checking import AccountFacts, Checked, CheckRequest, account_findings, long_lived
from waybill.domain.setup.estate import Member
from waybill.domain.setup.narrowing import checking_policy
from waybill.errors import AccessDenied, Cancelled, ExitCode, IdentityError, WaybillError
from waybill.progress import Started

T = TypeVar("T")


def check(request: CheckRequest, tools: Tools) -> Result:
    """Look at every account; what may not be looked at is unknown. Raises where no account can be entered at all."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Checking the accounts"))
    entered = enter(request, checking_policy, tools)
    errors = list(entered.errors.values())
    if not entered.accounts or any(isinstance(error, Cancelled) for error in errors):
        raise together(errors)
    by_name = {member.name: member for member in request.among}
    looked, failed = everywhere(lambda name: _facts(name, entered, tools), list(entered.accounts))
    if failed:
        raise together(list(failed.values()))
    now = tools.clock.now()
    findings = [long_lived(request.access_key)]
    for name, member in by_name.items():
        if name in looked:
            findings += account_findings(member, looked[name], now)
        else:
            findings.append(_not_entered(member, entered.errors[name]))
    found = Checked(findings=tuple(findings))
    return Result(
        command="setup check",
        outcome=Outcome.ALREADY,
        changed=False,
        exit_code=ExitCode.IDENTITY if found.failed else ExitCode.OK,
        seconds=tools.clock.monotonic() - started,
        body=found,
    )


def _facts(name: str, entered: Entered, tools: Tools) -> AccountFacts:
    settings = entered.accounts[name].settings()
    return AccountFacts(
        caller=entered.callers[name].arn,
        aliases=ask(tools, settings.aliases),
        summary=ask(tools, settings.summary),
        password_policy=ask(tools, settings.password_policy),
        access_keys=ask(tools, settings.access_keys),
        billing_contact=ask(tools, settings.billing_contact),
    )


def _not_entered(member: Member, error: WaybillError) -> Finding:
    """Return what it means that an account cannot be entered: root, or another account, is wrong; a refusal is not."""
    wrong = isinstance(error, IdentityError) and not isinstance(error, AccessDenied)
    verdict = Verdict.FAIL if wrong else Verdict.UNKNOWN
    found = Finding(check="identity", verdict=verdict, says=in_words(error), mend=error.advice)
    return replace(found, account=member.name)
