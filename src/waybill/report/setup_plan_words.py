"""How `setup plan` and `setup apply` ended, in a sentence; imported only by their own run."""

from __future__ import annotations

from waybill.domain.result import Result
from waybill.domain.setup.plan import SetupPlan, StackAction, StackEnd
from waybill.report.units import count, listing


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
    if failed := _counted(body, StackEnd.FAILED):
        left = _counted(body, StackEnd.NOT_REACHED)
        done = sum(one.end in {StackEnd.CREATED, StackEnd.UPDATED} for one in body.stacks)
        stays = f"; {count(done, 'stack')} made or changed before stay{'s' if done == 1 else ''}" if done else ""
        return f"{failed} failed{f', {left} not reached' if left else ''}{stays}."
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


def _counted(body: SetupPlan, end: StackEnd) -> str:
    """Return how many stacks and other things ended so: `1 stack and 2 settings`; empty where none did."""
    ended = [one.data for one in body.beside if one.end is end]
    numbers = {
        "stack": sum(one.end is end for one in body.stacks),
        "setting": ended.count(False),
        "resource": ended.count(True),
    }
    return listing([count(number, word) for word, number in numbers.items() if number])
