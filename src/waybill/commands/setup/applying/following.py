"""Follows a stack to its end: what CloudFormation tells, and why it failed."""

from __future__ import annotations

from collections.abc import Sequence

from waybill.commands.setup.applying.work import Work, pauses
from waybill.domain.setup.plan import HOLDS_DATA
from waybill.domain.setup.stacks.wanted import StackRef
from waybill.domain.setup.telling import ResourceTold
from waybill.errors import IdentityError, PartialError, TimedOut, WaybillError
from waybill.ports.stacks import Stack, StackEvent, Standing
from waybill.progress import Warned

FOLLOWED = 3 * 3600.0
"""Seconds for which a stack is followed: CloudFront's and IAM's slowest take a part of one hour."""

ROLLED_BACK = "failed, and was rolled back"

CANCELLED = ("Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled")
"""What CloudFormation says of resources that another's failure stopped: never a root."""

DENIALS = ("AccessDenied", "not authorized to perform", "UnauthorizedOperation")
TAKEN = ("already exists", "AlreadyExists", "AlreadyOwnedByYou")


def follow(work: Work, ref: StackRef, stack_id: str, after: str, *, back: bool = False) -> Stack | None:
    """Tell every event after the one of that id until the stack stands still; return it, None where it is gone.

    `back`: it is its way back that is followed. Raises the error that its root event means. A cancelled run stops
    following; CloudFormation goes on by itself.
    """
    stacks, told = work.stacks(ref), dict[str, StackEvent]()
    for pause in pauses(FOLLOWED):
        stack = stacks.look(stack_id)
        # Events of one moment come in no order: all since are read again, so that none is passed over.
        for event in stacks.events(stack_id, after):
            if event.id not in told:
                told[event.id] = event
                work.tools.reporter.tell(ResourceTold(ref, event.resource, event.type, event.status, event.reason))
        if stack is None or stack.standing is Standing.GONE:
            return None
        events = list(told.values())
        if _still(stack, events):
            failure = failed(ref, stack, events)
            if failure and not (back and stack.standing is Standing.WHOLE):
                raise failure
            _warn_of_left(work, ref, events)
            return stack
        work.tools.clock.sleep(pause)
        work.tools.cancellation.check()
    raise TimedOut(
        f"{ref} was still being changed after {FOLLOWED / 3600:.0f} hours.",
        "CloudFormation goes on with it by itself. Look at it in the console, and run again.",
    )


def _warn_of_left(work: Work, ref: StackRef, events: Sequence[StackEvent]) -> None:
    """Tell what a stack that stands could not get rid of: CloudFormation tries no more, and calls that complete."""
    for event in events:
        if event.status == "DELETE_FAILED":
            what = f"{event.resource} ({event.type} {event.physical_id}) of {ref} could not be deleted and is left"
            work.tools.reporter.tell(Warned(f"{what}: {event.reason or 'CloudFormation does not say why'}"))


def _still(stack: Stack, told: Sequence[StackEvent]) -> bool:
    """Whether a stack stands still since; until its events say so, its word may be the one from before."""
    words = [event.status for event in told if event.resource == stack.name]
    return stack.standing not in {Standing.BUSY, Standing.REVIEW} and stack.word in words


def failed(ref: StackRef, stack: Stack, events: Sequence[StackEvent]) -> WaybillError | None:
    """Return what the failure of a stack means, told by its root event; None where it did not fail."""
    rolled_back = stack.word.endswith("ROLLBACK_COMPLETE")
    if stack.standing is Standing.WHOLE and not rolled_back:
        return None
    root = root_of(events)
    why = f"{root.resource} ({root.type}): {root.reason or root.status}" if root else stack.reason or stack.word
    what = f"{ref} {ROLLED_BACK}: {why}" if rolled_back else f"{ref} failed ({stack.word}): {why}"
    if any(word in why for word in DENIALS):
        let = "Let who sets up do this (the role of the account in the file), and run again."
        return _refused(why, what, let) or IdentityError(what, let)
    if any(word in why for word in TAKEN):
        return PartialError(what, in_the_way(root.type if root else ""))
    return PartialError(what, "Correct that, and run again: what stands already stays as it is.")


def _refused(why: str, what: str, let: str) -> WaybillError | None:
    """Return the refusal that an event hands on, explained; None where it does not say what was refused."""
    from waybill.domain.denials.words import denial_in  # noqa: PLC0415 - few stacks are refused

    return denial_in(why, what, advice_too=let)


def in_the_way(type_: str) -> str:
    """Return what to do where something of a type is there already. What others may be using is not to be deleted."""
    if type_ == "AWS::IAM::OIDCProvider":
        return "The account has GitHub's provider: say `github-provider: existing` for it in the file, and run again."
    if type_ == "AWS::SSM::Parameter":
        return (
            "Others read it: go on with its bucket (`setup adopt`), or name another `configuration.bucket-parameter`."
        )
    if type_ in HOLDS_DATA:
        return (
            "It holds data: it is somebody's, or it was left when its stack went. Choose another name, and run again."
        )
    return "Somebody made it. Choose another name in the file, or let who made it rename it, and run again."


def root_of(events: Sequence[StackEvent]) -> StackEvent | None:
    """Return the event that began the failure: the first that failed by itself."""
    own = (event for event in events if event.failed and not event.reason.startswith(CANCELLED))
    return next(own, None)
