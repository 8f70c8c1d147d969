"""Tells GitHub's page of deployments how a deploy goes, where somebody asked for that."""

from __future__ import annotations

from waybill.domain.deploy.delivery import Delivery
from waybill.domain.request import Request
from waybill.ports.deployments import Deployments, Record, State


class OnDeployments:
    """Implements `task.Announcer`. The environment is the input's, else named as the channel."""

    def __init__(self, deployments: Deployments, delivery: Delivery, request: Request, commit: str) -> None:
        self._deployments = deployments
        self._delivery = delivery
        self._request = request
        self._commit = commit
        self._record: Record | None = None

    def began(self, execution: str, url: str) -> None:
        """The execution is under way."""
        request, delivery = self._request, self._delivery
        name = f"{request.project} {request.version}"
        self._record = self._deployments.begin(
            environment=delivery.environment or request.channel,
            what=f"{name} with {delivery.pipeline.name}",
            ref=self._commit,
            description=f"{name} ({delivery.pipeline.name})",
        )
        self._tell(State.IN_PROGRESS, f"{delivery.pipeline.name} runs ({execution})")

    def ended(self, *, good: bool, text: str) -> None:
        """It is over: GitHub's own words for how."""
        self._tell(State.SUCCESS if good else State.FAILURE, text)

    def _tell(self, state: State, text: str) -> None:
        page = self._delivery.environment_url
        self._deployments.status(self._record, state, description=text, environment_url=page)
