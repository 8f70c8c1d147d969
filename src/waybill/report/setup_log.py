"""How the stacks of a setup do, in a runner's log: imported only by a run that sets up."""

from __future__ import annotations

from waybill.domain.setup.plan import StackEnd
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.domain.setup.telling import Preparing, ResourceTold, StackEnded
from waybill.report.commands import Commands
from waybill.report.ink import one_line


class SetupLog:
    """Stacks are made beside each other, so what their resources do is kept, and folded under how the stack ended.

    What fails is seen at once, too: AWS may take a long time to go back after it.
    """

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._resources: dict[StackRef, list[str]] = {}

    def tell(self, event: Preparing, line: str) -> None:
        """Take one event, and the line that tells it. No group is open before, nor after."""
        match event:
            case ResourceTold(ref=ref, status=status):
                self._resources.setdefault(ref, []).append(line)
                if status.endswith("_FAILED"):
                    self._commands.line(line)
            case StackEnded(plan):
                lines = self._resources.pop(plan.ref, [])
                failed = plan.end is StackEnd.FAILED
                if failed or not lines:
                    self._commands.line(line)
                self._fold(_resources(plan.ref) if failed else line, lines)
            case _:
                self._commands.line(line)

    def rest(self) -> None:
        """Fold the resources of stacks whose end nobody told."""
        for ref in list(self._resources):
            self._fold(_resources(ref), self._resources.pop(ref))

    def _fold(self, title: str, lines: list[str]) -> None:
        if lines:
            self._commands.start_group(title)
            for line in lines:
                self._commands.line(line)
            self._commands.end_group()


def _resources(ref: StackRef) -> str:
    return one_line(f"Resources of {ref}", 200)
