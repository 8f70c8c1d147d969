"""One document as it is and as it is to be: what changes, in words, and what stands against it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from waybill.domain.access.meaning import statements_in
from waybill.domain.access.merging import merged
from waybill.domain.access.plan import Act, DocumentPlan
from waybill.domain.access.refs import LIMITS, Live, Ref
from waybill.domain.access.wanted import WantedStatement, is_ours
from waybill.domain.access.words import told
from waybill.errors import Fault

UNGUARDED = "There is no policy yet, so that no revision guards this first put: it is looked at again just before."


def change(
    ref: Ref,
    live: Live | None,
    wanted: Sequence[WantedStatement],
    names: Mapping[str, str],
    *,
    kept: Iterable[str] = (),
) -> DocumentPlan | Fault:
    """Return what becomes of a document; a `Fault` where that cannot be."""
    try:
        after = merged(live.text if live else None, wanted, kept=kept)
        before = statements_in(live.text) if live else []
    except ValueError as error:
        return Fault(ref.kind.value, ref.name, f"cannot be read in {_where(ref)}: {error}.")
    plan = DocumentPlan(ref=ref, before=live, after=after, kept=sum(not is_ours(one) for one in before))
    if plan.act is Act.NOTHING:
        return plan
    if after is not None and (length := ref.length(after)) > LIMITS[ref.kind]:
        rule = (
            f"would have {length:,} characters in {_where(ref)}, and AWS takes {LIMITS[ref.kind]:,}; {plan.kept} of "
            "its statements are not Waybill's. Name fewer, or name accounts in the place of their roles and users."
        )
        return Fault(ref.kind.value, ref.name, rule)
    return DocumentPlan(
        ref=ref,
        before=live,
        after=after,
        words=told(before, statements_in(after) if after else [], ref, names),
        notes=(UNGUARDED,) if live is None and ref.revised else (),
        kept=plan.kept,
    )


def _where(ref: Ref) -> str:
    return f"{ref.account}/{ref.region}"
