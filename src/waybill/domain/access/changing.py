"""One document as it is and as it is to be: what changes, in words, and what stands against it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from waybill.domain.access.lockout import limit_of, refusal
from waybill.domain.access.meaning import statements_in
from waybill.domain.access.merging import merged
from waybill.domain.access.plan import Act, DocumentPlan
from waybill.domain.access.refs import Live, Ref
from waybill.domain.access.wanted import WantedStatement, is_ours
from waybill.domain.access.words import told
from waybill.domain.arns import Caller
from waybill.errors import Fault

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
    if after is not None and (length := ref.length(after)) > (limit := limit_of(ref, live)):
        rule = (
            f"would have {length:,} characters in {_where(ref)}, and AWS takes {limit:,}; {plan.kept} of its "
            "statements are not Waybill's. Name fewer, or name accounts in the place of their roles and users."
        )
        return Fault(ref.kind.value, ref.name, rule)
    return replace(
        plan,
        words=told(before, statements_in(after) if after else [], ref, names),
        notes=(UNGUARDED,) if live is None and ref.revised else (),
        refused=refusal(ref, now, after, caller),
    )


def _where(ref: Ref) -> str:
    return f"{ref.account}/{ref.region}"
