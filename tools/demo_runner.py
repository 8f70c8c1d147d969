"""What GitHub's runner does around a step, for the demo: its variables, its files, and how it shows the log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from waybill.sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "demo"


FIRST = "stage"
"""The verb whose outputs and result document are outputs.txt and result.json; those of the others have their names."""


@dataclass(frozen=True, slots=True)
class Step:
    """One run of the action: what it shows, its verb and inputs, and the exit code that is right."""

    title: str
    verb: str
    inputs: Mapping[str, str]
    expected: int = 0


def run(number: int, step: Step, sandbox: Sandbox) -> bool:
    """Run the action once, and return whether it ended as it should."""
    say(f"\n── {number}. {step.title}\n")
    outputs = FOLDER / ("outputs.txt" if step.verb == FIRST else f"{step.verb}-outputs.txt")
    outputs.write_text("")
    environ = as_runner(sandbox.environment(os.environ), outputs, number)
    environ |= {f"INPUT_{name.upper()}": value for name, value in step.inputs.items()}
    command = [sys.executable, str(ROOT / "entrypoint.py"), step.verb]
    with subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True) as ended:
        for line in ended.stdout or ():
            if (shown := as_shown(line.rstrip("\n"))) is not None:
                say(f"   {shown}")
    if result := read_outputs(outputs).get("result"):
        text = json.dumps(json.loads(result), indent=2, ensure_ascii=False)
        name = "result" if step.verb == FIRST else step.verb
        (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    return as_expected(ended.returncode, step.expected)


def as_expected(code: int, expected: int = 0) -> bool:
    """Say how a command exited, and return whether it should have."""
    meaning = "as it should be" if code == expected else f"NOT the {expected} that it should be"
    say(f"\n   exit code {code}, {meaning}")
    return code == expected


def as_runner(environ: Mapping[str, str], outputs: Path, run_id: int) -> dict[str, str]:
    """Return the environment with what GitHub's runner adds to it."""
    return dict(environ) | {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_STEP_SUMMARY": str(FOLDER / "summary.md"),
        "GITHUB_WORKSPACE": str(ROOT),
        "GITHUB_REPOSITORY": "acme/site",
        "GITHUB_SHA": "0" * 39 + "1",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_WORKFLOW": "demo",
        "GITHUB_RUN_ID": str(run_id),
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_ACTOR": "octocat",
        "GITHUB_SERVER_URL": "https://github.com",
        "PYTHONUNBUFFERED": "1",
    }


def as_shown(line: str) -> str | None:
    """Return a line of the log as GitHub shows it: workflow commands are read, and masks never seen."""
    if not line.startswith("::"):
        return line
    words, _, data = line[2:].partition("::")
    name = words.split(" ", 1)[0]
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n   "), ("%25", "%")):
        data = data.replace(escaped, plain)
    return {
        "group": f"▾ {data}",
        "error": f"Error: {data}",
        "warning": f"Warning: {data}",
        "notice": f"Notice: {data}",
    }.get(name)


def read_outputs(path: Path) -> dict[str, str]:
    """Return the outputs of a step from the runner's file (`name<<DELIMITER`)."""
    found: dict[str, str] = {}
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    for line in lines:
        name, _, delimiter = line.partition("<<")
        value = []
        for part in lines:
            if part == delimiter:
                break
            value.append(part)
        found[name] = "\n".join(value)
    return found


def say(text: str) -> None:
    """Print a line at once, so that it stays in order with the action's own."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
