"""What real deploys stand on: versions of a small site that are staged once, and the pipelines of the sandbox."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from real.here import waybill_here
from real.tools import PATIENCE, Ended, plain
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

T = TypeVar("T")
PIPELINE, OUTPUT = layout.PIPELINE, layout.OUTPUT_BUCKET
VERSIONS = ("1.0.0", "1.1.0", "1.2.0")


def until(look: Callable[[], T | None]) -> T:
    """Return the first thing that `look` finds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


def page(version: str) -> str:
    """Return the first page of a version."""
    return f"<h1>version {version}</h1>\n"


def build(folder: Path, version: str) -> Path:
    """Write the site of a version."""
    (folder / version / "css").mkdir(parents=True)
    (folder / version / "index.html").write_text(page(version))
    (folder / version / "css" / "site.css").write_text("h1 {}\n")
    return folder / version


@dataclass(slots=True)
class Site:
    """A project whose versions are staged in development, and everything that is done with it."""

    sandbox: Sandbox
    look: Callable[..., Any]
    project: str
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.environment = self.sandbox.environment({"WAYBILL_RETRY_SECONDS": "5"})

    def __call__(self, version: str, *words: str, verb: str = "deploy", pipeline: str = PIPELINE, **more: str) -> Ended:
        """Run a verb to its end, in this process; `more` are variables."""
        return waybill_here({**self.environment, **more}, *self.words(version, *words, verb=verb, pipeline=pipeline))

    def words(self, version: str, *words: str, verb: str = "deploy", pipeline: str = PIPELINE) -> list[str]:
        """Return the command line, after `waybill`."""
        named = ("--project", self.project, "--version", version, "--pipeline", pipeline)
        return [verb, *named, "--json", *words]

    @contextmanager
    def started(self, version: str, *words: str, run_id: str = "", pipeline: str = PIPELINE) -> Iterator[Started]:
        """Start a deploy, in a process of its own; at the end of the block it is over, one way or the other."""
        with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "waybill", *self.words(version, *words, pipeline=pipeline)],
                env={**plain(), **self.environment, **({"GITHUB_RUN_ID": run_id} if run_id else {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            try:
                yield Started(process, Path(log.name))
            finally:
                if process.poll() is None:
                    process.kill()
                process.communicate()

    @property
    def pipelines(self) -> Any:
        """The development account's CodePipeline."""
        return self.look("codepipeline", account=layout.DEVELOPMENT)

    def executions(self, pipeline: str = PIPELINE) -> list[dict[str, Any]]:
        """Return the pipeline's executions, newest first."""
        found: list[dict[str, Any]] = self.pipelines.list_pipeline_executions(pipelineName=pipeline)[
            "pipelineExecutionSummaries"
        ]
        return found

    def status(self, execution: str, pipeline: str = PIPELINE) -> str:
        """Return how an execution stands."""
        answer = self.pipelines.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
        return str(answer["pipelineExecution"]["status"])

    def running(self, stage: str, *, but: str = "", pipeline: str = PIPELINE) -> str:
        """Wait until an execution (another than `but`) is at work in a stage; returns its id."""

        def look() -> str:
            for state in self.pipelines.get_pipeline_state(name=pipeline)["stageStates"]:
                latest = state.get("latestExecution", {})
                if state["stageName"] == stage and latest.get("status") == "InProgress":
                    found = str(latest["pipelineExecutionId"])
                    return found if found != but else ""
            return ""

        return until(look)

    def waiting(self, stage: str, execution: str = "", pipeline: str = PIPELINE) -> str:
        """Wait until an execution (another than `execution`) waits before a stage; returns its id."""

        def look() -> str:
            for state in self.pipelines.get_pipeline_state(name=pipeline)["stageStates"]:
                inbound = state.get("inboundExecution", {})
                if state["stageName"] == stage and inbound:
                    found = str(inbound["pipelineExecutionId"])
                    return found if found != execution else ""
            return ""

        return until(look)

    def page(self) -> str:
        """Return the first page as production's bucket holds it."""
        body: bytes = self.look("s3").get_object(Bucket=OUTPUT, Key="index.html")["Body"].read()
        return body.decode()

    def own_pipeline(self, change: Callable[[dict[str, Any]], None]) -> str:
        """Make a pipeline like the prepared one, changed; returns its name."""
        declared = self.pipelines.get_pipeline(name=PIPELINE)["pipeline"]
        made = copy.deepcopy(declared) | {"name": f"site-{uuid4().hex[:8]}"}
        made.pop("version", None)
        made["stages"][0]["actions"][0]["configuration"]["S3ObjectKey"] = f"{made['name']}.zip"
        made["stages"][-1]["actions"][0]["configuration"]["ObjectKey"] = made["name"]
        change(made)
        self.pipelines.create_pipeline(pipeline=made)
        return str(made["name"])

    def events(self, version: str, account: str = layout.DEVELOPMENT, channel: str = "latest") -> list[str]:
        """Return the keys of a version's events."""
        bucket = layout.bucket(account, layout.HOME_REGION)
        prefix = f"{self.project}@{version}/events/{channel}/"
        found = self.look("s3", account=account).list_objects_v2(Bucket=bucket, Prefix=prefix)
        return [one["Key"] for one in found.get("Contents", [])]


@dataclass(frozen=True, slots=True)
class Started:
    """A deploy under way."""

    process: subprocess.Popen[str]
    log: Path

    def follows(self) -> str:
        """Wait until it has told which execution it follows; returns its id."""
        found = until(lambda: re.search(r"^Execution (\S+) of ", self.log.read_text(encoding="utf-8"), re.MULTILINE))
        return found[1]

    def end(self, seconds: float = PATIENCE) -> Ended:
        """Wait for its end."""
        out, _ = self.process.communicate(timeout=seconds)
        return Ended(self.process.returncode, out, self.log.read_text(encoding="utf-8"))


def approving(declared: Mapping[str, Any]) -> None:
    """Put a manual approval before the last stage."""
    kind = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    said = {"CustomData": "Look at the preview.", "ExternalEntityLink": "https://preview.example.com/"}
    action = {"name": "Manual", "actionTypeId": kind, "runOrder": 1, "configuration": said}
    declared["stages"].insert(-1, {"name": "Approve", "actions": [action]})
