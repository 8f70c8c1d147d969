"""How `setup plan` and `setup apply` ended, in a sentence; imported only by their own run."""

from __future__ import annotations

from waybill.domain.result import Result
from waybill.domain.setup.plan import SetupPlan, StackAction, StackEnd
from waybill.report.units import count


def needs_attention(result: Result, body: SetupPlan) -> bool:
    """Whether something is not as it should be, though the run itself ended well."""
    del result, body
    return False


def sentence(result: Result, body: SetupPlan) -> str:
    """Return the sentence."""
    if not body.changes:
        return "All is as the file says. Nothing was changed."
    if result.command == "setup plan":
        return f"Nothing was changed. `waybill setup apply` would {_would(body)}."
    ends = [*(one.end for one in body.stacks), *(one.end for one in body.beside)]
    failed = ends.count(StackEnd.FAILED)
    if failed:
        left = ends.count(StackEnd.NOT_REACHED)
        rest = f", {left} not reached" if left else ""
        return f"{count(failed, 'stack')} failed{rest}; {count(_done(ends), 'stack')} made or changed before stay."
    return f"All is as the file says now: {_did(body)}."


def _would(body: SetupPlan) -> str:
    return _listed(body, {"create": "create", "update": "change", "delete": "delete"}, "write", "delete for good")


def _did(body: SetupPlan) -> str:
    return _listed(body, {"create": "created", "update": "changed", "delete": "deleted"}, "wrote", "deleted for good")


def _listed(body: SetupPlan, words: dict[str, str], wrote: str, lost: str) -> str:
    parts = []
    for action, word in words.items():
        stacks = [one for one in body.stacks if one.action.value == action]
        if stacks:
            parts.append(f"{word} {count(len(stacks), 'stack')}")
    beside = [one for one in body.beside if one.action is not StackAction.NOTHING]
    written = sum(not one.data for one in beside)
    if written:
        parts.append(f"{wrote} {count(written, 'setting')}")
    if len(beside) > written:
        parts.append(f"{lost} what is in {count(len(beside) - written, 'resource')}")
    return ", ".join(parts)


def _done(ends: list[StackEnd]) -> int:
    return sum(end in {StackEnd.CREATED, StackEnd.UPDATED, StackEnd.DELETED} for end in ends)
