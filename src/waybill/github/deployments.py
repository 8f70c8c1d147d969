"""Implements `ports.Deployments` through PyGithub. A deploy never fails, and never waits long, because of it.

A job with `environment:` has a deployment already, which GitHub made before the first step: of the run's commit, with
that environment, without a description or a payload, and with statuses whose `log_url` leads to the run
(`.../actions/runs/RUN_ID/job/...`). By that link, and by not being over, it is recognised; `creator` tells nothing,
since whatever a job's token makes is by github-actions[bot] too. It is not doubled. Of it only `in_progress` is told,
once, with the addresses: when the job ends GitHub writes the last status itself, by the job's end. One of ours before
it would be buried at once, and wrong where a later step fails; a `success` of ours would also turn the environment's
earlier deployments inactive before the job is over.

Ours carry a payload that names the run: a second attempt goes on with what the first one left unfinished.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from waybill.errors import WaybillError
from waybill.github.context import RunnerContext
from waybill.github.patience import Patience
from waybill.github.rest import Absent, Rest
from waybill.ports.deployments import Deployments, Record, State

T = TypeVar("T")

LONGEST = 140
"""Characters of a description."""

SECONDS = 10.0
"""That a deploy waits for GitHub in all."""

PERMISSION = "deployments: write"
LOOKED_AT = 10
"""Deployments of one commit and environment, from the newest, among which the job's own is looked for."""

_OVER = frozenset({"success", "failure", "error", "inactive"})
_OURS = "waybill"


def github_deployments(
    context: RunnerContext,
    token: str,
    warn: Callable[[str], object],
    *,
    seconds: float = SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> Deployments:
    """Return the deployments of the context's repository; without a token or a repository one that does nothing.

    GitHub is waited for `seconds` in all; then one warning is given, and nothing more is told to it.
    """
    if not token or not context.repository:
        return _Nothing()
    return _GithubDeployments(context, token, warn, seconds, monotonic)


class _Nothing:
    def begin(self, *, environment: str, what: str, ref: str = "", description: str = "") -> Record | None:
        """Begin nothing."""

    def status(
        self,
        record: Record | None,
        state: State,
        *,
        description: str = "",
        log_url: str = "",
        environment_url: str = "",
    ) -> None:
        """Tell nobody."""


class _GithubDeployments:
    def __init__(
        self,
        context: RunnerContext,
        token: str,
        warn: Callable[[str], object],
        seconds: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._context, self._warn = context, warn
        self._patience = Patience(seconds, monotonic)
        # Asked once, or twice where that costs nothing: whoever deploys is waiting.
        self._rest = Rest(
            context.api_url,
            token,
            permission=PERMISSION,
            sleep=lambda wait: time.sleep(min(wait, seconds)),
            attempts=2,
            timeout=max(1, int(seconds)),
        )
        self._told: set[int] = set()

    def begin(self, *, environment: str, what: str, ref: str = "", description: str = "") -> Record | None:
        """Return the job's own deployment, that of the run's attempt before, or a new one; None where GitHub fails."""
        return self._within(lambda: self._begun(environment, what, ref or self._context.commit, description))

    def status(
        self,
        record: Record | None,
        state: State,
        *,
        description: str = "",
        log_url: str = "",
        environment_url: str = "",
    ) -> None:
        """Tell how it stands; of the job's own only that it is in progress, once."""
        if record is None or (not record.ours and (state is not State.IN_PROGRESS or record.id in self._told)):
            return
        self._told.add(record.id)
        told = {
            "state": state.value,
            "description": cut(description),
            "log_url": log_url or self._context.run_url,
            "environment_url": environment_url,
            "auto_inactive": True,
        }
        document = {name: value for name, value in told.items() if value != ""}
        self._within(lambda: self._rest.post(f"{self._home}/{record.id}/statuses", document))

    @property
    def _home(self) -> str:
        return f"/repos/{self._context.repository}/deployments"

    def _within(self, work: Callable[[], T]) -> T | None:
        """Return what `work` returns within the time that is left; else None, after one warning."""
        if self._patience.over:
            return None
        end = self._patience.run(work)
        error = end.error
        if isinstance(error, WaybillError):
            self._say(f"{error.what} {error.advice}".strip())
        elif isinstance(error, Absent):
            self._say(f"GitHub shows no {error} to this token, which needs `{PERMISSION}`.")
        elif error is not None:
            self._say(f"{type(error).__name__}: {self._rest.means.shown(str(error))}.")
        return end.value

    def _say(self, why: str) -> None:
        self._warn(f"GitHub's page of deployments does not tell of this deploy, which goes on without it: {why}")

    def _begun(self, environment: str, what: str, ref: str, description: str) -> Record | None:
        self._rest.check_address()
        mark = {"run_id": self._context.run_id, "what": what}
        found = self._found(environment, mark) if self._context.run_id and self._context.commit else None
        if found is not None:
            return found
        document = {
            "ref": ref,
            "environment": environment,
            "description": cut(description),
            "payload": {_OURS: mark},
            # No status check of the commit's holds a deploy up here, and no branch is merged into it: a staged
            # version is deployed, whatever its commit looks like by now.
            "required_contexts": [],
            "auto_merge": False,
        }
        return Record(id=self._number(self._rest.post(self._home, document)), ours=True)

    def _found(self, environment: str, mark: Mapping[str, str]) -> Record | None:
        listed = self._rest.get(self._home, sha=self._context.commit, environment=environment, per_page=LOOKED_AT)
        for one in _documents(listed):
            marked = _payload(one).get(_OURS)
            if marked is not None and marked != mark:
                continue
            number = self._number(one)
            statuses = _documents(self._rest.get(f"{self._home}/{number}/statuses", per_page=LOOKED_AT))
            over = bool(statuses) and statuses[0].get("state") in _OVER
            if not over and (marked == mark or any(map(self._leads_here, statuses))):
                return Record(id=number, ours=marked == mark)
        return None

    def _leads_here(self, status: Mapping[str, Any]) -> bool:
        page = rf"/{re.escape(self._context.repository)}/actions/runs/{re.escape(self._context.run_id)}(?:[/?#]|$)"
        links = (status.get("log_url"), status.get("target_url"))
        return any(isinstance(link, str) and re.search(page, link, re.IGNORECASE) for link in links)

    def _number(self, found: Any) -> int:
        number = found.get("id") if isinstance(found, dict) else None
        if not isinstance(number, int):
            raise self._rest.means.nonsense("a deployment has no `id`")
        return number


def cut(text: str) -> str:
    """Return a description on one line, of at most 140 characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


def _documents(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _payload(deployment: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payload, which GitHub gives as it was given: as an object, or as a text that may hold one."""
    payload = deployment.get("payload")
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except ValueError:
            return {}
    return payload if isinstance(payload, dict) else {}
