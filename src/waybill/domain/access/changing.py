"""One document as it is and as it is to be: what changes, in words, and what stands against it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from waybill.domain.access.lockout import limit_of, on_length, refusal
from waybill.domain.access.meaning import statements_in
from waybill.domain.access.merging import merged
from waybill.domain.access.plan import Act, DocumentPlan
from waybill.domain.access.refs import Live, Ref
from waybill.domain.access.wanted import WantedStatement, is_ours, of_grant, stem_of
from waybill.domain.access.words import told
from waybill.domain.arns import Caller
from waybill.errors import Fault

WITHOUT_EFFECT = "Nobody gains or loses anything by it: other statements of the policy say the same already."
UNGUARDED = "There is no policy yet, so that no revision guards this first put: it is looked at again just before."


def change(
    ref: Ref,
    live: Live | None,
    wanted: Sequence[WantedStatement],
    *,
    names: Mapping[str, str],
    caller: Caller,
    kept: Iterable[str] = (),
) -> DocumentPlan | Fault:
    """Return what becomes of a document; a `Fault` where that cannot be. `caller` is who would change it."""
    now = live.text if live else None
    try:
        after = merged(now, wanted, kept=kept)
        before = statements_in(now) if now is not None else []
    except ValueError as error:
        return Fault(ref.kind.value, ref.name, f"cannot be read in {_where(ref)}: {error}.")
    plan = DocumentPlan(ref=ref, before=live, after=after, kept=sum(not is_ours(one) for one in before))
    if plan.act is Act.NOTHING:
        return plan
    length = ref.length(after) if after is not None else 0
    if length > (limit := limit_of(ref)):
        kept = f"{plan.kept} of its statements {'is' if plan.kept == 1 else 'are'} not Waybill's"
        rule = (
            f"would have {length:,} characters in {_where(ref)}, and AWS takes {limit:,}: of the {len(wanted)} "
            f"statements that grants make there, {_fitting(ref, now, wanted, limit)} would fit; {kept}. "
            "Name fewer, or name accounts in the place of their roles and users."
        )
        return Fault(ref.kind.value, ref.name, rule)
    words = told(before, statements_in(after) if after else [], ref, names)
    long = on_length(ref, live, length)
    notes = (*((UNGUARDED,) if live is None and ref.revised else ()), *((long,) if long else ()))
    return replace(
        plan,
        words=words,
        notes=notes if words else (*notes, WITHOUT_EFFECT),
        refused=refusal(ref, now, after, caller),
    )


def others_of_ours(pending: Iterable[DocumentPlan], grants: Sequence[str]) -> tuple[str, ...]:
    """Return a warning for statements of ours that go and are of no grant of the file: another file's may be."""
    found: dict[str, list[str]] = {}
    for plan in pending:
        for each in statements_in(plan.before.text) if plan.before else []:
            sid = str(each.get("Sid") or "")
            if is_ours(each) and not any(of_grant(sid, grant) for grant in grants):
                found.setdefault(stem_of(sid), []).append(plan.ref.short)
    return tuple(
        f"What Waybill wrote of a grant {stem} goes from {', '.join(sorted({*where}))}: this file has no "
        "such grant. Where another file has it, the two undo each other: one file has all grants of its accounts."
        for stem, where in found.items()
    )


def _fitting(ref: Ref, now: str | None, wanted: Sequence[WantedStatement], limit: int) -> int:
    """Return how many of the statements fit, the first of the file."""
    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        text = merged(now, wanted[:middle])
        low, high = (middle, high) if text is None or ref.length(text) <= limit else (low, middle - 1)
    return low


def _where(ref: Ref) -> str:
    return f"{ref.account}/{ref.region}"
