"""The demo: the action's own entrypoint, four times, in a sandbox; with this project's own wheel as the artifact.

It runs `entrypoint.py` as GitHub's runner does (INPUT_*, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY), and leaves what the
runner would show in build/demo: summary.md (all four steps), outputs.txt and result.json (the last step).
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
    """One run of the action: what it shows, what it stages as which version, and the exit code that is right."""

    title: str
    version: str
    artifact: Path
    expected: int


def main() -> int:
    """Run the four steps; exit 0 when each ended as it should."""
    wheel = next(iter(sorted((ROOT / "build" / "dist").glob("*.whl"))), None)
    if wheel is None:
        say("There is no wheel in build/dist. Run `make demo`, which builds it.")
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    this, following = waybill.__version__, next_patch(waybill.__version__)
    other = changed(wheel)
    steps = (
        Step("Stage this project's own wheel into the production account", this, wheel, 0),
        Step("The same again: nothing changes", this, wheel, 0),
        Step("Other bytes under the same version: refused", this, other, 5),
        Step("The same bytes as the next version", following, other, 0),
    )
    say("The sandbox: an embedded AWS with two accounts and three regions, on this machine only.")
    with running(os.environ) as sandbox:
        good = [run(number, step, sandbox) for number, step in enumerate(steps, 1)]
        say("\n── What the channel `latest` names now, in the production account")
        show_channels(sandbox)
    say("\n── Left behind for you to read")
    for name, what in (
        ("summary.md", "the step summaries, as GitHub shows them"),
        ("outputs.txt", "the last step's outputs"),
        ("result.json", "the last step's result document"),
    ):
        say(f"   {(FOLDER / name).relative_to(ROOT)}  {what}")
    if all(good):
        say("\nThe demo worked: staged, unchanged when repeated, a conflict refused, the next version staged.")
        say("Next: README.md, `Set it up`; or play: .venv/bin/waybill sandbox run -- bash")
        return 0
    say("\nThe demo did NOT go as it should; see above.")
    return 1


def run(number: int, step: Step, sandbox: Sandbox) -> bool:
    """Run the action once, and return whether it ended as it should."""
    say(f"\n── {number}. {step.title} ({PROJECT} {step.version})\n")
    outputs = FOLDER / "outputs.txt"
    outputs.write_text("")
    environ = as_runner(sandbox.environment(os.environ), outputs) | {
        "INPUT_PROJECT": PROJECT,
        "INPUT_VERSION": step.version,
        "INPUT_PATH": str(step.artifact),
        "INPUT_METADATA": f"python={sys.version_info.major}.{sys.version_info.minor}",
        "INPUT_FILENAME": "true",
        "INPUT_ROLE": layout.STAGE_ROLE_ARN,
        "INPUT_ROLE-EXTERNAL-ID": layout.STAGE_EXTERNAL_ID,
    }
    command = [sys.executable, str(ROOT / "entrypoint.py"), "stage"]
    with subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True) as ended:
        for line in ended.stdout or ():
            if (shown := as_shown(line.rstrip("\n"))) is not None:
                say(f"   {shown}")
    if result := read_outputs(outputs).get("result"):
        text = json.dumps(json.loads(result), indent=2, ensure_ascii=False)
        (FOLDER / "result.json").write_text(f"{text}\n", encoding="utf-8")
    right = ended.returncode == step.expected
    meaning = "as it should be" if right else f"NOT the {step.expected} that it should be"
    say(f"\n   exit code {ended.returncode}, {meaning}")
    return right


def as_runner(environ: Mapping[str, str], outputs: Path) -> dict[str, str]:
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
        "GITHUB_RUN_ID": "1",
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


def show_channels(sandbox: Sandbox) -> None:
    """Print the channel's value in each region, read with plain boto3 as anybody could."""
    import boto3  # noqa: PLC0415 - only here, to look from outside

    keys = sandbox.accounts[layout.PRODUCTION]["user"]
    for region in layout.REGIONS:
        client = boto3.client(
            "ssm",
            region_name=region,
            endpoint_url=sandbox.url,
            aws_access_key_id=keys["access_key_id"],
            aws_secret_access_key=keys["secret_access_key"],
        )
        name = f"{layout.PARAMETER_PREFIX}/{PROJECT}/latest"
        say(f"   {region:<10} {name} = {client.get_parameter(Name=name)['Parameter']['Value']}")


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
