"""What there is in CodeArtifact: domains, repositories in them, and what those hold. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from waybill.sandbox.engine.codeartifact.stock import Stock
from waybill.sandbox.engine.refusals import Refusal

MOST_CHARACTERS: Final = 7168


@dataclass(frozen=True, slots=True)
class Place:
    """An account and a region."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A resource's policy. `revision` is another one after each put."""

    document: str
    revision: str


@dataclass(slots=True, kw_only=True)
class Repository:
    """A repository. `administrator` is the account that made it; `created` is in seconds since the epoch."""

    name: str
    arn: str
    administrator: str
    created: float
    description: str = ""
    upstreams: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    policy: Policy | None = None
    stock: Stock = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Domain:
    """A domain. `key` is the ARN of the KMS key; `created` is in seconds since the epoch."""

    name: str
    owner: str
    arn: str
    key: str
    created: float
    tags: dict[str, str] = field(default_factory=dict)
    policy: Policy | None = None
    repositories: dict[str, Repository] = field(default_factory=dict)

    def repository(self, name: str) -> Repository:
        """Return a repository; raises `Refusal`."""
        if name not in self.repositories:
            raise missing(f"Repository not found. Domain: {self.name}, repository: {name}", "repository")
        return self.repositories[name]


Holder = Domain | Repository


class Holdings:
    """The domains of all accounts and regions."""

    def __init__(self) -> None:
        self._domains: dict[tuple[Place, str], Domain] = {}

    def domains(self, place: Place) -> list[Domain]:
        """Return the domains that an account owns in a region, by name."""
        return [self._domains[each] for each in sorted(self._domains, key=lambda key: key[1]) if each[0] == place]

    def in_region(self, region: str) -> Iterator[Domain]:
        """Yield the domains of all accounts in a region."""
        for place, name in sorted(self._domains, key=lambda key: (key[1], key[0].account)):
            if place.region == region:
                yield self._domains[place, name]

    def domain(self, place: Place, name: str) -> Domain:
        """Return a domain of its owner; raises `Refusal`."""
        if (place, name) not in self._domains:
            raise missing(f"Domain not found. Domain: {name}, owner: {place.account}", "domain")
        return self._domains[place, name]

    def has(self, place: Place, name: str) -> bool:
        """Tell whether there is such a domain."""
        return (place, name) in self._domains

    def add(self, place: Place, domain: Domain) -> None:
        """Add a domain; raises `Refusal` where there is one of its name."""
        if self.has(place, domain.name):
            raise conflict(f"Domain {domain.name} already exists in account {place.account}")
        self._domains[place, domain.name] = domain

    def drop(self, place: Place, name: str) -> None:
        """Forget a domain."""
        del self._domains[place, name]


class Missing(Refusal):
    """The answer for what is not there; `kind` is the type of resource that it is."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__("ResourceNotFoundException", message, 404)
        self.kind = kind


def missing(message: str, kind: str = "") -> Missing:
    """Return the answer for what is not there: a `domain`, `repository`, `package`, `package-version` or `asset`."""
    return Missing(message, kind)


def conflict(message: str) -> Refusal:
    """Return the answer for what does not go with what is there."""
    return Refusal("ConflictException", message, 409)


def invalid(message: str) -> Refusal:
    """Return the answer for a request that makes no sense."""
    return Refusal("ValidationException", message, 400)
