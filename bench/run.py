"""Measures `waybill stage` beside its peers: one artifact to three regions over TLS to one loopback server.

    python bench/run.py [--sizes 5MiB,256MiB,1GiB] [--runs 5] [--rss 10GiB] [--only NAMES]

Writes build/bench.json and prints a table. Exit 0 whether targets are met or missed; 1 when a command failed.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness.drain_server import DrainServer
from harness.machine import describe_machine, first_line, own_memory
from harness.peers import OURS, Peer, peers
from harness.results import Run, as_document, judge, summarise
from harness.screen import show_result
from harness.sizes import parse_size, show_size
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
    names = [peer.name for peer in everyone]
    if unknown := set(options.only).difference(names):
        print(f"--only names {', '.join(sorted(unknown))}; the peers are {', '.join(names)}.", file=sys.stderr)
        return 2
    chosen = [peer for peer in everyone if not options.only or peer.name in options.only]
    absent = {peer.name: f"no {peer.wanted} found" for peer in chosen if peer.program is None}
    present = [peer for peer in chosen if peer.program is not None]
    machine = describe_machine()
    runs, whole = _measure(present, options)
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
        "whole": whole,
        **as_document(rows, verdicts, runs),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(show_result(machine, rows, verdicts, absent))
    return _end(runs, options.output, whole=whole)


def _measure(present: Sequence[Peer], options: argparse.Namespace) -> tuple[list[Run], bool]:
    """Return the runs, and whether it came to its end: on Ctrl-C what was measured so far is kept."""
    runs: list[Run] = []
    scratch: Path = options.scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    # Also where a shell started this in the background, with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    versions = (f"1.0.{number}" for number in range(1_000_000))
    try:
        with DrainServer(HERE / "server.py", scratch / "server") as server:
            bench = Bench(server=server, scratch=scratch, retakes=options.retakes, versions=versions)
            for run in bench.turns(present, options.sizes, options.runs):
                runs.append(run)
            if options.rss is not None:
                runs.extend(bench.sparse([peer for peer in present if peer.name == OURS], options.rss))
    except KeyboardInterrupt:
        return runs, False
    return runs, True


def _end(runs: Sequence[Run], output: Path, *, whole: bool) -> int:
    faults = [run for run in runs if run.fault]
    if faults:
        print("\nfailed:")
        print("\n".join(f"  {show_size(run.size)}, {run.peer}: {run.fault}" for run in faults))
    if not whole:
        print("\ninterrupted; what was measured until then is above")
    print(f"\nevery run is in {output}")
    if not whole:
        return 130
    return 1 if faults else 0


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
    add("--rss", type=_size, help="also stage a sparse file of this size once, for its peak memory")
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


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _sizes(text: str) -> list[int]:
    return [_size(part) for part in text.split(",")]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _from_environment(name: str, default: str) -> Path:
    return Path(os.environ.get(name) or ROOT / default)


if __name__ == "__main__":
    sys.exit(main())
