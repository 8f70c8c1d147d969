"""Carries a plan out: each stack as soon as those that it needs stand, all at once that can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

from waybill.commands.setup.applying.following import follow
from waybill.commands.setup.applying.planning import discard, in_order
from waybill.commands.setup.applying.work import DeleteStep, MakeStep, Steps, Work, known
from waybill.domain.setup.plan import Change, StackAction, StackEnd, StackPlan
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.domain.setup.telling import StackBegan, StackEnded
from waybill.errors import Cancelled, ConflictError, PartialError, WaybillError
from waybill.ports.stacks import ChangeSet, Readiness, Stack

MOST = 12
"""Stacks at a time: CloudFormation's own answers slow down beyond a few in one account and region."""

DONE = {
    StackAction.CREATE: StackEnd.CREATED,
    StackAction.UPDATE: StackEnd.UPDATED,
    StackAction.DELETE: StackEnd.DELETED,
    StackAction.NOTHING: StackEnd.ALREADY,
}


OVER = frozenset({StackEnd.FAILED, StackEnd.NOT_REACHED})
"""Ends after which no stack is begun that needs this one."""

LEFT = "{} was being changed when the run was stopped: CloudFormation goes on with it by itself."


class Run:
    """One run of a plan: what ended so far, and what the stacks that stand say."""

    def __init__(self, work: Work, steps: Steps) -> None:
        self._work = work
        self._steps = steps
        self._outputs: dict[StackRef, Mapping[str, str]] = dict(steps.outputs())
        self._ended: dict[StackRef, StackPlan] = {}
        self._begun: set[StackRef] = set()

    def make(self) -> tuple[StackPlan, ...]:
        """Make and change all stacks that are wanted; return their plans with their ends, in the plan's order.

        Change sets that were not executed are discarded, whatever happens.
        """
        making = self._steps.making
        within = {step.plan.ref for step in making}
        try:
            self._all([(step, step.wanted.needs & within) for step in making])
        finally:
            # A stack whose change set was handed over may still look like one that is nothing else.
            discard(self._work, [step for step in making if step.plan.ref not in self._begun])
        return self._told(making)

    def remove(self) -> tuple[StackPlan, ...]:
        """Delete the stacks that go, once all else is done; return how that ended."""
        self._all([(step, frozenset()) for step in self._steps.going])
        return self._told(self._steps.going)

    def leave(self) -> tuple[StackPlan, ...]:
        """Return the stacks that would have gone, as not reached."""
        return tuple(step.plan.ended(StackEnd.NOT_REACHED) for step in self._steps.going)

    def _told(self, steps: Sequence[MakeStep | DeleteStep]) -> tuple[StackPlan, ...]:
        return tuple(self._ended[step.plan.ref] for step in steps)

    def _all(self, steps: Sequence[tuple[MakeStep | DeleteStep, frozenset[StackRef]]]) -> None:
        """Do all steps, each after the stacks it needs; what does not need one that failed is done all the same."""
        left = list(steps)
        running: dict[Future[Stack | None], MakeStep | DeleteStep] = {}
        with ThreadPoolExecutor(MOST, thread_name_prefix="stack") as pool:
            while left or running:
                for one in [one for one in left if self._free(one[1])]:
                    left.remove(one)
                    running[pool.submit(self._one, one[0])] = one[0]
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    self._end(running.pop(future).plan, future)
        for step, _ in left:
            self._ended[step.plan.ref] = step.plan.ended(StackEnd.NOT_REACHED)

    def _free(self, needs: frozenset[StackRef]) -> bool:
        if self._work.tools.cancellation.cancelled:
            return False
        return all(ref in self._ended and self._ended[ref].end not in OVER for ref in needs)

    def _end(self, plan: StackPlan, future: Future[Stack | None]) -> None:
        try:
            stack = future.result()
        except Cancelled:
            # Nobody follows it any more; what was begun goes on by itself.
            begun = plan.ref in self._begun
            ended = plan.failed(PartialError(LEFT.format(plan.ref))) if begun else plan.ended(StackEnd.NOT_REACHED)
        except WaybillError as error:
            ended = plan.failed(error)
        else:
            if stack is not None:
                self._outputs[plan.ref] = stack.outputs
            ended = plan.ended(DONE[plan.action])
        self._ended[plan.ref] = ended
        if plan.action is not StackAction.NOTHING:
            self._work.tools.reporter.tell(StackEnded(ended))

    def _one(self, step: MakeStep | DeleteStep) -> Stack | None:
        """Do one step; returns the stack as it then stands. Raises `WaybillError`."""
        self._work.tools.cancellation.check()
        if step.plan.action is StackAction.NOTHING and not self._given_otherwise(step):
            return step.stack
        self._work.tools.reporter.tell(StackBegan(step.plan.ref, step.plan.action))
        if isinstance(step, DeleteStep):
            return self._delete(step.plan.ref, step.stack)
        if step.plan.replaces_broken and step.stack is not None:
            self._delete(step.plan.ref, step.stack)
            step = replace(step, stack=None)
        stacks = self._work.stacks(step.plan.ref)
        self._begun.add(step.plan.ref)
        if step.plan.continues_rollback and step.stack is not None:
            self._continue(step.plan.ref, step.stack)
        made = self._made(step)
        if made is None:
            return stacks.look(step.plan.ref.name)
        last = stacks.newest(made.stack_id)
        try:
            stacks.execute(made)
        except ConflictError:
            # Whatever stands there by now is not for us to delete.
            self._work.discard(step.plan.ref, made, fresh=False)
            raise
        return follow(self._work, step.plan.ref, made.stack_id, last)

    def _given_otherwise(self, step: MakeStep | DeleteStep) -> bool:
        """Whether what a stack needs says something else by now than when it was planned."""
        return isinstance(step, MakeStep) and step.wanted.texts(known(self._outputs)) != dict(step.plan.parameters)

    def _delete(self, ref: StackRef, stack: Stack) -> Stack | None:
        stacks = self._work.stacks(ref)
        last = stacks.newest(stack.id)
        stacks.delete(stack.id)
        return follow(self._work, ref, stack.id, last)

    def _continue(self, ref: StackRef, stack: Stack) -> None:
        """Continue a rollback to its end."""
        stacks = self._work.stacks(ref)
        last = stacks.newest(stack.id)
        stacks.continue_rollback(stack.id)
        follow(self._work, ref, stack.id, last, back=True)

    def _made(self, step: MakeStep) -> ChangeSet | None:
        """Return the change set to execute, made now where its parameters were not known; None where nothing changes.

        Raises `ConflictError` where that would change otherwise than was planned.
        """
        wanted = step.wanted
        texts = wanted.texts(known(self._outputs))
        if step.change_set is not None and texts == dict(step.plan.parameters):
            return step.change_set
        if step.change_set is not None:
            self._work.discard(wanted.ref, step.change_set, fresh=step.fresh)
        made = self._work.prepare(wanted, texts, new=step.new, fresh=step.fresh)
        if made.readiness is Readiness.READY and (step.plan.replaces_broken or _same(made, step.plan)):
            return made
        error = self._work.refused(wanted.ref, made) if made.readiness is Readiness.FAILED else None
        self._work.discard(wanted.ref, made, fresh=step.fresh)
        if made.readiness is Readiness.EMPTY:
            return None
        if error is not None:
            raise error
        now = "its rollback has ended" if step.plan.continues_rollback else "what it needs is there"
        raise ConflictError(
            f"{wanted.ref} would change otherwise than was planned, now that {now}.",
            "What was done stays. Look at the plan again, and apply that.",
        )


def _same(made: ChangeSet, plan: StackPlan) -> bool:
    return _kinds(made.changes) == _kinds(plan.changes)


def _kinds(changes: Sequence[Change]) -> list[tuple[str, str, str]]:
    return [(one.kind.value, one.type, one.resource) for one in in_order(changes)]
