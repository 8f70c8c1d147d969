"""What GitHub's runner says about the run: repository, commit, ref, workflow, attempt, actor, runner.

Read from a mapping, not from `os.environ`, and never from the event's payload. Of actions-toolkit's `Context` nothing
is used: its `actor` raises, it stops on a run id that is no number, and importing it costs PyGithub.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waybill.domain.waybill import Origin

_TAGS = "refs/tags/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerContext:
    """The run a step belongs to. What the runner did not say is an empty string. Holds no secret."""

    repository: str = ""
    """``owner/name``."""
    commit: str = ""
    """The full SHA that triggered the run; for a pull request that of the merge."""
    ref: str = ""
    """The full name: ``refs/heads/main``, ``refs/tags/v1.2.3``, ``refs/pull/7/merge``."""
    ref_type: str = ""
    """``branch`` or ``tag``."""
    ref_name: str = ""
    """The short name: ``main``, ``v1.2.3``, ``7/merge``."""
    workflow: str = ""
    job: str = ""
    run_id: str = ""
    attempt: str = ""
    """How often the run was started, from ``1``."""
    actor: str = ""
    """A login; it may be one like ``dependabot[bot]``."""
    event: str = ""
    runner_name: str = ""
    runner_os: str = ""
    workspace: str = ""
    """The checkout, as this process sees it: ``/github/workspace`` in a container action."""
    temp: str = ""
    """The runner's temporary folder, which it empties; empty where it cannot be written."""
    server_url: str = ""
    api_url: str = ""
    on_runner: bool = False
    debug: bool = False
    """Whether the run was started with debug logging."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> RunnerContext:
        """Read the context from a step's environment; outside a workflow all of it is empty. Raises nothing."""

        def read(name: str) -> str:
            return environ.get(name, "").strip()

        return cls(
            repository=read("GITHUB_REPOSITORY"),
            commit=read("GITHUB_SHA"),
            ref=read("GITHUB_REF"),
            ref_type=read("GITHUB_REF_TYPE"),
            ref_name=read("GITHUB_REF_NAME"),
            workflow=read("GITHUB_WORKFLOW"),
            job=read("GITHUB_JOB"),
            run_id=read("GITHUB_RUN_ID"),
            attempt=read("GITHUB_RUN_ATTEMPT"),
            actor=read("GITHUB_ACTOR"),
            event=read("GITHUB_EVENT_NAME"),
            runner_name=read("RUNNER_NAME"),
            runner_os=read("RUNNER_OS"),
            workspace=read("GITHUB_WORKSPACE"),
            temp=home if os.access(home := read("RUNNER_TEMP"), os.W_OK) else "",
            server_url=read("GITHUB_SERVER_URL").rstrip("/"),
            api_url=read("GITHUB_API_URL").rstrip("/"),
            on_runner=read("GITHUB_ACTIONS") == "true",
            debug=read("RUNNER_DEBUG") == "1",
        )

    @property
    def runner(self) -> str:
        """``name (os)``, or what is known of the two."""
        if self.runner_name and self.runner_os:
            return f"{self.runner_name} ({self.runner_os})"
        return self.runner_name or self.runner_os

    @property
    def tag(self) -> str | None:
        """The short name of the tag that is being built, with its slashes; None when a tag is not what is built."""
        if self.ref.startswith(_TAGS):
            return self.ref.removeprefix(_TAGS) or None
        return self.ref_name or None if self.ref_type == "tag" and not self.ref else None

    @property
    def run_url(self) -> str:
        """The page of this attempt of the run; empty when the runner did not say enough."""
        if not (self.server_url and self.repository and self.run_id):
            return ""
        url = f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}"
        return f"{url}/attempts/{self.attempt}" if self.attempt else url

    @property
    def origin(self) -> Origin:
        """What a waybill keeps of this: `built_from`."""
        from waybill.domain.waybill import Origin  # noqa: PLC0415 - only a run that writes a waybill needs it

        return Origin(
            repository=self.repository,
            commit=self.commit,
            ref=self.ref,
            workflow=self.workflow,
            run_id=self.run_id,
            attempt=self.attempt,
            actor=self.actor,
            runner=self.runner,
        )
