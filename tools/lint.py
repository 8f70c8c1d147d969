"""Every check of `make lint`, each told in one line; the output of those that fail follows.

    .venv/bin/python tools/lint.py             all of them
    .venv/bin/python tools/lint.py mypy ruff   those whose names begin so

A check that finds none of its files has failed: it would otherwise pass for ever after a rename.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / ".venv" / "bin"
LINT = ROOT / ".venvs" / "lint" / "bin"


@dataclass(frozen=True, slots=True)
class Check:
    """A command and the files it is given; `patterns` are globs from the project's root, or a folder's name."""

    name: str
    command: tuple[str | Path, ...]
    patterns: tuple[str, ...] = ()

    def files(self) -> list[str]:
        found = (path for pattern in self.patterns for path in sorted(ROOT.glob(pattern)))
        return [str(path.relative_to(ROOT)) for path in found]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one check ended: `output` is what its command printed, `seconds` how long it took."""

    check: Check
    passed: bool
    seconds: float
    output: str = ""


PYTHON = ("src", "entrypoint.py", "tests", "bench", "tools")
ACTIONS = ("action.yml", "actions/*/action.yml")
WORKFLOWS = (".github/workflows/*.yml",)
EXAMPLES = ("examples/*.yml",)
SCHEMA = (LINT / "check-jsonschema", "--builtin-schema")

CHECKS = (
    Check("mypy", (OWN / "mypy", "--no-error-summary"), PYTHON),
    Check("ruff check", (OWN / "ruff", "check", "--quiet"), PYTHON),
    Check("ruff format", (OWN / "ruff", "format", "--check", "--quiet"), PYTHON),
    Check("documents", (OWN / "python", "tools/documents.py", "--check")),
    Check("hygiene", (OWN / "python", "tools/hygiene.py")),
    Check("hadolint", (LINT / "hadolint",), ("Dockerfile",)),
    Check("shellcheck", (LINT / "shellcheck",), (".ci/run", "tools/*.sh", "tests/**/*.sh", "examples/**/*.sh")),
    Check("zizmor", (LINT / "zizmor", "--offline", "--no-progress", "--quiet"), (".github", *ACTIONS)),
    Check("schema of actions", (*SCHEMA, "vendor.github-actions"), ACTIONS),
    Check("schema of workflows", (*SCHEMA, "vendor.github-workflows"), (*WORKFLOWS, *EXAMPLES)),
    Check("schema of dependabot.yml", (*SCHEMA, "vendor.dependabot"), (".github/dependabot.yml",)),
)


def act_checks() -> list[Check]:
    """`act` validates one path at a time, and wants each given by its own option."""
    paths = Check("", (), (*WORKFLOWS, *EXAMPLES)).files()
    return [Check(f"act {Path(path).name}", (LINT / "act", "--validate", "--strict", "-W", path)) for path in paths]


def run(check: Check, environ: Mapping[str, str]) -> Verdict:
    """Runs one check from the project's root, without a terminal to ask questions on."""
    files = check.files()
    if check.patterns and not files:
        return Verdict(check, passed=False, seconds=0.0, output=f"no {' or '.join(check.patterns)} here")
    started = time.monotonic()
    done = subprocess.run(
        (*check.command, *files),
        check=False,
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Verdict(check, done.returncode == 0, time.monotonic() - started, done.stdout)


def tell(verdict: Verdict) -> None:
    """One line, and on failure the command's own output, indented below it."""
    print(f"  {'ok    ' if verdict.passed else 'FAILED'}  {verdict.check.name} ({verdict.seconds:.1f} s)")
    if not verdict.passed:
        print("\n".join(f"          {line}" for line in verdict.output.splitlines()))


def main(prefixes: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs the checks, two at a time; 0 when all passed."""
    checks = [check for check in (*CHECKS, *act_checks()) if check.name.startswith(tuple(prefixes) or "")]
    # act keeps files in the user's cache unless it is told where else.
    settings = {**environ, "XDG_CACHE_HOME": str(ROOT / "build" / "cache")}
    if not checks:
        print(f"lint: no check's name begins with {' or '.join(prefixes)}")
        return 1
    with ThreadPoolExecutor(max_workers=2) as pool:
        verdicts = []
        for verdict in pool.map(lambda check: run(check, settings), checks):
            tell(verdict)
            sys.stdout.flush()
            verdicts.append(verdict)
    failed = [verdict.check.name for verdict in verdicts if not verdict.passed]
    print(f"lint: {', '.join(failed)} failed" if failed else f"lint: all {len(verdicts)} checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
