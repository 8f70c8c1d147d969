"""Work on a stack from its beginning to its end: make, update, delete; and back where something fails.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html has the statuses and their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from waybill.sandbox.engine.cloudformation import exports, removal, template
from waybill.sandbox.engine.cloudformation.forward import Forward, Step, Stopped
from waybill.sandbox.engine.cloudformation.hands import Hands
from waybill.sandbox.engine.cloudformation.reasons import EXPECTED, reason_of
from waybill.sandbox.engine.cloudformation.stack import Kept, Stack, Target
from waybill.sandbox.engine.cloudformation.teller import Teller
from waybill.sandbox.engine.refusals import Refusal

ROLL_BACK: Final = "ROLLBACK"
DO_NOTHING: Final = "DO_NOTHING"
TAKE_AWAY: Final = "DELETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Work on one stack. `on_failure` is ROLLBACK, DO_NOTHING or DELETE."""

    hands: Hands
    stack: Stack
    tell: Teller
    on_failure: str = ROLL_BACK
    retain_except_on_create: bool = False

    def create(self, target: Target) -> None:
        """Make the resources of a new stack."""
        forward = Forward(hands=self.hands, stack=self.stack, target=target, tell=self.tell)
        try:
            outputs = forward.run()
        except Stopped as stopped:
            self._after_failed_creation(forward.steps, stopped)
            return
        self.stack.outputs, self.stack.imports = outputs, frozenset(forward.imports)
        self.tell.status("CREATE_COMPLETE")

    def update(self, target: Target, before: Target | None) -> None:
        """Change a stack's resources; what is not in `target` any more is deleted last."""
        forward = Forward(hands=self.hands, stack=self.stack, target=target, tell=self.tell)
        try:
            outputs = forward.run()
        except Stopped as stopped:
            if self.on_failure == DO_NOTHING:
                self.tell.status("UPDATE_FAILED", stopped.reason.strip())
            else:
                self._go_back(forward.steps, before, stopped)
            return
        self.stack.outputs, self.stack.imports = outputs, frozenset(forward.imports)
        self.tell.status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        wanted = target.resources()
        gone = [kept for name, kept in self.stack.resources.items() if name not in wanted]
        replaced = [step.before for step in forward.steps if step.replaced and step.before is not None]
        self._remove(replaced, lambda kept: kept.declared.replacement != template.DELETE)
        self._remove(gone, lambda kept: kept.declared.deletion != template.DELETE)
        # Those that could not be deleted are the stack's no more.
        for kept in gone:
            self.stack.resources.pop(kept.declared.logical_id, None)
            self.stack.rows.pop(kept.declared.logical_id, None)
        self.tell.status("UPDATE_COMPLETE")

    def delete(self, retained: frozenset[str]) -> None:
        """Delete the stack and its resources, but those named in `retained`, and those whose policy retains them."""
        try:
            exports.check_unused(self.hands, self.stack)
        except Refusal as refusal:
            self.tell.status("DELETE_FAILED", refusal.message)
            return
        failed = self._remove(
            list(self.stack.resources.values()),
            lambda kept: kept.declared.logical_id in retained or kept.declared.deletion != template.DELETE,
        )
        if failed:
            self.tell.status("DELETE_FAILED", _failed_to_delete(failed))
            return
        self._end()

    def _after_failed_creation(self, steps: list[Step], stopped: Stopped) -> None:
        if self.on_failure == DO_NOTHING:
            self.tell.status("CREATE_FAILED", stopped.reason.strip())
            return
        if self.on_failure == TAKE_AWAY:
            self.tell.status("DELETE_IN_PROGRESS", f"{stopped.reason}Delete requested by user.")
        else:
            self.tell.status("ROLLBACK_IN_PROGRESS", f"{stopped.reason}Rollback requested by user.")
        failed = self._remove([step.after for step in steps], self._outlives_its_creation)
        if failed:
            self.tell.status(
                "DELETE_FAILED" if self.on_failure == TAKE_AWAY else "ROLLBACK_FAILED", _failed_to_delete(failed)
            )
        elif self.on_failure == TAKE_AWAY:
            self._end()
        else:
            self.tell.status("ROLLBACK_COMPLETE")

    def _go_back(self, steps: list[Step], before: Target | None, stopped: Stopped) -> None:
        self.tell.status("UPDATE_ROLLBACK_IN_PROGRESS", stopped.reason.strip())
        self.stack.target = before
        failed = [name for name in (self._undo(step) for step in reversed(steps)) if name]
        if failed:
            self.tell.status(
                "UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{', '.join(failed)}]. "
            )
            return
        self.tell.status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        made = [step.after for step in steps if step.before is None]
        self._remove([step.after for step in steps if step.replaced], self._outlives_its_creation)
        self._remove(made, self._outlives_its_creation)
        for kept in made:
            self.stack.resources.pop(kept.declared.logical_id, None)
            self.stack.rows.pop(kept.declared.logical_id, None)
        self.tell.status("UPDATE_ROLLBACK_COMPLETE")

    def _undo(self, step: Step) -> str:
        """Take a change back; return the name of a resource with which that failed."""
        if step.before is None:
            return ""
        name, kind = step.before.declared.logical_id, step.before.declared.type

        def say(status: str, reason: str = "") -> None:
            physical = step.before.made.physical_id if step.before else ""
            properties = step.before.properties if step.before else None
            self.tell.resource(name, kind, status, physical_id=physical, reason=reason, properties=properties)

        say("UPDATE_IN_PROGRESS")
        try:
            back = step.before if step.replaced else self.hands.update(self.stack, step.after, step.before)
        except EXPECTED as error:
            say("UPDATE_FAILED", reason_of(error, name))
            return name
        self.stack.resources[name] = back
        say("UPDATE_COMPLETE")
        return ""

    def _outlives_its_creation(self, kept: Kept) -> bool:
        return kept.declared.deletion == template.RETAIN and not self.retain_except_on_create

    def _remove(self, several: list[Kept], retained: Callable[[Kept], bool]) -> list[str]:
        return removal.remove(self.hands, self.stack, self.tell, several, retained)

    def _end(self) -> None:
        self.stack.deleted = self.hands.clock()
        self.stack.outputs, self.stack.imports = {}, frozenset()
        self.tell.status("DELETE_COMPLETE")


def _failed_to_delete(names: list[str]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. "
