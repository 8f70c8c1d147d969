"""GitHub's page of deployments, which a deploy keeps and never depends on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """How a deployment stands, in GitHub's words: `FAILURE` is the deploy's, `ERROR` one of whoever deploys."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One deployment of GitHub's. `ours` False: the job's own, made for its `environment:`, which GitHub ends."""

    id: int
    ours: bool


class Deployments(Protocol):
    """The repository's deployments. No method raises, whatever GitHub does: each failure is one warning."""

    def begin(self, *, environment: str, what: str, ref: str = "", description: str = "") -> Record | None:
        """Return the deployment that tells of this deploy: the job's own, one of an attempt before, or a new one.

        `what` is what is deployed with what, the same when the run is repeated; `ref` the commit, tag or branch that is
        deployed (empty: the run's commit). None where there is none: `status` then does nothing.
        """

    def status(
        self,
        record: Record | None,
        state: State,
        *,
        description: str = "",
        log_url: str = "",
        environment_url: str = "",
    ) -> None:
        """Tell how it stands. Of the job's own deployment only `IN_PROGRESS` is told.

        Addresses are http addresses or empty; an empty `log_url` is the run's page.
        """
