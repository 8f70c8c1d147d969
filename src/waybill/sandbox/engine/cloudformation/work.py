"""Work on a stack from its beginning to its end: make, update, delete; and back where something fails.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html has the statuses and their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from waybill.sandbox.engine.cloudformation import exports, removal, template
from waybill.sandbox.engine.cloudformation.back import Back, forget
from waybill.sandbox.engine.cloudformation.forward import Forward, Stopped
from waybill.sandbox.engine.cloudformation.hands import Hands
from waybill.sandbox.engine.cloudformation.stack import Kept, Stack, Step, Stuck, Target
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
                self.stack.superseded += _replaced(forward.steps)
                self.tell.status("UPDATE_FAILED", stopped.reason.strip())
            else:
                self.stack.target = before
                self._back().run(forward.steps, stopped.reason.strip())
            return
        self.stack.outputs, self.stack.imports = outputs, frozenset(forward.imports)
        self.tell.status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        wanted = target.resources()
        gone = [kept for name, kept in self.stack.resources.items() if name not in wanted]
        self._remove_superseded(_replaced(forward.steps))
        self._remove(gone, lambda kept: kept.declared.deletion != template.DELETE)
        # Those that could not be deleted are the stack's no more.
        forget(self.hands, self.stack, gone)
        self.tell.status("UPDATE_COMPLETE")

    def delete(self, retained: frozenset[str]) -> None:
        """Delete the stack and its resources, but those named in `retained`, and those whose policy retains them."""
        try:
            exports.check_unused(self.hands, self.stack)
        except Refusal as refusal:
            self.tell.status("DELETE_FAILED", refusal.message)
            return
        self._remove_superseded([])
        failed = self._remove(
            list(self.stack.resources.values()),
            lambda kept: kept.declared.logical_id in retained or kept.declared.deletion != template.DELETE,
        )
        if failed:
            self.tell.status("DELETE_FAILED", _failed_to_delete(failed))
            return
        self._end()

    def go_on_back(self, skipped: frozenset[str]) -> None:
        """Go on with a way back that got stuck; what is `skipped` counts as taken back."""
        stuck = self.stack.stuck or Stuck([], [])
        undo = [step for step in stuck.undo if step.after.declared.logical_id not in skipped]
        self._back().run(stuck.steps, "", undo)

    def _remove_superseded(self, replaced: list[Kept]) -> None:
        left, self.stack.superseded = [*self.stack.superseded, *replaced], []
        for each in left:
            self._remove([each], lambda kept: kept.declared.replacement != template.DELETE)

    def _after_failed_creation(self, steps: list[Step], stopped: Stopped) -> None:
        if self.on_failure == DO_NOTHING:
            self.tell.status("CREATE_FAILED", stopped.reason.strip())
            return
        if self.on_failure == TAKE_AWAY:
            self.tell.status("DELETE_IN_PROGRESS", f"{stopped.reason}Delete requested by user.")
        else:
            self.tell.status("ROLLBACK_IN_PROGRESS", f"{stopped.reason}Rollback requested by user.")
        failed = self._remove([step.after for step in steps], self._back().outlives_its_creation)
        if failed:
            self.tell.status(
                "DELETE_FAILED" if self.on_failure == TAKE_AWAY else "ROLLBACK_FAILED", _failed_to_delete(failed)
            )
        elif self.on_failure == TAKE_AWAY:
            self._end()
        else:
            self.tell.status("ROLLBACK_COMPLETE")

    def _back(self) -> Back:
        return Back(self.hands, self.stack, self.tell, self.retain_except_on_create)

    def _remove(self, several: list[Kept], retained: Callable[[Kept], bool]) -> list[str]:
        return removal.remove(self.hands, self.stack, self.tell, several, retained)

    def _end(self) -> None:
        self.stack.deleted = self.hands.clock()
        self.stack.outputs, self.stack.imports = {}, frozenset()
        self.tell.status("DELETE_COMPLETE")


def _failed_to_delete(names: list[str]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. "


def _replaced(steps: list[Step]) -> list[Kept]:
    return [step.before for step in steps if step.replaced and step.before is not None]
