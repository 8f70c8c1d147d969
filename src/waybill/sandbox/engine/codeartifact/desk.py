"""What every operation works with: what there is, who asks, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codeartifact import permits
from waybill.sandbox.engine.codeartifact.holdings import Domain, Holdings, Place, Repository, invalid
from waybill.sandbox.engine.codeartifact.stock import GENERIC, Coordinates

Json = dict[str, Any]
Request = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is no JSON."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One request's surroundings. `clock` tells seconds since the epoch; `action` is the operation's name."""

    holdings: Holdings
    caller: Caller
    region: str
    action: str
    clock: Callable[[], float]

    @property
    def place(self) -> Place:
        """The caller's own account, in the request's region."""
        return Place(self.caller.account, self.region)

    def owner(self, request: Request) -> Place:
        """Return where the request's domain is: the caller's account, unless `domainOwner` says another."""
        return Place(request.get("domainOwner") or self.caller.account, self.region)

    def domain(self, request: Request) -> Domain:
        """Return the request's domain, on which the caller may do this; raises `Refusal`."""
        found = self.holdings.domain(self.owner(request), request["domain"])
        permits.admit(self.caller, self.action, found)
        return found

    def repository(self, request: Request) -> tuple[Domain, Repository]:
        """Return the request's repository and its domain, on which the caller may do this; raises `Refusal`."""
        domain = self.holdings.domain(self.owner(request), request["domain"])
        found = domain.repository(request["repository"])
        permits.admit(self.caller, self.action, domain, found)
        return domain, found

    def package(self, request: Request) -> tuple[Domain, Repository, Coordinates]:
        """Return the request's repository and the package that it names, on which the caller may do this."""
        domain = self.holdings.domain(self.owner(request), request["domain"])
        found = domain.repository(request["repository"])
        named = coordinates(request)
        permits.admit(self.caller, self.action, domain, found, package_arn(found, named))
        return domain, found, named


def coordinates(request: Request) -> Coordinates:
    """Return which package a request names; raises `Refusal` for a generic one without a namespace."""
    named = Coordinates(request["format"], request.get("namespace") or "", request["package"])
    if named.format == GENERIC and not named.namespace:
        raise invalid("A generic package has a namespace")
    return named


def package_arn(repository: Repository, named: Coordinates) -> str:
    """Return a package's ARN; an empty namespace leaves its place empty."""
    arn = repository.arn.replace(":repository/", ":package/")
    return f"{arn}/{named.format}/{named.namespace}/{named.name}"


def tags_of(request: Request) -> dict[str, str]:
    """Return the tags of a request that makes something."""
    return {tag["key"]: tag["value"] for tag in request.get("tags") or []}
