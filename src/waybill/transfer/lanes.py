"""Sends what a lane brings: several parts at once, each tried again by itself; one that fails for good ends all."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from waybill.errors import ArtifactError
from waybill.ports.bucket import Part, Upload
from waybill.retry import Retry
from waybill.transfer.feed import FedPart, Lane
from waybill.transfer.source import Source

CONNECTIONS = 4
"""How many parts of one region are on their way at once."""


@dataclass(frozen=True, slots=True)
class PartAgain:
    """A part read once more from the source, for the second try and later ones."""

    source: Source
    number: int
    start: int
    size: int
    crc64nvme: str | None

    def chunks(self) -> Generator[memoryview, None, None]:
        """Yield its bytes."""
        return self.source.again(self.start, self.start + self.size)


def send_lane(
    lane: Lane,
    upload: Upload,
    source: Source,
    *,
    retry: Retry,
    sent: Callable[[int], None],
    check: Callable[[], None],
    connections: int = CONNECTIONS,
) -> None:
    """Send every part that the lane brings, then return; raises the first failure. `sent` is told bytes as they go."""
    failures: list[BaseException] = []

    def work() -> None:
        while (part := lane.take()) is not None:
            try:
                _send_part(part, upload, source, retry=retry, check=check)
                sent(part.size)
            except BaseException as error:
                failures.append(error)
                lane.close()
                raise
            finally:
                part.discard()

    with ThreadPoolExecutor(connections, thread_name_prefix="send") as pool:
        for _ in range(connections):
            pool.submit(work)
    if failures:
        raise failures[0]


def _send_part(part: FedPart, upload: Upload, source: Source, *, retry: Retry, check: Callable[[], None]) -> None:
    first: list[Part] = [part]

    def attempt() -> None:
        check()
        if first:
            try:
                upload.send(first.pop())
            finally:
                # Before any wait: the other regions need the blocks.
                part.discard()
            return
        upload.send(PartAgain(source, part.number, part.start, part.size, part.crc64nvme))

    try:
        retry.call(attempt)
    except ArtifactError as error:
        raise ArtifactError(f"{error.what} (part {part.number})", error.advice) from error
