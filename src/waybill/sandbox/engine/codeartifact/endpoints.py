"""CodeArtifact's operations for package managers: where a repository is, and the token that opens it."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from waybill.sandbox.engine.codeartifact.desk import Desk, Json, Request
from waybill.sandbox.engine.codeartifact.holdings import invalid

_LONGEST: Final = 43200
_SHORTEST: Final = 900


def get_repository_endpoint(desk: Desk, request: Request) -> Json:
    """GetRepositoryEndpoint."""
    domain, found = desk.repository(request)
    top = "on.aws" if request.get("endpointType") == "dualstack" else "amazonaws.com"
    host = f"{domain.name}-{domain.owner}.d.codeartifact.{desk.region}.{top}"
    return {"repositoryEndpoint": f"https://{host}/{request['format']}/{found.name}/"}


def get_authorization_token(desk: Desk, request: Request) -> Json:
    """GetAuthorizationToken: nothing in the sandbox takes one."""
    desk.domain(request)
    seconds = request.get("durationSeconds", _LONGEST)
    if seconds and seconds < _SHORTEST:
        raise invalid(f"The duration is 0, or from {_SHORTEST} to {_LONGEST} seconds")
    return {"authorizationToken": f"sandbox-{uuid4().hex}", "expiration": desk.clock() + (seconds or _LONGEST)}
