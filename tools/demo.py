"""The demo: the actions' own entrypoint, nine times, in a sandbox; with this project's own wheel as the artifact.

It runs `entrypoint.py` as GitHub's runner does (INPUT_*, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY), and leaves what the
runner would show in build/demo: summary.md (all steps), outputs.txt and result.json (the last stage into production).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import waybill
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "demo"
PROJECT = "waybill"


@dataclass(frozen=True, slots=True)
class Step:
    """One run of the action: what it shows, its verb and inputs, and the exit code that is right.

    What a runner would show of it goes to outputs.txt and result.json; `kept` names these files otherwise.
    """

    title: str
    verb: str
    inputs: Mapping[str, str]
    expected: int = 0
    kept: str = ""


def main() -> int:
    """Run the steps; exit 0 when each ended as it should."""
    wheel = next(iter(sorted((ROOT / "build" / "dist").glob("*.whl"))), None)
    if wheel is None:
        say("There is no wheel in build/dist. Run `make demo`, which builds it.")
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    say("The sandbox: an embedded AWS with two accounts and three regions, on this machine only.")
    with running(os.environ) as sandbox:
        good = [run(number, step, sandbox) for number, step in enumerate(steps(wheel, changed(wheel)), 1)]
        say("\n── What is where now (waybill status), in the production account\n")
        good.append(show_status(sandbox))
    say("\n── Left behind for you to read")
    for name, what in (
        ("summary.md", "the step summaries, as GitHub shows them"),
        ("outputs.txt", "the last stage's outputs"),
        ("result.json", "the last stage's result document; promote.json and rollback.json are the others'"),
        ("status.html", "the page of `waybill status --html`"),
    ):
        say(f"   {(FOLDER / name).relative_to(ROOT)}  {what}")
    if all(good):
        say("\nThe demo worked: staged, unchanged when repeated, a conflict refused, promoted, and rolled back.")
        say("Next: README.md, `Set it up`; or play: .venv/bin/waybill sandbox run -- bash")
        return 0
    say("\nThe demo did NOT go as it should; see above.")
    return 1


def steps(wheel: Path, other: Path) -> tuple[Step, ...]:
    """Return what the demo does, with the wheel and another build of it."""
    first = waybill.__version__
    second, third = next_patch(first), next_patch(next_patch(first))
    metadata = f"python={sys.version_info.major}.{sys.version_info.minor}"
    build = {"project": PROJECT, "metadata": metadata, "filename": "true"}
    production = build | {"role": layout.STAGE_ROLE_ARN, "role-external-id": layout.STAGE_EXTERNAL_ID}
    release = {"project": PROJECT, "role": layout.PROMOTE_ROLE_ARN, "role-external-id": layout.PROMOTE_EXTERNAL_ID}
    back = {"to": "previous", "reason": "the demo wants to see it go back"}
    return (
        Step(
            "Stage this project's own wheel into the production account",
            "stage",
            production | {"version": first, "path": str(wheel)},
        ),
        Step("The same again: nothing changes", "stage", production | {"version": first, "path": str(wheel)}),
        Step(
            "Other bytes under the same version: refused",
            "stage",
            production | {"version": first, "path": str(other)},
            expected=5,
        ),
        Step("The same bytes as the next version", "stage", production | {"version": second, "path": str(other)}),
        Step(
            "Now the other way: stage into the development account, without a role",
            "stage",
            build | {"version": second, "path": str(other)},
            kept="development",
        ),
        Step(
            "Promote that to production: it is there already, so only the channel moves",
            "promote",
            release | {"version": second},
            kept="promote",
        ),
        Step(
            "The next one, in development only",
            "stage",
            build | {"version": third, "path": str(wheel)},
            kept="development",
        ),
        Step(
            "Promote what development's `latest` names: copied from account to account, region by region",
            "promote",
            release | {"from-channel": "latest"},
            kept="promote",
        ),
        Step("Go back, on purpose", "rollback", release | back, kept="rollback"),
    )


def run(number: int, step: Step, sandbox: Sandbox) -> bool:
    """Run the action once, and return whether it ended as it should."""
    say(f"\n── {number}. {step.title}\n")
    outputs = FOLDER / (f"{step.kept}-outputs.txt" if step.kept else "outputs.txt")
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
        (FOLDER / f"{step.kept or 'result'}.json").write_text(f"{text}\n", encoding="utf-8")
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
        "GITHUB_REPOSITORY": "acme/waybill",
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


def show_status(sandbox: Sandbox) -> bool:
    """Show every channel in every region of the production account, and leave the page of it."""
    command = [sys.executable, "-m", "waybill", "status", PROJECT, "--html", str(FOLDER / "status.html")]
    command += ["--role", layout.PROMOTE_ROLE_ARN, "--role-external-id", layout.PROMOTE_EXTERNAL_ID]
    ended = subprocess.run(
        command, env=sandbox.environment(os.environ), cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    say("\n".join(f"   {line}".rstrip() for line in ended.stdout.splitlines()))
    return as_expected(ended.returncode)


def changed(wheel: Path) -> Path:
    """Return a copy of the wheel with one more file in it."""
    copy = FOLDER / wheel.name
    shutil.copyfile(wheel, copy)
    with ZipFile(copy, "a") as archive:
        archive.writestr("changed.txt", "This build is not the one that was staged.\n")
    return copy


def next_patch(version: str) -> str:
    """Return the version with its patch number raised by one."""
    major, minor, patch = version.split(".")
    return f"{major}.{minor}.{int(patch) + 1}"


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


if __name__ == "__main__":
    sys.exit(main())
