"""Puts planned documents in the place of those that were looked at, all at once, each with one end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.commands.access.looking import policies_at
from waybill.commands.tools import Tools, everywhere
from waybill.domain.access.meaning import statements_in
from waybill.domain.access.plan import AccessPlan, DocumentPlan, End
from waybill.domain.access.words import told
from waybill.errors import ConflictError
from waybill.ports.account import Account
from waybill.ports.policies import PutEnd


def carry_out(plan: AccessPlan, accounts: Mapping[str, Account], names: Mapping[str, str], tools: Tools) -> AccessPlan:
    """Write and delete what the plan says. What went wrong is in the documents' ends: nothing is raised."""
    pending = {one.ref: one for one in plan.pending}

    def one(document: DocumentPlan) -> DocumentPlan:
        if tools.cancellation.cancelled:
            return replace(document, end=End.NOT_REACHED)
        return _carry_out(document, accounts, names)

    done, errors = everywhere(one, list(pending.values()))
    ends = {document.ref: ended for document, ended in done.items()}
    ends |= {document.ref: document.failed(error) for document, error in errors.items()}
    return replace(plan, documents=tuple(ends.get(one.ref, replace(one, end=End.ALREADY)) for one in plan.documents))


def _carry_out(document: DocumentPlan, accounts: Mapping[str, Account], names: Mapping[str, str]) -> DocumentPlan:
    policies = policies_at(accounts, document.ref)
    if document.after is not None:
        written = policies.put(document.ref, document.after, before=document.before)
        if written.end is PutEnd.DONE:
            return replace(document, end=End.WRITTEN, revision=written.revision)
    elif document.before is not None and policies.delete(document.ref, before=document.before) is PutEnd.DONE:
        return replace(document, end=End.DELETED)
    return document.failed(_conflict(document, accounts, names), End.CONFLICT)


def _conflict(document: DocumentPlan, accounts: Mapping[str, Account], names: Mapping[str, str]) -> ConflictError:
    """Return what somebody else changed since."""
    ref = document.ref
    now = policies_at(accounts, ref).read(ref)
    if now is None:
        changed = "they deleted it"
    else:
        was = statements_in(document.before.text) if document.before else []
        said = told(was, _statements(now.text), ref, names)
        changed = f"by it, {'; '.join(said)}" if said else "by it nothing changes in meaning"
    revision = f" (revision {now.revision})" if now and now.revision else ""
    return ConflictError(
        f"Somebody else changed {ref} since it was looked at{revision}: {changed}. It was left as it is.",
        "Run again: the plan is made anew, of what is there now.",
    )


def _statements(text: str) -> list[dict[str, object]]:
    try:
        return statements_in(text)
    except ValueError:
        return []
