"""What a run must be allowed to do, as IAM's simulation says it, without anything being done. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from waybill.domain.doctor.facts import Said, Simulated
from waybill.domain.doctor.verdicts import bad, doubtful, good, unknown, unseen
from waybill.domain.findings import Finding, Seen, Unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A group of actions on resources of one sort, under the check that tells of it.

    `unless`: what to give so that it is sure that the run needs this; empty where that is sure. (Where no project is
    given its name is `made_up`: a policy that names those that there are says no without being wrong.) `elsewhere` are
    pairs of action and resource that the resource's own policy allows; `context` is what a request says in conditions.
    """

    check: str
    what: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    unless: str = ""
    made_up: bool = False
    elsewhere: frozenset[tuple[str, str]] = frozenset()
    context: Mapping[str, str] = field(default_factory=dict)


def permission_findings(
    wanted: Wanted, simulated: Seen[Sequence[Simulated]] | Unseen, principal: str
) -> Iterator[Finding]:
    """Yield what there is to say of one group."""
    if isinstance(simulated, Unseen):
        yield unsimulated(wanted.check, simulated, subject=principal)
        return
    refused = [
        one
        for one in simulated.value
        if one.said is not Said.ALLOWED
        and not (one.said is Said.IMPLICIT_DENY and (one.action, one.resource) in wanted.elsewhere)
    ]
    if not refused:
        yield good(wanted.check, f"may {wanted.what}", subject=principal)
        return
    unclear = [one for one in refused if one.is_open]
    if unclear:
        keys = ", ".join(dict.fromkeys(key for one in unclear for key in one.missing))
        why = (
            f"a policy asks for {keys}, which a simulation is not told: it cannot be said whether it lets {wanted.what}"
        )
        yield unknown(wanted.check, why, subject=principal)
        refused = [one for one in refused if one not in unclear]
    bounded = [one for one in refused if not one.boundary and one.said is Said.IMPLICIT_DENY]
    yield from _told("boundary", "its permissions boundary does not let it", bounded, wanted, principal)
    rest = [one for one in refused if one not in bounded]
    denied = [one for one in rest if one.said is Said.EXPLICIT_DENY or not one.organisation]
    yield from _told(wanted.check, "a policy denies it, which no allowance outweighs", denied, wanted, principal)
    missing = [one for one in rest if one not in denied]
    yield from _told(wanted.check, "no policy allows it", missing, wanted, principal)


def unsimulated(check: str, fact: Unseen, *, region: str = "", subject: str = "") -> Finding:
    """Return that what policies say could not be asked; a refusal comes with what would let it be."""
    if fact.silent:
        return unseen(check, fact, region=region, subject=subject)
    mend = fact.advice or "Let the role call iam:SimulatePrincipalPolicy on itself, or look yourself."
    return unknown(check, f"may not be simulated: {fact.why}", mend, region=region, subject=subject)


def _told(check: str, why: str, refused: Sequence[Simulated], wanted: Wanted, principal: str) -> Iterator[Finding]:
    if not refused:
        return
    actions = list(dict.fromkeys(one.action for one in refused))
    resources = list(dict.fromkeys(one.resource for one in refused))
    tried = " (a name that was made up)" if wanted.made_up else ""
    says = f"may not {', '.join(actions)} on {_some(resources)}{tried}: {why}"
    statement = json.dumps({"Effect": "Allow", "Action": _one(actions), "Resource": _one(resources)})
    if check == "boundary":
        mend = f"Let the permissions boundary of {principal} have: {statement}"
    elif any(one.said is Said.EXPLICIT_DENY for one in refused):
        policies = dict.fromkeys(name for one in refused for name in one.denied_by)
        where = f"what the policy {' and the policy '.join(policies)} denies" if policies else "what is denied"
        # A name that was made up is in no statement.
        on = "" if wanted.made_up else f" on {', '.join(resources)}"
        mend = f"Take this out of {where} to {principal}: {', '.join(actions)}{on}."
    else:
        mend = f"Add to the identity policy of {principal}: {statement}"
    if not wanted.unless or any(one.said is Said.EXPLICIT_DENY for one in refused):
        yield bad(check, says, mend, subject=principal)
    else:
        yield doubtful(check, says, f"{wanted.unless} {mend}", subject=principal)


def _some(resources: Sequence[str]) -> str:
    return f"{resources[0]} and {len(resources) - 1} more" if len(resources) > 1 else resources[0]


def _one(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
