"""Every single call of a run, and ways to break just that one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from fakes.aws import FakeAws
from fakes.calls import Call, When
from promises.stand import LARGE, METADATA, SMALL, Stand


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a run: the `occurrence`-th (from 0) of its kind, on this name, in this region."""

    region: str
    call: str
    name: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.call} {self.name} in {self.region or 'no region'}, number {self.occurrence + 1}"

    @property
    def pattern(self) -> str:
        """What finds the name and no longer one."""
        return f"^{re.escape(self.name)}$"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is staged."""

    name: str
    body: bytes
    metadata: dict[str, str]


SCENARIOS = (
    Scenario("one part", SMALL, {}),
    Scenario("one part with metadata", SMALL, METADATA),
    Scenario("several parts", LARGE, {}),
    Scenario("several parts with metadata", LARGE, METADATA),
)


class Killed(BaseException):
    """The process is no more: this call, and every later one, has no caller."""


def steps_of(log: list[Call]) -> list[Step]:
    """Return every call as a step."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for call in log:
        place = (call.region, call.call, call.name)
        found.append(Step(*place, seen[place]))
        seen[place] += 1
    return sorted(found, key=lambda step: (step.region, step.call, step.name, step.occurrence))


def steps_of_a_stage(scenario: Scenario, folder: Path) -> list[Step]:
    """Return the calls of a run that meets no fault: those of no region, and of the first, which is asked most."""
    stand = Stand(folder)
    stand.stage(scenario.body, metadata=scenario.metadata)
    return [step for step in steps_of(stand.world.calls.log()) if step.region in {"", stand.world.regions[0]}]


def kill_at(world: FakeAws, step: Step, when: When) -> Revival:
    """Let nothing happen from this call on (`after`: but for what the call itself did)."""
    dead = Revival()
    world.on(step.call, dead.strike, region=step.region, key=step.pattern, when=when, skip=step.occurrence)
    world.on("*", dead.stop, times=None)
    world.on("*", dead.stop, times=None, when="after")
    return dead


class Revival:
    """Whether the process is dead; `revive` begins another one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._dead = False

    def strike(self, call: Call) -> None:
        """Die at this call."""
        with self._lock:
            self._dead = True
        raise Killed

    def stop(self, call: Call) -> None:
        """Let a dead process do nothing."""
        with self._lock:
            if self._dead:
                raise Killed

    def revive(self) -> None:
        """Let calls pass again."""
        with self._lock:
            self._dead = False
