"""Our statements into a live document: everybody else's stay as they are, where they are. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from waybill.domain.access.meaning import meaning_of
from waybill.domain.access.wanted import WantedStatement, is_ours
from waybill.domain.iam.conditions import many

VERSION = "2012-10-17"


def merged(live: str | None, wanted: Sequence[WantedStatement], *, kept: Iterable[str] = ()) -> str | None:
    """Return the document with the wanted statements, and none of ours beside them; None where nothing is left.

    A statement by the very name of a wanted one is replaced, whatever it says: a name is there once. The live text
    itself comes back where nothing changes by meaning. `kept` are Sids of ours that stay though nobody
    wants them. Raises `ValueError` where the live text is no policy.
    """
    document = _document(live)
    by_sid = {one.sid: one for one in wanted}
    stay, seen, changed = set(kept), set[str](), live is None
    statements: list[Any] = []
    for each in many(document.get("Statement", [])):
        sid = str(each.get("Sid") or "") if isinstance(each, dict) else ""
        if not isinstance(each, dict) or sid in stay or not (is_ours(each) or sid in by_sid):
            statements.append(each)
        elif sid in by_sid and sid not in seen:
            same = meaning_of(each) == meaning_of(by_sid[sid].body)
            statements.append(each if same else dict(by_sid[sid].body))
            changed = changed or not same
            seen.add(sid)
        else:
            changed = True
    new = [dict(one.body) for one in wanted if one.sid not in seen]
    if not new and not changed:
        return live
    statements += new
    if not statements:
        return None
    return compact({**document, "Statement": statements})


def compact(document: Mapping[str, Any]) -> str:
    """Return a document as it is put: AWS counts its characters."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def pretty(text: str) -> str:
    """Return a document for people to read, its members as they stand; what is no JSON is shown as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _document(live: str | None) -> dict[str, Any]:
    if live is None:
        return {"Version": VERSION}
    found = json.loads(live)
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    return found
