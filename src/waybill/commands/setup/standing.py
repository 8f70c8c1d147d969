"""The stacks that stand, in every account and region: read once, and once nobody changes ours any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from waybill.commands.setup.work import LIMIT, Work, endless
from waybill.commands.tools import everywhere
from waybill.domain.setup.wanted import SETUP_TAG, StackRef, WantedStack, stack_name
from waybill.errors import ConflictError
from waybill.ports.stacks import Stack, Standing
from waybill.progress import Warned

Place = tuple[str, str]
"""An account's name, and a region."""


def standing_stacks(work: Work, regions: Iterable[str], wanted: Sequence[WantedStack]) -> Mapping[StackRef, Stack]:
    """Return every stack in every account, in the regions and wherever one is wanted; nobody changes ours any more.

    Raises `ConflictError` where one of ours needs a person, or a wanted one is somebody else's.
    """
    every = {(account, region) for account in work.accounts for region in regions}
    places = sorted(every | {(one.ref.account, one.ref.region) for one in wanted})

    def look(place: Place) -> dict[StackRef, Stack]:
        account, region = place
        found = work.accounts[account].stacks(region).every()
        return {StackRef(account, region, one.name): one for one in found}

    answers, errors = everywhere(look, places)
    for error in errors.values():
        raise error
    standing = {ref: stack for found in answers.values() for ref, stack in found.items()}
    settled = _settled(work, wanted, standing)
    _refuse_others(work, wanted, settled)
    _refuse_another_home(work, settled)
    return settled


def _refuse_others(work: Work, wanted: Sequence[WantedStack], standing: Mapping[StackRef, Stack]) -> None:
    """Raise where a stack that is wanted stands already, and setup did not make it.

    Of one that is only reviewed nothing was made, and CloudFormation does not tell its tags.
    """
    named = ((one.ref, standing[one.ref]) for one in wanted if one.ref in standing)
    others = [ref for ref, stack in named if stack.standing is not Standing.REVIEW and not is_ours(work, stack)]
    if others:
        tag = f"{SETUP_TAG}={work.prepared.prefixes.stack}"
        raise ConflictError(
            f"Stacks of these names stand already, and setup did not make them: {', '.join(map(str, others))}.",
            f"Choose another `prefixes.stack`; or give them the tag {tag}, if setup is to change them from now on.",
        )


def _refuse_another_home(work: Work, standing: Mapping[StackRef, Stack]) -> None:
    """Raise where an account was set up from another home region.

    The primary keys are there, and what IAM has once an account: it can be in one region's stacks only.
    """
    home, name = work.prepared.home, stack_name(work.prepared.prefixes.stack, "identity")
    others = [
        ref for ref, stack in standing.items() if ref.name == name and ref.region != home and is_ours(work, stack)
    ]
    for ref in others:
        raise ConflictError(
            f"The home region of {ref.account} is {ref.region}, and the file's first region is {home}.",
            f"Name {ref.region} first in `regions`: the home region stays what it is.",
        )


def _settled(work: Work, wanted: Sequence[WantedStack], standing: Mapping[StackRef, Stack]) -> Mapping[StackRef, Stack]:
    """Return the stacks once none of ours is being changed: what an earlier run began goes on by itself.

    Raises `ConflictError` where one needs a person.
    """
    refs = {one.ref for one in wanted}
    ours = {ref: stack for ref, stack in standing.items() if ref in refs or is_ours(work, stack)}
    answers, errors = everywhere(lambda ref: _still(work, ref, ours[ref]), list(ours))
    for error in errors.values():
        raise error
    left = {ref: stack for ref, stack in answers.items() if stack is not None}
    for stack in left.values():
        if stack.standing is Standing.STUCK:
            raise ConflictError(
                f"The stack {stack.name} is stuck in {stack.word}: {stack.reason or stack.id}",
                "Continue its rollback (`aws cloudformation continue-update-rollback`) or delete it, and run again.",
            )
    return {**{ref: stack for ref, stack in standing.items() if ref not in ours}, **left}


def _still(work: Work, ref: StackRef, stack: Stack) -> Stack | None:
    """Return a stack as soon as nobody changes it; None where it went meanwhile."""
    if stack.standing is not Standing.BUSY:
        return stack
    work.tools.reporter.tell(Warned(f"{ref} is being changed already ({stack.word}); this waits until that has ended."))
    for pause in endless(LIMIT):
        now = work.stacks(ref).look(stack.id)
        if now is None or now.standing is Standing.GONE:
            return None
        if now.standing is not Standing.BUSY:
            return now
        work.tools.clock.sleep(pause)
        work.tools.cancellation.check()
    raise AssertionError("unreachable: the pauses never end")


def is_ours(work: Work, stack: Stack) -> bool:
    """Whether setup made a stack, by this file or an earlier state of it."""
    return stack.tags.get(SETUP_TAG) == work.prepared.prefixes.stack
