"""Measures `waybill stage` beside its peers: one artifact to three regions over TLS to one loopback server.

    python bench/run.py [--sizes 5MiB,256MiB,1GiB] [--runs 5] [--rss 10GiB] [--only NAMES]

Writes build/bench.json and prints a table. Exit 0 whether targets are met or missed; 1 when a command failed.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness.drain_server import DrainServer
from harness.machine import describe_machine, first_line, own_memory
from harness.peers import OURS, peers
from harness.results import as_document, judge, summarise
from harness.screen import show_result
from harness.sizes import parse_size
from harness.turns import Bench

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SCHEMA = 1


def main(argv: Sequence[str] | None = None) -> int:
    options = _parse(argv)
    if not Path("/proc/stat").exists():
        print("The benchmark reads /proc: run it on Linux.", file=sys.stderr)
        return 2
    everyone = peers(options.ours, options.bench, options.startifact)
    chosen = [peer for peer in everyone if not options.only or peer.name in options.only]
    absent = {peer.name: f"no {peer.wanted} found" for peer in chosen if peer.program is None}
    present = [peer for peer in chosen if peer.program is not None]
    machine = describe_machine()
    scratch: Path = options.scratch
    scratch.mkdir(parents=True, exist_ok=True)
    with DrainServer(HERE / "server.py", scratch / "server") as server:
        versions = (f"1.0.{number}" for number in range(1_000_000))
        bench = Bench(server=server, scratch=scratch, retakes=options.retakes, versions=versions)
        runs = list(bench.turns(present, options.sizes, options.runs))
        ours = [peer for peer in present if peer.name == OURS]
        if options.rss is not None:
            runs += bench.sparse(ours, options.rss)
    rows = summarise(runs, {peer.name: peer.label for peer in everyone})
    verdicts = judge(rows)
    document = {
        "schema": SCHEMA,
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": shlex.join(["python", "bench/run.py", *(sys.argv[1:] if argv is None else argv)]),
        "machine": machine,
        "harness_memory": own_memory(),
        "versions": {peer.name: first_line(peer.program, [*peer.version]) for peer in present if peer.program},
        "absent": absent,
        **as_document(rows, verdicts, runs),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(show_result(machine, rows, verdicts, absent))
    print(f"\nevery run is in {options.output}")
    return 1 if any(run.fault for run in runs) else 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure waybill stage beside its peers.")
    add = parser.add_argument
    add("--sizes", type=_sizes, default=_sizes("5MiB,256MiB,1GiB"), help="comma-separated (5MiB,256MiB,1GiB)")
    add("--runs", type=int, default=5, help="turns that every peer takes at every size")
    add(
        "--retakes",
        type=int,
        default=2,
        help="how often a turn that other processes disturbed is taken again",
    )
    add("--rss", type=parse_size, help="also stage a sparse file of this size once, for its peak memory")
    add("--only", type=_names, default=(), help="comma-separated peers, e.g. curl,s5cmd")
    add("--output", type=Path, default=ROOT / "build/bench.json")
    add("--scratch", type=Path, default=ROOT / "build/bench", help="where the artifacts are made, and removed")
    add("--ours", type=Path, default=_from_environment("WAYBILL_BENCH_OURS", ".venv/bin"))
    add("--bench", type=Path, default=_from_environment("WAYBILL_BENCH_PEERS", ".venvs/bench/bin"))
    add(
        "--startifact",
        type=Path,
        default=_from_environment("WAYBILL_BENCH_STARTIFACT", ".venvs/startifact/bin"),
    )
    return parser.parse_args(argv)


def _sizes(text: str) -> list[int]:
    return [parse_size(part) for part in text.split(",")]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _from_environment(name: str, default: str) -> Path:
    return Path(os.environ.get(name) or ROOT / default)


if __name__ == "__main__":
    sys.exit(main())
