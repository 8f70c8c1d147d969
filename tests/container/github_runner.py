"""What GitHub's runner does for a step whose action is a container: folders, variables, `run`, and what it reads after.

One thing differs: the network is the host's, because the sandbox listens on the host's loopback and nowhere else.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from container.engine import ROOT, Engine
from container.outputs import parse_outputs

OWNER = os.getuid() or 1001
"""The runner's user, who owns the workspace: on GitHub's own machines 1001."""

MOUNTS = {
    "workspace": "/github/workspace",
    "home": "/github/home",
    "workflow": "/github/workflow",
    "file_commands": "/github/file_commands",
    "runner_temp": "/github/runner_temp",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the step left: its exit code, its log, and what the runner reads from the files."""

    exit_code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


@dataclass(frozen=True, slots=True)
class Job:
    """One job's folders on the runner, below `folder`; all of it is `owner`'s."""

    folder: Path
    owner: int = OWNER

    def __post_init__(self) -> None:
        for name in MOUNTS:
            (self.folder / name).mkdir(parents=True)
        (self.folder / "workflow" / "event.json").write_text("{}")
        self.own()

    @property
    def workspace(self) -> Path:
        """The checkout, owned by the runner's user."""
        return self.folder / "workspace"

    def put(self, name: str, content: bytes) -> None:
        """Write a file of the build into the workspace."""
        target = self.workspace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self.own()

    def own(self) -> None:
        """Give all of it to the runner's user, where we may."""
        if os.getuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self.owner, self.owner, follow_symlinks=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: the image, its `with:`, what the workflow's `env:` adds, and options of `run` beyond the runner's."""

    engine: Engine
    image: str
    job: Job
    inputs: Mapping[str, str]
    environment: Mapping[str, str]
    options: Sequence[str] = ()
    name: str = field(default_factory=lambda: f"step-{uuid.uuid4().hex}")

    def run(self) -> Outcome:
        """Run it to its end."""
        with self.started() as process:
            log, _ = process.communicate()
        return self.outcome(process.returncode, log)

    @contextlib.contextmanager
    def started(self) -> Iterator[subprocess.Popen[str]]:
        """Start it; at the end of the block the container is gone, however the block ended."""
        for file in ("set_output", "step_summary", "set_env", "add_path", "save_state"):
            (self.job.folder / "file_commands" / f"{file}_{self.name}").touch()
        self.job.own()
        process = subprocess.Popen(
            self.engine.line(self._arguments()),
            env=dict(self.engine.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                self.engine("kill", self.name, check=False)
            process.wait()

    def outcome(self, exit_code: int, log: str) -> Outcome:
        """Read the files as the runner does after a step."""
        commands = self.job.folder / "file_commands"
        outputs = parse_outputs((commands / f"set_output_{self.name}").read_text())
        return Outcome(exit_code, log, outputs, (commands / f"step_summary_{self.name}").read_text())

    def _arguments(self) -> list[str]:
        metadata = action()
        declared = {name: str(entry.get("default", "")) for name, entry in metadata["inputs"].items()}
        inputs = {f"INPUT_{name.upper()}": value for name, value in {**declared, **self.inputs}.items()}
        variables = {**inputs, **self._variables(), **self.environment}
        arguments = ["run", "--name", self.name, "--rm", "--network", "host", "--workdir", MOUNTS["workspace"]]
        arguments += self.options
        if self.engine.command == "podman" and "--read-only" in self.options:
            arguments.append("--read-only-tmpfs=false")  # podman keeps /tmp writable unless told; docker does not
        for name, value in variables.items():
            arguments += ["-e", f"{name}={value}"]
        for name, inside in MOUNTS.items():
            arguments += ["-v", f"{self.job.folder / name}:{inside}"]
        return [*arguments, self.image, *metadata["runs"].get("args", [])]

    def _variables(self) -> dict[str, str]:
        commands = MOUNTS["file_commands"]
        return {
            "CI": "true",
            "HOME": MOUNTS["home"],
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION": "__self",
            "GITHUB_ACTOR": "octocat",
            "GITHUB_API_URL": "https://api.github.com",
            "GITHUB_ENV": f"{commands}/set_env_{self.name}",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_EVENT_PATH": f"{MOUNTS['workflow']}/event.json",
            "GITHUB_JOB": "stage",
            "GITHUB_OUTPUT": f"{commands}/set_output_{self.name}",
            "GITHUB_PATH": f"{commands}/add_path_{self.name}",
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main",
            "GITHUB_REF_TYPE": "branch",
            "GITHUB_REPOSITORY": "octo/sugarwater",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": "1658821493",
            "GITHUB_RUN_NUMBER": "3",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": "ffac537e6cbbf934b08745a378932722df287a53",
            "GITHUB_STATE": f"{commands}/save_state_{self.name}",
            "GITHUB_STEP_SUMMARY": f"{commands}/step_summary_{self.name}",
            "GITHUB_WORKFLOW": "release",
            "GITHUB_WORKFLOW_REF": "octo/sugarwater/.github/workflows/release.yml@refs/heads/main",
            "GITHUB_WORKSPACE": MOUNTS["workspace"],
            "RUNNER_ARCH": "X64",
            "RUNNER_ENVIRONMENT": "github-hosted",
            "RUNNER_NAME": "GitHub Actions 2",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": MOUNTS["runner_temp"],
            "RUNNER_TOOL_CACHE": "/opt/hostedtoolcache",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMaker:
    """Makes steps of one job: `stage({"project": "P"}, "--read-only", env={...})`; `environment` is the workflow's."""

    engine: Engine
    image: str
    job: Job
    environment: Mapping[str, str]

    def __call__(self, inputs: Mapping[str, str], *options: str, env: Mapping[str, str] | None = None) -> Step:
        """Return a step; `options` are the engine's, of `run`."""
        environment = {**self.environment, **(env or {})}
        return Step(
            engine=self.engine, image=self.image, job=self.job, inputs=inputs, environment=environment, options=options
        )


def action() -> dict[str, dict[str, dict[str, str]]]:
    """Return action.yml, parsed."""
    yaml = importlib.import_module("yaml")
    parsed: dict[str, dict[str, dict[str, str]]] = yaml.safe_load((ROOT / "action.yml").read_text())
    return parsed
