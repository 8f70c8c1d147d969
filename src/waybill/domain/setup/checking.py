"""What an account must be before anything is released through it, and what it is. Pure.

Whoever may not look at something finds it unknown, and never bad.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from waybill.domain.findings import Finding, Findings, Seen, Unseen, Verdict
from waybill.domain.setup.estate import Member
from waybill.domain.setup.requests import Members

OLD = 90
"""Days after which an access key is to be replaced."""

SHORTEST = 14
"""Characters of a password: CIS AWS Foundations Benchmark, 1.8."""

INSTEAD = (
    "Use credentials that end by themselves: `aws sso login` (IAM Identity Center) on a laptop, `oidc-role` on GitHub."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A user's access key. `created` is a UTC moment, ISO 8601."""

    user: str
    id: str
    active: bool
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """What passwords of IAM users must be: so many characters at least."""

    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """One account. `summary` are IAM's numbers by their names."""

    caller: str
    aliases: Seen[Sequence[str]] | Unseen
    summary: Seen[Mapping[str, int]] | Unseen
    password_policy: Seen[PasswordPolicy | None] | Unseen
    access_keys: Seen[Sequence[AccessKey]] | Unseen
    billing_contact: Seen[str | None] | Unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest(Members):
    """What is asked of `setup check`. `access_key` is the id of the key that the run itself begins with, or empty."""

    access_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Findings):
    """The body of a check: what was found, the account's findings together."""


def long_lived(access_key: str) -> Finding:
    """Return what there is to say of the credentials that a run begins with, by the id of their access key.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    if access_key.startswith("AKIA"):
        says = f"the credentials at hand are a long-lived access key, ...{access_key[-4:]}: whoever copies it has it"
        return Finding(check="credentials", verdict=Verdict.WARN, says=says, mend=INSTEAD)
    if not access_key:
        return Finding(check="credentials", verdict=Verdict.PASS, says="no access key is at hand")
    return Finding(check="credentials", verdict=Verdict.PASS, says="the credentials at hand end by themselves")


def account_findings(member: Member, facts: AccountFacts, now: str) -> tuple[Finding, ...]:
    """Return a finding for each check of one account; `now` is a UTC moment."""
    found = [
        Finding(check="identity", verdict=Verdict.PASS, says=f"is entered as {facts.caller}, which is not root"),
        _alias(member, facts.aliases),
        *_root(facts.summary),
        _billing(facts.billing_contact),
        _passwords(facts.password_policy),
        _keys(facts.access_keys, now),
    ]
    return tuple(replace(one, account=member.name) for one in found)


def _alias(member: Member, fact: Seen[Sequence[str]] | Unseen) -> Finding:
    if isinstance(fact, Unseen):
        return _unseen("alias", fact)
    wanted = member.alias or "ALIAS"
    mend = f"aws iam create-account-alias --account-alias {wanted}"
    if not fact.value:
        says = "has no alias: people sign in to, and read, a number"
        return Finding(check="alias", verdict=Verdict.WARN, says=says, mend=mend)
    has = ", ".join(fact.value)
    if member.alias and member.alias not in fact.value:
        says = f"has the alias {has}, and {member.alias} in the file"
        return Finding(check="alias", verdict=Verdict.WARN, says=says, mend=f"{mend}, or correct the file.")
    return Finding(check="alias", verdict=Verdict.PASS, says=f"has the alias {has}")


def _root(fact: Seen[Mapping[str, int]] | Unseen) -> Iterator[Finding]:
    if isinstance(fact, Unseen):
        yield _unseen("root-keys", fact)
        yield _unseen("root-mfa", fact)
        return
    if fact.value.get("AccountAccessKeysPresent", 0):
        says = "root has access keys: whoever has them may do anything, and nothing can narrow it"
        mend = "Sign in as root, and delete them under Security credentials; use roles in their place."
        yield Finding(check="root-keys", verdict=Verdict.FAIL, says=says, mend=mend)
    else:
        yield Finding(check="root-keys", verdict=Verdict.PASS, says="root has no access keys")
    if fact.value.get("AccountMFAEnabled", 0):
        yield Finding(check="root-mfa", verdict=Verdict.PASS, says="root signs in with a second factor")
    elif fact.value.get("AccountPasswordPresent", 1) == 0:
        yield Finding(check="root-mfa", verdict=Verdict.PASS, says="root has no password, so nobody signs in as root")
    else:
        mend = "Sign in as root, and add a second factor under Security credentials; or, in AWS Organizations, take "
        mend += "root's credentials away (centralized root access)."
        yield Finding(check="root-mfa", verdict=Verdict.FAIL, says="root signs in with a password alone", mend=mend)


def _billing(fact: Seen[str | None] | Unseen) -> Finding:
    if isinstance(fact, Unseen):
        return _unseen("billing-contact", fact)
    if fact.value:
        return Finding(check="billing-contact", verdict=Verdict.PASS, says=f"AWS writes about bills to {fact.value}")
    mend = (
        "aws account put-alternate-contact --alternate-contact-type BILLING --name NAME --title TITLE "
        "--email-address ADDRESS --phone-number NUMBER"
    )
    says = "has no billing contact: AWS writes about bills to root's address alone"
    return Finding(check="billing-contact", verdict=Verdict.WARN, says=says, mend=mend)


def _passwords(fact: Seen[PasswordPolicy | None] | Unseen) -> Finding:
    if isinstance(fact, Unseen):
        return _unseen("passwords", fact)
    mend = f"aws iam update-account-password-policy --minimum-password-length {SHORTEST}"
    if fact.value is None:
        says = "has no password policy: IAM's own asks users for 8 characters"
        return Finding(check="passwords", verdict=Verdict.WARN, says=says, mend=mend)
    if fact.value.length < SHORTEST:
        says = f"asks users for passwords of {fact.value.length} characters"
        return Finding(check="passwords", verdict=Verdict.WARN, says=says, mend=mend)
    return Finding(check="passwords", verdict=Verdict.PASS, says=f"asks for {fact.value.length} characters")


def _keys(fact: Seen[Sequence[AccessKey]] | Unseen, now: str) -> Finding:
    if isinstance(fact, Unseen):
        return _unseen("access-keys", fact)
    active = [key for key in fact.value if key.active]
    old = {key: days for key in active if (days := _days(key.created, now)) > OLD}
    if not old:
        says = f"no user has an access key older than {OLD} days" if active else "no user has an access key in use"
        return Finding(check="access-keys", verdict=Verdict.PASS, says=says)
    told = ", ".join(f"{key.user} (...{key.id[-4:]}, {days} days)" for key, days in list(old.items())[:8])
    more = f" and {len(old) - 8} more" if len(old) > 8 else ""
    says = f"users have access keys older than {OLD} days: {told}{more}"
    mend = f"Replace them, and delete what nobody uses (`aws iam delete-access-key`). {INSTEAD}"
    return Finding(check="access-keys", verdict=Verdict.WARN, says=says, mend=mend)


def _days(created: str, now: str) -> int:
    return (datetime.fromisoformat(now) - datetime.fromisoformat(created)).days


def _unseen(check: str, fact: Unseen) -> Finding:
    return Finding(
        check=check,
        verdict=Verdict.UNKNOWN,
        says=f"may not be looked at: {fact.why}",
        mend="Let the role make the calls that docs/setup-configuration.md lists, or look yourself.",
    )
