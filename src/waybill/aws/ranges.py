"""How a large object is cut for copying, and its parts copied several at once; one that fails for good ends all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from waybill.domain.digests import MAX_PARTS, MIB
from waybill.ports.copying import Copying

GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Range:
    """One part: its number from 1, where it begins, and where it ends (exclusive), in bytes."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is copied how. `whole`: the largest object that CopyObject takes; `part`: the usual size of a part (bytes).

    `at_once` parts are copied at the same time; S3 does the work, so it costs us only connections.
    """

    whole: int = 5 * GIB
    part: int = 512 * MIB
    at_once: int = 8

    def ranges(self, size: int) -> Sequence[Range]:
        """Return the parts: 10,000 at most, of whole MiB but the last; one where there are no bytes."""
        smallest = -(-size // MAX_PARTS)
        part = max(self.part, -(-smallest // MIB) * MIB)
        starts = range(0, size, part) or [0]
        return [Range(number, start, min(start + part, size)) for number, start in enumerate(starts, start=1)]


LIMITS = Limits()


def copy_ranges(ranges: Sequence[Range], copy_one: Callable[[Range], None], copying: Copying, *, at_once: int) -> None:
    """Copy every range, then return; raises the first failure, and begins no other then."""
    left, lock = iter(ranges), Lock()
    failures: list[BaseException] = []
    done = 0

    def take() -> Range | None:
        with lock:
            return None if failures else next(left, None)

    def work() -> None:
        nonlocal done
        try:
            while (part := take()) is not None:
                copying.check()
                copy_one(part)
                with lock:
                    done += part.end - part.start
                    copying.told(done)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            failures.append(error)

    workers = min(at_once, len(ranges))
    with ThreadPoolExecutor(workers, thread_name_prefix="copy") as pool:
        for _ in range(workers):
            pool.submit(work)
    if failures:
        raise failures[0]
