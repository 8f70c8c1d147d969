"""Into the accounts of `access.yaml`, and what policies there are now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from waybill.commands.setup.members import Entered, enter
from waybill.commands.together import in_words, together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.access.narrowing import access_policy
from waybill.domain.access.refs import Live, Ref
from waybill.domain.setup.requests import Members
from waybill.errors import Cancelled, Unavailable, WaybillError
from waybill.ports.account import Account
from waybill.ports.policies import Policies
from waybill.progress import Warned

Place = tuple[str, str]
"""An account's name, and a region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The documents that were looked at, as they are; and why others could not be."""

    documents: Mapping[Ref, Live | None]
    errors: Mapping[Ref, WaybillError]


def enter_needed(members: Members, needed: frozenset[str], tools: Tools, *, writes: bool) -> Entered:
    """Enter the accounts. Raises where one that is `needed` cannot be entered; of others it is said."""
    entered = enter(members, lambda member: access_policy(writes=writes) if member.role else "", tools)
    bad = [error for name, error in entered.errors.items() if name in needed or isinstance(error, Cancelled)]
    if bad:
        raise together(bad)
    for name, error in entered.errors.items():
        said = f"The account {name} cannot be entered, so that what is left there of grants is not known: "
        tools.reporter.tell(Warned(said + in_words(error)))
    return entered


def ends_the_run(error: WaybillError) -> bool:
    """Whether an error over what no grant speaks of ends the run: whoever does not answer now may know of leftovers."""
    return isinstance(error, (Cancelled, Unavailable))


def policies_at(accounts: Mapping[str, Account], ref: Ref) -> Policies:
    """Return what keeps a document."""
    return accounts[ref.account].policies(ref.region)


def tell_unknown(tools: Tools, what: str, error: WaybillError) -> None:
    """Tell the person that nobody may look at something which no grant speaks of."""
    tools.reporter.tell(Warned(f"What is left of grants in {what} is not known: {in_words(error)}"))


def package_documents(
    accounts: Mapping[str, Account], places: Sequence[Place], needed: Collection[Place], tools: Tools
) -> list[Ref]:
    """Return the documents of CodeArtifact in all these places; whoever may not look is told so, and sees none.

    It is not in every region: where the SDK knows of none, none is asked, but where a grant names one (`needed`).
    """

    def one(place: Place) -> list[Ref]:
        tools.cancellation.check()
        name, region = place
        policies = accounts[name].policies(region)
        if place not in needed and not policies.serves_packages():
            return []
        return [replace(ref, account=name) for ref in policies.package_documents()]

    found, errors = everywhere(one, places)
    _tell_or_raise({f"CodeArtifact in {name}/{region}": error for (name, region), error in errors.items()}, tools)
    return sorted(ref for refs in found.values() for ref in refs)


def role_documents(accounts: Mapping[str, Account], home: str, tools: Tools) -> dict[Ref, Live]:
    """Return the trust policies of all roles; whoever may not look is told so, and sees none."""

    def one(name: str) -> dict[Ref, Live]:
        tools.cancellation.check()
        found = accounts[name].policies(home).role_documents()
        return {replace(ref, account=name): live for ref, live in found.items()}

    found, errors = everywhere(one, list(accounts))
    _tell_or_raise({f"the roles of {name}": error for name, error in errors.items()}, tools)
    return {ref: live for roles in found.values() for ref, live in roles.items()}


def read_documents(accounts: Mapping[str, Account], refs: Sequence[Ref], tools: Tools) -> Looked:
    """Return all these documents, as they are."""

    def one(ref: Ref) -> Live | None:
        tools.cancellation.check()
        return policies_at(accounts, ref).read(ref)

    found, errors = everywhere(one, refs)
    for error in errors.values():
        if isinstance(error, Cancelled):
            raise error
    return Looked(documents=found, errors=errors)


def _tell_or_raise(errors: Mapping[str, WaybillError], tools: Tools) -> None:
    bad = [error for error in errors.values() if ends_the_run(error)]
    if bad:
        raise together(bad)
    for what, error in errors.items():
        tell_unknown(tools, what, error)
