"""The stacks of all accounts and regions, and what is done to them: a thread for each stack while it is worked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from waybill.sandbox.engine.cloudformation import faults
from waybill.sandbox.engine.cloudformation.hands import Hands
from waybill.sandbox.engine.cloudformation.kinds import Kind
from waybill.sandbox.engine.cloudformation.sets import Sets
from waybill.sandbox.engine.cloudformation.stack import Stack, Where
from waybill.sandbox.engine.cloudformation.teller import Teller
from waybill.sandbox.engine.refusals import Refusal


class Service:
    """All stacks. `clock` tells seconds since the epoch, `new_id` makes UUIDs.

    `client` gives, for a place, what makes botocore clients there (see `kinds.Place`); `sets` are the StackSets.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], str],
        kinds: Mapping[str, Kind],
        client: Callable[[Where], Callable[..., Any]],
        sets: Sets,
    ) -> None:
        self.lock = threading.RLock()
        self.faults = faults.Faults()
        self.sets = sets
        self._threads: dict[str, threading.Thread] = {}
        self._stacks: dict[Where, list[Stack]] = {}
        self.hands = Hands(
            lock=self.lock,
            clock=clock,
            new_id=new_id,
            kinds=kinds,
            client=client,
            faults=self.faults,
            stacks=self.stacks,
        )

    def stacks(self, where: Where) -> list[Stack]:
        """Return the stacks of a place, the newest first; those that are deleted, too."""
        with self.lock:
            return list(reversed(self._stacks.get(where, [])))

    def find(self, where: Where, name: str) -> Stack | None:
        """Return a stack by its name, or by its id: then though it is deleted."""
        for stack in self.stacks(where):
            if stack.id == name or (stack.name == name and not stack.is_gone):
                return stack
        return None

    def get(self, where: Where, name: str) -> Stack:
        """Return a stack by name or id; raises `Refusal`."""
        stack = self.find(where, name)
        if stack is None:
            raise Refusal("ValidationError", f"Stack [{name}] does not exist")
        return stack

    def draft(self, where: Where, name: str, status: str) -> Stack:
        """Return a new stack that nobody finds before it is registered."""
        return Stack(
            id=f"arn:aws:cloudformation:{where.region}:{where.account}:stack/{name}/{self.hands.new_id()}",
            name=name,
            where=where,
            created=self.hands.clock(),
            status=status,
        )

    def register(self, stack: Stack) -> None:
        """Let a stack be found."""
        self._stacks.setdefault(stack.where, []).append(stack)

    def tell(self, stack: Stack, token: str) -> Teller:
        """Return what tells of a stack for a request."""
        return Teller(stack=stack, clock=self.hands.clock, new_id=self.hands.new_id, lock=self.lock, token=token)

    def begin(self, stack: Stack, tell: Teller, work: Callable[[], None]) -> None:
        """Let work at a stack begin; its status says already that it is under way."""
        thread = threading.Thread(target=_through, args=(stack, tell, work), daemon=True)
        self._threads[stack.id] = thread
        thread.start()

    def wait(self, stack: Stack) -> None:
        """Return when the work at a stack is over; not for who holds the lock."""
        thread = self._threads.get(stack.id)
        if thread is not None:
            thread.join()

    def disturb(self, method: str, document: Mapping[str, Any]) -> None:
        """POST: let a fault happen to a resource; DELETE: forget, and release what is held. Raises `Refusal`."""
        if method == "POST":
            self.faults.add(faults.read(document))
        elif method == "DELETE" and document.keys() <= {"stack", "resource"}:
            self.faults.clear(document.get("stack"), document.get("resource"))
        else:
            raise Refusal("ValidationException", "POST a fault, or DELETE those of a stack and a resource", 405)


def _through(stack: Stack, tell: Teller, work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        if stack.under_way:
            failed = (
                f"{stack.status.removesuffix('_IN_PROGRESS').removesuffix('_CLEANUP').removesuffix('_COMPLETE')}_FAILED"
            )
            tell.status(failed, "Internal failure of the sandbox; its log says more.")
