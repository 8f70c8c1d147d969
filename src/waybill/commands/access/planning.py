"""What `access` would change: each document as it is, and as it is to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from waybill.commands.access.presence import check_presence
from waybill.commands.access.scene import Scene, look
from waybill.commands.tools import Tools
from waybill.domain.access.changing import change, others_of_ours
from waybill.domain.access.needs import Need, needs_of
from waybill.domain.access.plan import AccessPlan, DocumentPlan
from waybill.domain.access.requests import AccessRequest
from waybill.errors import Fault, InputError
from waybill.ports.account import Account

UNTOUCHED = "Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A plan, and the accounts in which it is carried out."""

    plan: AccessPlan
    accounts: Mapping[str, Account]


def make_plan(request: AccessRequest, tools: Tools, *, writes: bool) -> Made:
    """Look at every document, and return what changes. Raises one `InputError` for all that cannot be."""
    access, names = request.access, request.names
    scene = look(request, access, tools, writes=writes)
    changes = [
        change(ref, live, scene.wanted.get(ref, ()), names=names, caller=scene.callers[ref.account])
        for ref, live in scene.documents.items()
    ]
    wanted = [one for several in scene.wanted.values() for one in several]
    made = made_of(scene, changes, needs_of(access.grants, wanted, names))
    presence = check_presence(access, scene, tools)
    others = others_of_ours(made.plan.pending, [grant.name for grant in access.grants])
    plan = replace(made.plan, warnings=(*presence.warnings, *others), notes=presence.notes)
    return Made(plan=plan, accounts=made.accounts)


def made_of(scene: Scene, changes: list[DocumentPlan | Fault], needs: tuple[Need, ...] = ()) -> Made:
    """Return the plan of these changes. Raises `InputError` for the faults among them."""
    faults = [one for one in changes if isinstance(one, Fault)]
    if faults:
        raise InputError(faults, UNTOUCHED)
    documents = tuple(one for one in changes if not isinstance(one, Fault))
    return Made(plan=AccessPlan(documents=documents, needs=needs), accounts=scene.accounts)
