"""The way back of an update: what was changed is changed back, what was made is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from waybill.sandbox.engine.cloudformation import removal, template
from waybill.sandbox.engine.cloudformation.hands import Hands
from waybill.sandbox.engine.cloudformation.reasons import EXPECTED, reason_of
from waybill.sandbox.engine.cloudformation.stack import Kept, Stack, Step, Stuck
from waybill.sandbox.engine.cloudformation.teller import Teller


@dataclass(frozen=True, slots=True)
class Back:
    """One way back of a stack."""

    hands: Hands
    stack: Stack
    tell: Teller
    retain_except_on_create: bool

    def run(self, steps: list[Step], reason: str, undo: list[Step] | None = None) -> None:
        """Take the steps back, the last first, for a reason; `undo`: only these have not been yet, which is told."""
        if undo is None:
            self.tell.status("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        self.stack.stuck = None
        failed = [step for step in (list(reversed(steps)) if undo is None else undo) if not self._undone(step)]
        if failed:
            self.stack.stuck = Stuck(failed, steps)
            names = ", ".join(step.after.declared.logical_id for step in failed)
            self.tell.status("UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{names}]. ")
            return
        self.tell.status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        made = [step.after for step in steps if step.before is None]
        for several in ([step.after for step in steps if step.replaced], made):
            removal.remove(self.hands, self.stack, self.tell, several, self.outlives_its_creation)
        forget(self.hands, self.stack, made)
        self.tell.status("UPDATE_ROLLBACK_COMPLETE")

    def outlives_its_creation(self, kept: Kept) -> bool:
        """Tell whether a resource stays though what made it failed."""
        return kept.declared.deletion == template.RETAIN and not self.retain_except_on_create

    def _undone(self, step: Step) -> bool:
        if step.before is None:
            return True
        before = step.before
        name, kind, physical = before.declared.logical_id, before.declared.type, before.made.physical_id
        said: dict[str, Any] = {"physical_id": physical, "properties": before.properties}
        self.tell.resource(name, kind, "UPDATE_IN_PROGRESS", **said)
        try:
            back = before if step.replaced else self.hands.update(self.stack, step.after, before)
        except EXPECTED as error:
            self.tell.resource(name, kind, "UPDATE_FAILED", **said, reason=reason_of(error, name, kind))
            return False
        self.stack.resources[name] = back
        self.tell.resource(name, kind, "UPDATE_COMPLETE", **said)
        return True


def forget(hands: Hands, stack: Stack, several: list[Kept]) -> None:
    """Let resources be a stack's no more, whatever became of them, nor those that were never made."""
    with hands.lock:
        for kept in several:
            stack.resources.pop(kept.declared.logical_id, None)
        for name in stack.rows.keys() - stack.resources.keys():
            del stack.rows[name]
