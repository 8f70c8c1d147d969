"""What GitHub's runner does for an action: its variables, its files, and how it reads the log.

The workspace is the process's folder, as it is in a container action. Inputs that have a default arrive with it, those
that are not given as empty strings.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from container.outputs import parse_outputs
from real.here import action_here
from real.tools import PATIENCE, ROOT, plain
from waybill.inputs.verbs import ACTIONS
from waybill.sandbox import layout

PRODUCTION = {"role": layout.STAGE_ROLE_ARN, "role-external-id": layout.STAGE_EXTERNAL_ID}
"""The inputs that lead into the sandbox's production account."""


@dataclass(frozen=True, slots=True)
class Step:
    """How a step ended: its exit code, its log as it came, its outputs, its summary."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def result(self) -> dict[str, Any]:
        """The result document."""
        found: dict[str, Any] = json.loads(self.outputs["result"])
        return found

    def said(self, command: str) -> list[str]:
        """Return the messages of a workflow command: `error`, `warning`, `add-mask`."""
        marks = (line for line in self.log.splitlines() if line.startswith(f"::{command}"))
        return [unescaped(line[2:].partition("::")[2]) for line in marks]

    def shown(self) -> str:
        """Return the log without the masks, which the runner never shows."""
        return "\n".join(line for line in self.log.splitlines() if not line.startswith("::add-mask::"))


@dataclass(slots=True)
class Runner:
    """One job's runner: its folders are below `folder`; `environment` is what the job's steps have beside."""

    folder: Path
    environment: Mapping[str, str]
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("workspace", "commands", "temp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def workspace(self) -> Path:
        """The checkout."""
        return self.folder / "workspace"

    def stage(self, inputs: Mapping[str, str], **variables: str) -> Step:
        """Run a step that stages to its end, in this process."""
        return self.run("stage", inputs, **variables)

    def run(self, verb: str, inputs: Mapping[str, str], **variables: str) -> Step:
        """Run a step to its end, in this process."""
        files = self._files()
        environment = self._environment(verb, inputs, files) | variables
        code, log = action_here(environment, verb, self.workspace)
        return _step(code, log, files)

    def process(self, verb: str, inputs: Mapping[str, str], **variables: str) -> Step:
        """Run a step to its end, in a process of its own, as the runner does."""
        with self.started(inputs, verb, **variables) as running:
            log, _ = running.process.communicate(timeout=PATIENCE)
        return running.step(log)

    @contextmanager
    def started(self, inputs: Mapping[str, str], verb: str = "stage", **variables: str) -> Iterator[Running]:
        """Start the step; at the end of the block it is over, one way or the other."""
        files = self._files()
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "entrypoint.py"), verb],
            env=self._environment(verb, inputs, files) | variables,
            cwd=self.workspace,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield Running(process, files)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def _files(self) -> dict[str, Path]:
        name = uuid4().hex
        files = {what: self.folder / "commands" / f"{what}_{name}" for what in ("output", "summary")}
        for file in files.values():
            file.touch()
        return files

    def _environment(self, verb: str, inputs: Mapping[str, str], files: Mapping[str, Path]) -> dict[str, str]:
        given = {item.name: item.default for item in ACTIONS[verb].inputs} | dict(inputs)
        return {
            **plain(),
            **self.environment,
            **{f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in given.items()},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "dependabot[bot]",
            "GITHUB_API_URL": "https://api.github.com",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_JOB": "stage",
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_REF": "refs/tags/v1.2.3",
            "GITHUB_REF_NAME": "v1.2.3",
            "GITHUB_REF_TYPE": "tag",
            "GITHUB_REPOSITORY": "acme/sugarwater",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": "1658821493",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": "ffac537e6cbbf934b08745a378932722df287a53",
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_WORKFLOW": "release",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_ARCH": "X64",
            "RUNNER_NAME": "GitHub Actions 2",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.folder / "temp"),
            **self.variables,
        }


@dataclass(frozen=True, slots=True)
class Running:
    """A step under way."""

    process: subprocess.Popen[str]
    files: Mapping[str, Path]

    def step(self, log: str) -> Step:
        """Read, after the end, what the runner reads then."""
        return _step(self.process.returncode, log, self.files)


def _step(code: int, log: str, files: Mapping[str, Path]) -> Step:
    outputs = parse_outputs(files["output"].read_text(encoding="utf-8"))
    return Step(code, log, outputs, files["summary"].read_text(encoding="utf-8"))


def unescaped(data: str) -> str:
    """Return a workflow command's message as the runner reads it."""
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        data = data.replace(written, meant)
    return data
