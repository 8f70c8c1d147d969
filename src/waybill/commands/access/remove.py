"""access remove: what Waybill wrote of grants is taken out of every policy; what is not ours stays."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.access.apply import Confirm, agree, ended, refused, result_of, untouched
from waybill.commands.access.planning import made_of
from waybill.commands.access.scene import Scene, look
from waybill.commands.access.writing import carry_out
from waybill.commands.tools import Tools
from waybill.domain.access.changing import change
from waybill.domain.access.meaning import statements_in
from waybill.domain.access.refs import Live
from waybill.domain.access.requests import RemoveRequest
from waybill.domain.access.wanted import camel, is_ours, of_grant, stem_of
from waybill.domain.result import Outcome, Result
from waybill.errors import Fault, InputError
from waybill.progress import Started, Warned

REMOVE = "access remove"


def remove(request: RemoveRequest, tools: Tools, *, confirm: Confirm | None) -> Result:
    """Take statements out, and delete what is empty then. `confirm` asks a person; None where nobody is there.

    Without `yes`, and where nobody can be asked, what would be done is shown. Raises `Declined` where somebody did not
    agree.
    """
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Looking at what is to be taken back"))
    may_write = request.yes or confirm is not None
    with untouched():
        scene = look(request, replace(request.access, grants=()), tools, writes=may_write)
    _refuse_unknown(request, scene)
    names = request.access.names
    changes = [
        change(ref, live, (), names=names, caller=scene.callers[ref.account], kept=_kept(request, live))
        for ref, live in scene.documents.items()
    ]
    made = made_of(scene, changes)
    _warn(request, tools)
    seconds = tools.clock.monotonic() - started
    if made.plan.refused:
        return refused(REMOVE, made.plan, seconds=seconds)
    if not may_write or not made.plan.changes:
        outcome = Outcome.PLANNED if made.plan.changes else Outcome.ALREADY
        result = replace(result_of(REMOVE, outcome, made.plan, seconds=seconds), changed=False)
        return replace(result, then=f"To do it: {request.again}" if made.plan.changes else None)
    agree(made.plan, None, None if request.yes else confirm)
    body = carry_out(made.plan, made.accounts, names, tools)
    return ended(REMOVE, body, request.again, tools, seconds=tools.clock.monotonic() - started)


def _refuse_unknown(request: RemoveRequest, scene: Scene) -> None:
    """Raise for a name that neither the file nor any policy knows: a slip would look like a grant that is gone."""
    texts = [live.text for live in scene.documents.values() if live is not None]
    sids = [str(one.get("Sid")) for text in texts for one in _statements(text) if is_ours(one)]
    known = [one.name for one in request.access.grants]
    stems = {camel(name) for name in known}
    known += [stem for stem in dict.fromkeys(map(stem_of, sids)) if stem not in stems]
    faults = [
        Fault("grant", name, f"is a grant neither of the file nor of any policy.{_meant(name, known)}")
        for name in request.grants
        if name not in known and not any(of_grant(sid, name) for sid in sids)
    ]
    if faults:
        raise InputError(faults, "Nothing was changed.")


def _meant(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

    near = get_close_matches(name.lower(), {one.lower(): one for one in known}, 1, 0.5)
    spelled = next((one for one in known if near and one.lower() == near[0]), "")
    return f" Did you mean `{spelled}`?" if spelled else ""


def _kept(request: RemoveRequest, live: Live | None) -> list[str]:
    """Return the Sids of ours that stay."""
    if live is None or request.everything:
        return []
    sids = (str(one.get("Sid")) for one in _statements(live.text) if is_ours(one))
    return [sid for sid in sids if not any(of_grant(sid, grant) for grant in request.grants)]


def _statements(text: str) -> list[dict[str, object]]:
    try:
        return statements_in(text)
    except ValueError:  # what is no policy is told where it is changed
        return []


def _warn(request: RemoveRequest, tools: Tools) -> None:
    left = [one.name for one in request.access.grants if request.everything or one.name in request.grants]
    if left:
        said = (
            f"The file still grants {', '.join(left)}: take it out there, or the next `access apply` writes it again."
        )
        tools.reporter.tell(Warned(said))
