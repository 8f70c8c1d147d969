"""Takes the turns, one peer at a time, and checks after each that the three buckets hold the artifact."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.drain_server import CREDENTIALS, DrainServer
from harness.launch import launch
from harness.peers import BUCKETS, Job, Peer, environment
from harness.processor import machine_seconds, process_seconds
from harness.results import Run
from harness.sizes import MIB, show_size, write_random, write_sparse

QUIET = 0.1
_GRAIN = 0.05  # seconds; /proc counts in hundredths, on every core


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`retakes` is how often a turn that other processes disturbed is taken again."""

    server: DrainServer
    scratch: Path
    retakes: int
    versions: Iterator[str]

    def turns(self, present: Sequence[Peer], sizes: Sequence[int], count: int) -> Iterator[Run]:
        """Let every peer go once, uncounted, so that its files are in memory; then A B A B at each size."""
        path = self.scratch / "artifact.bin"
        try:
            write_random(path, MIB)
            for peer in present:
                warm = self._run(peer, path, MIB, 0)
                if warm.fault:
                    yield _shown(warm)
            for size in sizes:
                write_random(path, size)
                for turn in range(1, count + 1):
                    for peer in present:
                        yield from self._turn(peer, path, size, turn)
        finally:
            path.unlink(missing_ok=True)

    def sparse(self, present: Sequence[Peer], size: int) -> Iterator[Run]:
        """Stage a file of zeros once, for its memory rather than its time."""
        path = self.scratch / "sparse.bin"
        try:
            write_sparse(path, size)
            for peer in present:
                yield _shown(replace(self._run(peer, path, size, 1), sparse=True))
        finally:
            path.unlink(missing_ok=True)

    def _turn(self, peer: Peer, path: Path, size: int, turn: int) -> Iterator[Run]:
        """Take one turn; of several attempts the one that others disturbed least is counted, fast or slow."""
        attempts: list[Run] = []
        while len(attempts) <= self.retakes:
            attempts.append(_shown(self._run(peer, path, size, turn)))
            if attempts[-1].fault or not attempts[-1].disturbed:
                break
        counted = min(attempts, key=lambda run: (not run.fault, run.others / run.wall))
        return (run if run is counted else replace(run, retaken=True) for run in attempts)

    def _run(self, peer: Peer, path: Path, size: int, turn: int) -> Run:
        job = Job(
            path=path,
            version=next(self.versions),
            endpoint=self.server.endpoint,
            ca=self.server.ca,
            scratch=self.scratch,
        )
        log = self.scratch / f"{peer.name}.log"
        commands = peer.commands(job, str(peer.program))
        own = (self.server.pid, *self.server.workers)
        server, busy = process_seconds(own), machine_seconds()
        measured = launch(commands, environment(job, CREDENTIALS), log)
        busy, server = machine_seconds() - busy, process_seconds(own) - server
        others = max(0.0, busy - server - measured.processor)
        fault = "" if measured.ok else f"exit codes {measured.exit_codes}, {log} ends: {_tail(log)}"
        held = self.server.holders(job.key(peer.name))
        if not fault and sorted(held.values()) != [size] * len(BUCKETS):
            fault = f"exit 0, but the server holds {held} for {job.key(peer.name)}"
        return Run(
            peer=peer.name,
            size=size,
            turn=turn,
            wall=round(measured.wall, 4),
            processor=round(measured.processor, 3),
            server=round(server, 3),
            others=round(others, 3),
            memory=measured.memory,
            disturbed=_disturbed(others, measured.wall),
            fault=fault,
        )


def _disturbed(others: float, wall: float) -> bool:
    """Say whether processes that are not ours took more than a tenth of the machine meanwhile."""
    return others > max(_GRAIN, QUIET * len(os.sched_getaffinity(0)) * wall)


def _shown(run: Run) -> Run:
    end = f"FAILED: {run.fault}" if run.fault else f"{run.wall:7.2f} s  {run.memory / 1e6:5.0f} MB"
    note = f"  disturbed: others took {run.others:.2f} processor seconds" if run.disturbed else ""
    print(f"{show_size(run.size):>8}  turn {run.turn}  {run.peer:10} {end}{note}", flush=True)
    return run


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-1000:].strip()
