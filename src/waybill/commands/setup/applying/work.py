"""What `plan` and `apply` share: the accounts, the templates, and how change sets are waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from waybill.commands.tools import Tools
from waybill.domain.setup.estate import Estate
from waybill.domain.setup.plan import StackPlan
from waybill.domain.setup.stacks.wanted import PROJECT_TAG, SETUP_TAG, OutputOf, StackRef, WantedStack
from waybill.errors import ConflictError, TimedOut, WaybillError
from waybill.ports.account import Account
from waybill.ports.stacks import ChangeSet, Readiness, Stack, Stacks, Standing

FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
"""Seconds between two questions: CloudFormation is asked more seldom the longer something takes."""

LIMIT = 600.0
"""Seconds that making a change set may take."""

GOING = 30.0
"""Seconds that are waited for a stack to go of which nothing was made."""

Outputs = Mapping[StackRef, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What setup works with. `template` gives the text of a template by its name; `run_id` names change sets."""

    estate: Estate
    accounts: Mapping[str, Account]
    template: Callable[[str], str]
    tools: Tools

    def stacks(self, ref: StackRef) -> Stacks:
        """Return the CloudFormation that a stack is in."""
        return self.accounts[ref.account].stacks(ref.region)

    def prepare(self, wanted: WantedStack, parameters: Mapping[str, str], *, new: bool, fresh: bool) -> ChangeSet:
        """Return the change set of a stack, once it is known what is in it; `fresh`: see `MakeStep`."""
        stacks = self.stacks(wanted.ref)
        made = stacks.prepare(
            wanted.ref.name,
            f"waybill-{self.tools.run_id}",
            self.template(wanted.template),
            parameters,
            self.tags(wanted),
            new=new,
        )
        try:
            for pause in pauses(LIMIT):
                now = stacks.change_set(made)
                if now.readiness is not Readiness.MAKING:
                    return now
                self.tools.clock.sleep(pause)
                self.tools.cancellation.check()
            raise TimedOut(
                f"CloudFormation did not make the change set of {wanted.ref} in {LIMIT:.0f} s.", "Run again."
            )
        except WaybillError:
            with suppress(WaybillError):
                self.discard(wanted.ref, made, fresh=fresh)
            raise

    def refused(self, ref: StackRef, made: ChangeSet) -> ConflictError:
        """Return the error of a change set that failed: CloudFormation tells the causes apart from it."""
        why: Sequence[str] = ()
        with suppress(WaybillError):
            why = self.stacks(ref).causes(made)
        return ConflictError(
            f"CloudFormation would not change {ref}: {'; '.join(dict.fromkeys(why)) or made.reason}",
            "Correct that, and run again. Nothing was changed there.",
        )

    def discard(self, ref: StackRef, made: ChangeSet, *, fresh: bool) -> None:
        """Delete a change set; with `fresh` its stack goes, too, where nothing was made of it, and nobody else begins.

        A run that is stopped does not wait for that.
        """
        stacks = self.stacks(ref)
        going = stacks.discard(made, fresh=fresh)
        for pause in pauses(GOING) if going else ():
            stack = stacks.look(made.stack_id)
            if stack is None or stack.standing is not Standing.BUSY or self.tools.cancellation.cancelled:
                return
            self.tools.clock.sleep(pause)

    def tags(self, wanted: WantedStack) -> dict[str, str]:
        """Return the tags of a stack."""
        own = {PROJECT_TAG: wanted.project} if wanted.project else {}
        return {SETUP_TAG: self.estate.prefixes.stack, **own}


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeStep:
    """One stack that is made or changed. `change_set` None: nothing changes, or it is made once parameters are known.

    `stack` is what stands; None where there is none, or a change set is all there is of it. `reviewed`: of that one
    somebody else made a change set before.
    """

    plan: StackPlan
    wanted: WantedStack
    stack: Stack | None = None
    change_set: ChangeSet | None = None
    reviewed: bool = False

    @property
    def fresh(self) -> bool:
        """Whether the stack is there only since this run made a change set of it."""
        return self.new and not self.reviewed

    @property
    def new(self) -> bool:
        """Whether the stack is not there yet, so that a change set of it makes one."""
        return self.stack is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteStep:
    """One stack that is deleted."""

    plan: StackPlan
    stack: Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A plan, with what executes it: stacks in the order of their needs, then those that go."""

    making: tuple[MakeStep, ...] = ()
    going: tuple[DeleteStep, ...] = ()

    @property
    def plans(self) -> tuple[StackPlan, ...]:
        """Return what they would change."""
        return (*(step.plan for step in self.making), *(step.plan for step in self.going))

    def outputs(self) -> Outputs:
        """Return the outputs of the stacks that stand."""
        standing = ((step.plan.ref, step.stack) for step in self.making)
        return {ref: stack.outputs for ref, stack in standing if stack and stack.standing is Standing.WHOLE}


def pauses(limit: float) -> list[float]:
    """Return seconds to wait, each time longer, `limit` in all."""
    waits: list[float] = []
    waited, pause = 0.0, FIRST_WAIT
    while waited < limit:
        waits.append(pause)
        waited += pause
        pause = min(pause * 1.5, LONGEST_WAIT)
    return waits


def known(outputs: Outputs) -> Callable[[OutputOf], str | None]:
    """Return what tells an output's text, from those of stacks that stand."""
    return lambda output: outputs.get(output.stack, {}).get(output.output)
