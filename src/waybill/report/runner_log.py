"""The reporter for a GitHub runner's log: groups, annotations, and progress every five seconds at most."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from waybill.domain.findings import Findings, Verdict
from waybill.domain.plan import Plan
from waybill.domain.result import Result
from waybill.errors import ExitCode, InputError, WaybillError
from waybill.progress import Event, Finished, Planned, RegionEnded, Sent, Started, Waiting, Warned
from waybill.report import text, words
from waybill.report.annotations import LONGEST, Said, both, of_fault, of_findings, title_of
from waybill.report.commands import Commands
from waybill.report.ink import Ink, clean, cut, one_line
from waybill.report.narrate import Clock, Pace, narrate, of_deploy, of_setup

if TYPE_CHECKING:
    from waybill.domain.deploy.telling import Deploying
    from waybill.domain.setup.telling import Preparing
    from waybill.report.setup_log import SetupLog

ANNOTATIONS = 10
"""How many annotations of a kind GitHub shows for a step; what is over is named in the last one."""

PLAN, REGIONS, DEPLOY = "Plan", "Regions", "Deploy"


class RunnerReporter:
    """Implements `Reporter`. Groups fold how the work went; the end is not folded, so that it is seen at once.

    `plan` is the plan once it is told: the step summary of a run that was refused shows it.
    """

    def __init__(self, commands: Commands, clock: Clock, *, ink: Ink | None = None) -> None:
        self._commands = commands
        self._ink = ink or Ink()
        self._pace = Pace(clock, self._ink)
        self.plan: Plan | None = None
        self._group: str | None = None
        self._deploying = False
        self._preparing: SetupLog | None = None
        self._warned: set[str] = set()
        self._lock = threading.RLock()  # a signal handler may tell while its own thread is telling

    def tell(self, event: Event) -> None:
        """Take one event."""
        with self._lock:
            try:
                self._tell(event)
            except (OSError, ValueError):  # the log went away, or was closed: the work goes on
                self._group = None

    def fail(self, error: WaybillError) -> None:
        """Annotate an error that ended the command before it had a result: each fault of bad input by itself."""
        with self._lock:
            try:
                self._unfold()
                if isinstance(error, InputError):
                    found = [of_fault(fault) for fault in error.faults]
                    self._annotate(found or [("Input", error.what, None)])
                    if error.advice:
                        self._commands.line(clean(error.advice))
                else:
                    self._annotate([(title_of(error), both(error.what, error.advice), None)])
            except (OSError, ValueError):
                self._group = None

    def close(self) -> None:
        """End the group that is open, if any."""
        with self._lock:
            try:
                self._unfold()
            except (OSError, ValueError):
                self._group = None

    def _tell(self, event: Event) -> None:
        match event:
            case Finished(end):
                self._finish(end)
                return
            case Sent():
                line = self._pace.sent(event)
            case Warned(said):
                self._warned.add(said)
                self._commands.warning(cut(clean(said), LONGEST))
                return
            case _:
                line = narrate(event, self._ink)
        if line is None:
            return
        if of_deploy(event):
            self._deploy(event, line)
            return
        if of_setup(event):
            self._setup(event, line)
            return
        if not isinstance(event, Started | Waiting):
            self._enter(DEPLOY if self._deploying else REGIONS if self.plan else PLAN)
        if isinstance(event, Planned):
            self.plan = event.plan
            line = f"{line}\n\n{text.plan_text(event.plan, self._ink)}"
        if isinstance(event, RegionEnded):
            self._pace.ended(event.result.region)
        self._commands.line(line)

    def _deploy(self, event: Deploying, line: str) -> None:
        """Fold what happens within a stage; what is followed, what waits and how each stage ended is seen at once."""
        from waybill.domain.deploy import telling as told  # noqa: PLC0415 - only a run that deploys needs it
        from waybill.report.deploy_lines import waiting  # noqa: PLC0415

        begun, self._deploying = self._deploying, True
        match event:
            case told.ApprovalWaits() | told.TransitionClosed():
                self._ungroup()
                title, text = waiting(event)
                self._commands.notice(cut(text, LONGEST), title=title)
                return
            case told.Following() | told.StageEnded():
                self._ungroup()
            case told.StageBegan(stage):
                self._enter(_stage(stage))
                return
            case told.ActionBegan(run) | told.ActionEnded(run, _):
                self._enter(_stage(run.stage))
            case _:
                self._enter((begun and self._group) or DEPLOY)
        self._commands.line(line)

    def _setup(self, event: Preparing, line: str) -> None:
        """Fold the plan, and what becomes of each stack's resources; how the stacks do is seen at once."""
        from waybill.domain.setup.telling import SetupPlanned  # noqa: PLC0415 - only a run that sets up needs it
        from waybill.report.setup_log import SetupLog  # noqa: PLC0415

        if isinstance(event, SetupPlanned):
            self._enter(PLAN)
            self._commands.line(line)
            return
        self._ungroup()
        self._preparing = self._preparing or SetupLog(self._commands)
        self._preparing.tell(event, line)

    def _enter(self, group: str) -> None:
        if self._group != group:
            self._ungroup()
            self._commands.start_group(group)
            self._group = group

    def _ungroup(self) -> None:
        if self._group is not None:
            self._commands.end_group()
            self._group = None

    def _unfold(self) -> None:
        """End what is open, so that what follows is seen at once."""
        self._ungroup()
        if self._preparing is not None:
            self._preparing.rest()

    def _finish(self, end: Result) -> None:
        self._unfold()
        shown = [text.heading(end, self._ink), *text.middle(end, self._ink, plan=self.plan)]
        self._commands.line("\n\n".join(part for part in shown if part))
        found: list[Said] = [("waybill " + end.command, both(end.error, end.advice), None)] if end.error else []
        found += [
            (f"{region.region}: {region.outcome.value}", both(region.error, region.advice), None)
            for region in end.regions
            if region.error and not words.said(end, region.error, region.advice or "")
        ]
        # Enough regions succeeded: what failed is to be looked at, and does not fail the step.
        self._annotate(found, mild=end.exit_code is ExitCode.OK)
        if isinstance(end.body, Findings):
            self._annotate(of_findings(end.body.findings, Verdict.FAIL))
            self._annotate(of_findings(end.body.findings, Verdict.WARN), mild=True)
        for said in words.warnings(end):
            if said not in self._warned:
                self._commands.warning(cut(clean(said), LONGEST))
        for part in (text.facts(end, plan=self.plan), text.closing(end)):
            if part:
                self._commands.line(f"\n{part}")

    def _annotate(self, found: Sequence[Said], *, mild: bool = False) -> None:
        write = self._commands.warning if mild else self._commands.error
        shown = found if len(found) <= ANNOTATIONS else found[: ANNOTATIONS - 1]
        for title, message, place in shown:
            file, line = place or (None, None)
            write(cut(message, LONGEST), title=title, file=file, line=line)
        rest = found[len(shown) :]
        if rest:
            names = "\n".join(f"{title}: {message.splitlines()[0][:80]}" for title, message, _ in rest)
            write(cut(names, LONGEST), title=f"{len(rest)} more")


def _stage(name: str) -> str:
    return one_line(f"Stage {name}", 200)
