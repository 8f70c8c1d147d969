"""From single runs to medians, ratios and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from harness.peers import OURS
from harness.sizes import MIB, show_size

SMALL, LARGE, HUGE = 5 * MIB, 1024 * MIB, 10 * 1024 * MIB
RIVALS = ("s5cmd", "s5cmd-run", "obstore", "aws")
MEMORY_LIMIT = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One peer's turn: wall seconds; processor seconds of the peer, of the server, and of everything else that
    ran meanwhile; bytes of peak memory. `fault` is empty when all went well. A run is `disturbed` when others took
    more than a tenth of the machine; one that is `retaken` was taken again for that, and is out of the medians."""

    peer: str
    size: int
    turn: int
    wall: float
    processor: float
    server: float
    others: float
    memory: int
    disturbed: bool
    fault: str = ""
    sparse: bool = False
    retaken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A peer at a size: of its good runs the median, least and greatest wall seconds, median processor seconds
    of peer and server, greatest peak memory in bytes, and `ratio`, its median over ours (over curl's where ours
    was not measured)."""

    peer: str
    label: str
    size: int
    runs: int
    median: float
    least: float
    greatest: float
    processor: float
    server: float
    memory: int
    disturbed: int
    ratio: float | None
    sparse: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target; `met` is None when this bench did not measure it."""

    target: str
    met: bool | None
    said: str


def summarise(runs: Iterable[Run], labels: Mapping[str, str]) -> list[Row]:
    """Return a row for each peer and size that has a good run, sizes ascending, peers in the labels' order."""
    good: dict[tuple[bool, int, str], list[Run]] = {}
    for run in runs:
        if not run.fault and not run.retaken:
            good.setdefault((run.sparse, run.size, run.peer), []).append(run)
    order = list(labels)
    rows = []
    for sparse, size, peer in sorted(good, key=lambda found: (found[0], found[1], order.index(found[2]))):
        taken = good[sparse, size, peer]
        base = good.get((sparse, size, OURS)) or good.get((sparse, size, "curl"))
        walls = [run.wall for run in taken]
        rows.append(
            Row(
                peer=peer,
                label=labels[peer],
                size=size,
                runs=len(taken),
                median=median(walls),
                least=min(walls),
                greatest=max(walls),
                processor=median(run.processor for run in taken),
                server=median(run.server for run in taken),
                memory=max(run.memory for run in taken),
                disturbed=sum(run.disturbed for run in taken),
                ratio=median(walls) / median(run.wall for run in base) if base else None,
                sparse=sparse,
            )
        )
    return rows


def judge(rows: Sequence[Row]) -> list[Verdict]:
    """Hold our rows against the targets; misses are said, never raised."""
    at = {(row.size, row.peer): row for row in rows}
    return [_large(at), _small(at), _half(at), _memory(at, LARGE), _memory(at, HUGE)]


At = Mapping[tuple[int, str], Row]


def _large(at: At) -> Verdict:
    target = "1 GiB: at most 0.9 times the fastest of s5cmd, obstore and aws"
    ours = at.get((LARGE, OURS))
    rivals = [at[LARGE, name] for name in RIVALS if (LARGE, name) in at]
    if ours is None or not rivals:
        return Verdict(target, None, "not measured")
    best = min(rivals, key=lambda row: row.median)
    ratio = ours.median / best.median
    return Verdict(target, ratio <= 0.9, f"{ours.median:.2f} s is {ratio:.2f} times {best.peer}'s {best.median:.2f} s")


def _small(at: At) -> Verdict:
    target = "5 MiB: at most 0.70 s"
    ours = at.get((SMALL, OURS))
    if ours is None:
        return Verdict(target, None, "not measured")
    return Verdict(target, ours.median <= 0.7, f"{ours.median:.2f} s")


def _half(at: At) -> Verdict:
    target = "5 MiB: under half of startifact's whole job"
    ours, theirs = at.get((SMALL, OURS)), at.get((SMALL, "startifact"))
    if ours is None or theirs is None:
        return Verdict(target, None, "not measured")
    said = f"{ours.median:.2f} s against {theirs.median:.2f} s"
    return Verdict(target, ours.median < theirs.median / 2, said)


def _memory(at: At, size: int) -> Verdict:
    target = f"{show_size(size)}: peak memory at most {MEMORY_LIMIT // 1_000_000} MB"
    ours = at.get((size, OURS))
    if ours is None:
        return Verdict(target, None, "not measured")
    return Verdict(target, ours.memory <= MEMORY_LIMIT, f"{ours.memory / 1e6:.0f} MB")


def as_document(rows: Sequence[Row], verdicts: Sequence[Verdict], runs: Sequence[Run]) -> dict[str, Any]:
    """Return the measured part of build/bench.json."""
    return {
        "summary": [asdict(row) for row in rows],
        "targets": [asdict(verdict) for verdict in verdicts],
        "runs": [asdict(run) for run in runs],
    }
