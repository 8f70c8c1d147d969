"""All that the verbs of `access` look at: accounts, staging buckets, and every document that grants may be in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from waybill.commands.access.looking import (
    Looked,
    ends_the_run,
    enter_needed,
    package_documents,
    read_documents,
    role_documents,
    tell_unknown,
)
from waybill.commands.access.shelves import find_shelves
from waybill.commands.setup.members import Entered
from waybill.commands.together import together
from waybill.commands.tools import Tools
from waybill.domain.access.grants import Access, Staged
from waybill.domain.access.meaning import statements_in
from waybill.domain.access.refs import Live, Ref
from waybill.domain.access.staged import Shelves, bucket_ref, key_ref
from waybill.domain.access.statements import needed_accounts, needed_shelves, wanted_statements
from waybill.domain.access.wanted import WantedStatement, foreign, is_ours, principal_of
from waybill.domain.arns import Caller
from waybill.domain.iam.documents import Kind
from waybill.domain.setup.requests import Members
from waybill.errors import Fault, InputError, WaybillError
from waybill.ports.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What there is: each document as it is, and what the file's grants want of it."""

    accounts: Mapping[str, Account]
    callers: Mapping[str, Caller]
    documents: Mapping[Ref, Live | None]
    wanted: Mapping[Ref, list[WantedStatement]]


def has_ours(live: Live) -> bool:
    """Whether a document has a statement of ours."""
    return any(is_ours(one) for one in statements_in(live.text))


def look(
    members: Members,
    access: Access,
    tools: Tools,
    *,
    writes: bool,
    roles: Callable[[Ref, Live], bool] = lambda _, live: has_ours(live),
) -> Scene:
    """Enter the accounts and look at everything. Raises one error for all that grants need and that is not there.

    `roles` says which trust policies matter, beside those that grants speak of.
    """
    estate, names = access.estate, access.names
    entered = enter_needed(members, needed_accounts(access), tools, writes=writes)
    accounts = entered.accounts
    home = estate.home
    regions = dict.fromkeys((*estate.regions, *(region for _, region in needed_shelves(access))))
    places = [(name, region) for name in accounts for region in regions]
    shelves = find_shelves(estate, accounts, places, needed_shelves(access), tools)
    _refuse_managed_keys(access, shelves)
    _refuse_keys_elsewhere(access, shelves, entered)
    wanted = wanted_statements(access, shelves)
    granted = dict.fromkeys(ref.place for ref in wanted if ref.revised)
    refs = dict.fromkeys(
        (*wanted, *package_documents(accounts, list(dict.fromkeys((*places, *granted))), granted, tools))
    )
    for (name, region), shelf in shelves.items():
        refs[bucket_ref(name, estate.account(name).id, region, shelf.bucket)] = None
        if shelf.key is not None and names.get(shelf.key.account) in accounts:
            refs[key_ref(names[shelf.key.account], shelf.key)] = None
    found = role_documents(accounts, home, tools)
    listed = {ref: live for ref, live in found.items() if ref in refs or roles(ref, live)}
    looked = read_documents(accounts, [ref for ref in refs if ref not in listed], tools)
    _refuse_or_tell(looked, wanted, tools)
    documents = {**looked.documents, **listed}
    return Scene(accounts=accounts, callers=entered.callers, documents=documents, wanted=wanted)


def _refuse_or_tell(looked: Looked, wanted: Mapping[Ref, list[WantedStatement]], tools: Tools) -> None:
    errors = {ref: _of_grants(error, wanted.get(ref, [])) for ref, error in looked.errors.items()}
    bad = [error for ref, error in errors.items() if ref in wanted or ends_the_run(error)]
    if bad:
        raise together(bad)
    for ref, error in looked.errors.items():
        tell_unknown(tools, str(ref), error)


def _of_grants(error: WaybillError, wanted: list[WantedStatement]) -> WaybillError:
    """Return the error of what is not there, by the grant that names it."""
    if not isinstance(error, InputError) or not wanted:
        return error
    key = "through" if wanted[0].ref.kind is Kind.TRUST else "what"
    where = f"grants.{wanted[0].grant}.{key}"
    return InputError([replace(fault, name=where) for fault in error.faults], error.advice)


def _refuse_keys_elsewhere(access: Access, shelves: Shelves, entered: Entered) -> None:
    """Raise where the key of a bucket that a grant speaks of is in an account that the file has not, or no way into."""
    names = access.names
    faults, errors = [], []
    for grant in access.grants:
        for region in grant.what.regions if isinstance(grant.what, Staged) else ():
            shelf = shelves[grant.what.account.name, region]
            if shelf.key is None or names.get(shelf.key.account) in entered.accounts:
                continue
            error = entered.errors.get(names.get(shelf.key.account, ""))
            if error is not None:
                errors.append(error)
                continue
            rule = (
                f"{shelf.bucket} in {region} is encrypted with a key of the account {shelf.key.account}, whose policy "
                "must allow this, too: name that account in `accounts`, with a role that may change the key's policy."
            )
            faults.append(Fault(f"grants.{grant.name}.what", "", rule))
    if faults:
        errors.append(InputError(faults, "Nothing was changed."))
    if errors:
        raise together(errors)


def _refuse_managed_keys(access: Access, shelves: Shelves) -> None:
    """No other account can use AWS's own key, whatever any policy says."""
    faults = []
    for grant in access.grants:
        what = grant.what
        if not isinstance(what, Staged) or not foreign(principal_of(grant), what.account.id):
            continue
        for region in what.regions:
            shelf = shelves[what.account.name, region]
            if shelf.managed:
                rule = (
                    f"{shelf.bucket} in {region} is encrypted with AWS's own key, which no other account can use: let "
                    "the bucket have a key of yours, as `waybill setup` makes one, or let them take a role of its "
                    "account by `through`."
                )
                faults.append(Fault(f"grants.{grant.name}.what", "", rule))
    if faults:
        raise InputError(faults, "Nothing was changed.")
