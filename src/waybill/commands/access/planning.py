"""What `access` would change: the live documents, and each as the file's grants mean it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waybill.commands.access.looking import enter_needed, found_documents, read_documents
from waybill.commands.together import in_words, together
from waybill.commands.tools import Tools
from waybill.domain.access.changing import change
from waybill.domain.access.needs import needs_of
from waybill.domain.access.plan import AccessPlan
from waybill.domain.access.requests import AccessRequest
from waybill.domain.access.statements import wanted_statements
from waybill.errors import AccessDenied, Fault, InputError
from waybill.ports.account import Account
from waybill.progress import Warned

UNTOUCHED = "Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A plan, and the accounts in which it is carried out."""

    plan: AccessPlan
    accounts: Mapping[str, Account]


def make_plan(request: AccessRequest, tools: Tools, *, writes: bool) -> Made:
    """Look at every document, and return what changes. Raises one `InputError` for all that cannot be."""
    access, names = request.access, request.names
    wanted = wanted_statements(access)
    entered = enter_needed(request, frozenset(ref.account for ref in wanted), tools, writes=writes)
    regions = dict.fromkeys((*access.prepared.regions, *(ref.region for ref in wanted)))
    places = [(name, region) for name in entered.accounts for region in regions]
    refs = dict.fromkeys((*wanted, *found_documents(entered.accounts, places, tools)))
    looked = read_documents(entered.accounts, list(refs), tools)
    for ref, error in looked.errors.items():
        if ref not in wanted and isinstance(error, AccessDenied):
            tools.reporter.tell(Warned(f"What is left of grants in {ref} is not known: {in_words(error)}"))
    bad = [error for ref, error in looked.errors.items() if ref in wanted or not isinstance(error, AccessDenied)]
    if bad:
        raise together(bad)
    changes = [change(ref, live, wanted.get(ref, ()), names) for ref, live in looked.documents.items()]
    faults = [one for one in changes if isinstance(one, Fault)]
    if faults:
        raise InputError(faults, UNTOUCHED)
    documents = tuple(one for one in changes if not isinstance(one, Fault))
    needs = needs_of(access.grants, [one for several in wanted.values() for one in several], names)
    return Made(plan=AccessPlan(documents=documents, needs=needs), accounts=entered.accounts)
