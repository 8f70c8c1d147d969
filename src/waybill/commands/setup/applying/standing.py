"""The stacks that stand, in every account and region: read once, and once nobody changes ours any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from waybill.commands.setup.applying.following import FOLLOWED
from waybill.commands.setup.applying.work import Work, pauses
from waybill.commands.together import together
from waybill.commands.tools import everywhere
from waybill.domain.arns import partition_of
from waybill.domain.setup.stacks.wanted import SETUP_TAG, StackRef, WantedStack, stack_name
from waybill.errors import AccessDenied, ConflictError, IdentityError, TimedOut, Unavailable, WaybillError
from waybill.ports.stacks import Stack, Standing
from waybill.progress import Warned

Place = tuple[str, str]
"""An account's name, and a region."""

UNSEEN = (IdentityError, Unavailable)
"""Errors of a region that is not enabled (AWS knows no credentials there), is closed, or does not answer."""


def every_stack(work: Work, regions: Iterable[str], wanted: Sequence[WantedStack]) -> Mapping[Place, Sequence[Stack]]:
    """Return every stack of the accounts, by its place: in the regions, where one is wanted, and in all other regions.

    What the file once had in a region that it names no more is found there; no list of such regions has to be kept.
    Regions that the account has not enabled, or that could not be looked into, are left out. Raises for the file's own.
    """
    own = {(account, region) for account in work.accounts for region in regions}
    own |= {(one.ref.account, one.ref.region) for one in wanted}
    here = partition_of(work.estate.home)
    known = [region for region in work.tools.known_regions if partition_of(region) == here]
    others = {(account, region) for account in work.accounts for region in known} - own

    def look(place: Place) -> Sequence[Stack]:
        work.tools.cancellation.check()
        account, region = place
        return work.accounts[account].stacks(region).every()

    seen, errors = everywhere(look, [*sorted(own), *sorted(others)])
    raised = [error for place, error in errors.items() if place in own or not isinstance(error, UNSEEN)]
    if raised:
        raise together(raised)
    _warn_of_unseen(work, errors)
    return seen


def _warn_of_unseen(work: Work, errors: Mapping[Place, WaybillError]) -> None:
    """Tell where stacks of an earlier file would not have been found; not of regions that are not enabled."""
    for name in work.accounts:
        unseen = [
            region
            for (account, region), error in errors.items()
            if account == name and isinstance(error, AccessDenied | Unavailable)
        ]
        if unseen:
            where = f"Nobody could look for stacks of {name} in {', '.join(unseen)}"
            work.tools.reporter.tell(Warned(f"{where}: what an earlier file had made there would stay."))


def standing_stacks(
    work: Work, wanted: Sequence[WantedStack], seen: Mapping[Place, Sequence[Stack]]
) -> Mapping[StackRef, Stack]:
    """Return the stacks that were seen, once nobody changes ours any more.

    Raises `ConflictError` where one of ours needs a person, or a wanted one is somebody else's.
    """
    standing = {
        StackRef(account, region, one.name): one for (account, region), stacks in seen.items() for one in stacks
    }
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
        tag = f"{SETUP_TAG}={work.estate.prefixes.stack}"
        raise ConflictError(
            f"Stacks of these names stand already, and setup did not make them: {', '.join(map(str, others))}.",
            f"Choose another `prefixes.stack`; or give them the tag {tag}, if setup is to change them from now on.",
        )


def _refuse_another_home(work: Work, standing: Mapping[StackRef, Stack]) -> None:
    """Raise where an account was set up from another home region.

    The primary keys are there, and what IAM has once an account: it can be in one region's stacks only.
    """
    home, name = work.estate.home, stack_name(work.estate.prefixes.stack, "identity")
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
    if errors:
        raise together(list(errors.values()))
    left = {ref: stack for ref, stack in answers.items() if stack is not None}
    stuck = [(ref, stack) for ref, stack in left.items() if stack.standing is Standing.STUCK]
    if stuck:
        each = "; ".join(f"{ref} in {stack.word}: {stack.reason or stack.id}" for ref, stack in stuck)
        raise ConflictError(
            f"Only a person can go on with {'this stack' if len(stuck) == 1 else 'these stacks'}: {each}",
            "Roll it back (`aws cloudformation rollback-stack`), or delete it, and run again.",
        )
    return {**{ref: stack for ref, stack in standing.items() if ref not in ours}, **left}


def _still(work: Work, ref: StackRef, stack: Stack) -> Stack | None:
    """Return a stack as soon as nobody changes it; None where it went meanwhile."""
    if stack.standing is not Standing.BUSY:
        return stack
    work.tools.reporter.tell(Warned(f"{ref} is being changed already ({stack.word}); this waits until that has ended."))
    for pause in pauses(FOLLOWED):
        now = work.stacks(ref).look(stack.id)
        if now is None or now.standing is Standing.GONE:
            return None
        if now.standing is not Standing.BUSY:
            return now
        work.tools.clock.sleep(pause)
        work.tools.cancellation.check()
    raise TimedOut(
        f"{ref} was still being changed after {FOLLOWED / 3600:.0f} hours.",
        "Look at it in the console, and run again once that has ended.",
    )


def is_ours(work: Work, stack: Stack) -> bool:
    """Whether setup made a stack, by this file or an earlier state of it."""
    return stack.tags.get(SETUP_TAG) == work.estate.prefixes.stack
