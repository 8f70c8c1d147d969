"""Answers in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from waybill.domain.iam.answers import Answer, Cited, Missing, Near, Outcome, Unmet
from waybill.domain.iam.documents import Kind

_NOTHING = {
    Kind.IDENTITY: "no identity policy of {of} allows it",
    Kind.BOUNDARY: "the permissions boundary of {of} does not allow it",
    Kind.SESSION: "the session policy of {of} does not allow it",
    Kind.SCP: "a service control policy level above account {account} does not allow it",
    Kind.RCP: "a resource control policy level above account {account} does not allow it",
    Kind.ENDPOINT: "the policy of the VPC endpoint on the way does not allow it",
    Kind.TRUST: "the trust policy of {of} does not let the caller in",
    Kind.KEY: "the key policy of {of} neither allows it nor hands it on to the account",
    Kind.REPOSITORY: "neither the repository policy nor the domain policy of {of} allows it",
    Kind.DOMAIN: "the domain policy of {of} does not allow it",
}

_PLAIN = "stringequals", "stringlike", "arnequals", "arnlike", "bool", "ipaddress", "numericequals"


def because(answer: Answer) -> str:
    """Return why the answer is what it is, in a sentence or two."""
    if answer.rule:
        return answer.rule
    match answer.outcome:
        case Outcome.ALLOWED:
            return f"Allowed by {_listed(_places(answer.deciding)) or 'being the account itself'}."
        case Outcome.DENIED:
            if answer.deciding:
                return f"D{denied_by(*_places(answer.deciding))[1:]}."
            return f"Not allowed: {'; '.join(map(lacks, answer.missing))}.{_sides(answer)}"
        case Outcome.DEPENDS:
            unread = [each.about for each in answer.depends if each.unread]
            hangs_on = [*_unknown(answer), *([f"what could not be read: {_listed(unread)}"] if unread else [])]
            return f"It depends on {_listed(hangs_on)}."


def _places(cited: Iterable[Cited]) -> list[str]:
    return [f"{each.place}{_of(each.document.account)}" for each in cited]


def _of(account: str) -> str:
    return f" (account {account})" if account else ""


def denied_by(*places: str) -> str:
    """Return that statements deny, as the end of a sentence: `places` says where they are."""
    return f"denied by {_listed(places)}: a denial wins over whatever allows"


def place(missing: Missing) -> str:
    """Return which policy it is that lacks something, in words."""
    # An ARN says mostly whose it is.
    account = f" (account {missing.account})" if missing.account and missing.account not in missing.of else ""
    name = f" {missing.name}" if missing.name and missing.name != missing.of else ""
    of = f" of {missing.of}" if missing.of else ""
    return f"the {missing.kind.value}{name}{of}{account}"


def lacks(missing: Missing) -> str:
    """Return that a policy does not allow, as the end of a sentence."""
    if missing.never:
        return f"no policy of {missing.of} can allow it"
    if missing.conditional:
        return ", or ".join(_on_condition(near) for near in missing.conditional)
    told = _NOTHING.get(missing.kind, f"the {missing.kind.value} of {{of}} does not allow it")
    return told.format(of=missing.of, account=missing.account or "of the resource")


def must(unmet: Unmet) -> str:
    """Return what a request must be like, and what it is like."""
    asked, has = " or ".join(unmet.wanted), ", ".join(unmet.given) or "none"
    plain = unmet.operator.lower().startswith(_PLAIN)
    said = f"be {asked} ({unmet.operator})" if plain else f"meet {unmet.operator} {asked}"
    return f"{unmet.key} must {said}, and the request has {has}"


def _on_condition(near: Near) -> str:
    account = _of(near.document.account) if near.document.account not in near.document.name else ""
    return f"{' and '.join(map(must, near.unmet))} (so asks {near.place}{account})"


def _sides(answer: Answer) -> str:
    return " What goes across accounts must be allowed on both sides." if answer.crosses else ""


def _unknown(answer: Answer) -> list[str]:
    return [
        f"{each.about} ({each.operator} {', '.join(each.wanted)})" if each.is_key else each.about
        for each in answer.depends
        if not each.unread
    ]


def _listed(words: Iterable[str]) -> str:
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last
