"""Measures `waybill download` beside its peers: one artifact from one region, over TLS from one loopback server.

    python bench/download.py [--sizes 5MiB,256MiB,1GiB] [--runs 5] [--only NAMES]

Prints a table: seconds (median, least to most), processor seconds and peak memory. The artifact is zeros: the server
sends nothing else, and who downloads cannot tell. Whoever writes a file writes it to the same disk; only ours waits
until the disk has it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from drain.world import EXTERNAL_ID, ROLE
from harness.drain_server import CREDENTIALS, DrainServer
from harness.launch import Measured, launch
from harness.peers import BUCKETS, PROJECT, Job, environment
from harness.sizes import parse_size, show_size

ROOT = Path(__file__).resolve().parent.parent
Words = Callable[[Job, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to download one object to one file."""

    name: str
    words: Words


def peers() -> list[Peer]:
    """Return those that are installed, in the order of their turns."""
    ours, bench, s5cmd = ROOT / ".venv/bin/waybill", ROOT / ".venvs/bench/bin", shutil.which("s5cmd")
    inside = sorted((ROOT / ".venvs/bench").glob("lib/python3*/site-packages/s5cmd/bin/s5cmd"))
    s5cmd = str(inside[0]) if inside else s5cmd
    boto3 = (
        "import sys, boto3; boto3.client('s3').download_file(sys.argv[1], sys.argv[2], sys.argv[3])"  # its own default
    )
    found: list[tuple[str, str | None, Words]] = [
        ("curl", shutil.which("curl"), lambda job, to: ["-sS", "--cacert", str(job.ca), "-o", str(to), _url(job)]),
        ("waybill", str(ours), lambda job, to: [*_ours("download", job), "--to", str(to)]),
        ("s5cmd", s5cmd, lambda job, to: ["--log", "error", "--endpoint-url", job.endpoint, "cp", _s3(job), str(to)]),
        ("aws", _there(bench / "aws"), lambda job, to: ["s3", "cp", "--only-show-errors", _s3(job), str(to)]),
        (
            "boto3",
            _there(bench / "python"),
            lambda job, to: ["-c", boto3, BUCKETS[0], job.key("waybill"), str(to)],
        ),
    ]
    return [Peer(name, _begun(program, words)) for name, program, words in found if program]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print."""
    options = _parse(argv)
    failed = False
    scratch: Path = options.scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as folder, DrainServer(ROOT / "bench/server.py", scratch / "server") as server:
        for number, size in enumerate(options.sizes):
            version = f"1.0.{number}"
            job = Job(
                path=Path(folder, "zeros"),
                version=version,
                endpoint=server.endpoint,
                ca=server.ca,
                scratch=Path(folder),
            )
            with job.path.open("wb") as file:
                file.truncate(size)
            _stage(job)
            for peer in peers():
                if not options.only or peer.name in options.only:
                    runs = [_turn(peer, job, size) for _ in range(options.runs)]
                    failed |= not all(run.ok for run in runs)
                    print(_row(peer, size, runs), flush=True)
    return 1 if failed else 0


def _turn(peer: Peer, job: Job, size: int) -> Measured:
    to = job.scratch / "there"
    to.unlink(missing_ok=True)
    run = launch([peer.words(job, to)], environment(job, CREDENTIALS), job.scratch / "log")
    if not run.ok or to.stat().st_size != size:
        print((job.scratch / "log").read_text(), file=sys.stderr)
    return run


def _stage(job: Job) -> None:
    words = [str(ROOT / ".venv/bin/waybill"), *_ours("stage", job), "--path", str(job.path)]
    if not launch([words], environment(job, CREDENTIALS), job.scratch / "log").ok:
        raise SystemExit((job.scratch / "log").read_text())


def _row(peer: Peer, size: int, runs: Sequence[Measured]) -> str:
    walls = [run.wall for run in runs]
    spread = f"{median(walls):6.2f} s ({min(walls):.2f} to {max(walls):.2f})"
    processor, memory = median(run.processor for run in runs), max(run.memory for run in runs)
    return f"{show_size(size):>8}  {peer.name:8} {spread}  cpu {processor:5.2f} s  {memory / 1e6:6.0f} MB"


def _begun(program: str, words: Words) -> Words:
    return lambda job, to: [program, *words(job, to)]


def _ours(verb: str, job: Job) -> list[str]:
    named = ["--project", PROJECT, "--version", job.version]
    return [verb, *named, "--role", ROLE, "--role-external-id", EXTERNAL_ID, "--json"]


def _url(job: Job) -> str:
    return f"{job.endpoint}/{BUCKETS[0]}/{job.key('waybill')}"


def _s3(job: Job) -> str:
    return f"s3://{BUCKETS[0]}/{job.key('waybill')}"


def _there(path: Path) -> str | None:
    return str(path) if path.exists() else None


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure waybill download beside its peers.")
    add = parser.add_argument
    add("--sizes", type=lambda text: [parse_size(part) for part in text.split(",")], default="5MiB,256MiB,1GiB")
    add("--runs", type=int, default=5)
    add("--only", type=lambda text: text.split(","), default=())
    add("--scratch", type=Path, default=ROOT / "build/bench")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
