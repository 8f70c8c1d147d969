"""CodeArtifact's operations on repositories: a request's JSON in, an answer's JSON out. Each raises `Refusal`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from waybill.sandbox.engine.codeartifact import permits
from waybill.sandbox.engine.codeartifact.desk import Desk, Json, Request, tags_of
from waybill.sandbox.engine.codeartifact.holdings import Domain, Repository, conflict, invalid, missing
from waybill.sandbox.engine.codepipeline import pages
from waybill.sandbox.engine.refusals import Refusal

_MOST_UPSTREAMS: Final = 10
CONNECTIONS: Final[Mapping[str, str]] = {
    "public:crates-io": "cargo",
    "public:maven-central": "maven",
    "public:maven-clojars": "maven",
    "public:maven-commonsware": "maven",
    "public:maven-googleandroid": "maven",
    "public:maven-gradleplugins": "maven",
    "public:npmjs": "npm",
    "public:nuget-org": "nuget",
    "public:pypi": "pypi",
    "public:ruby-gems-org": "ruby",
}
"""The public repositories that there are, and the format of their packages."""


def create_repository(desk: Desk, request: Request) -> Json:
    """CreateRepository: in a domain that may be another account's."""
    domain = desk.holdings.domain(desk.owner(request), request["domain"])
    name = request["repository"]
    arn = f"{domain.arn.replace(':domain/', ':repository/')}/{name}"
    permits.admit(desk.caller, desk.action, domain, resource=arn)
    if name in domain.repositories:
        raise conflict(f"Repository {name} already exists in domain {domain.name}")
    made = Repository(
        name=name,
        arn=arn,
        administrator=desk.caller.account,
        created=desk.clock(),
        description=request.get("description", ""),
        upstreams=_upstreams(domain, name, request.get("upstreams") or []),
        tags=tags_of(request),
    )
    domain.repositories[name] = made
    return {"repository": described(domain, made)}


def describe_repository(desk: Desk, request: Request) -> Json:
    """DescribeRepository."""
    return {"repository": described(*desk.repository(request))}


def update_repository(desk: Desk, request: Request) -> Json:
    """UpdateRepository: what is left out stays; upstreams are all of them."""
    domain, found = desk.repository(request)
    if request.get("upstreams") is not None:
        found.upstreams = _upstreams(domain, found.name, request["upstreams"])
    if request.get("description") is not None:
        found.description = request["description"]
    return {"repository": described(domain, found)}


def delete_repository(desk: Desk, request: Request) -> Json:
    """DeleteRepository: one that is no other one's upstream."""
    domain, found = desk.repository(request)
    below = [each.name for each in domain.repositories.values() if found.name in each.upstreams]
    if below:
        raise conflict(f"Repository {found.name} is an upstream of {', '.join(sorted(below))}")
    del domain.repositories[found.name]
    return {"repository": described(domain, found)}


def list_repositories(desk: Desk, request: Request) -> Json:
    """ListRepositories: those that the caller's account has made, in whichever domain."""
    found = [
        (domain, each)
        for domain in desk.holdings.in_region(desk.region)
        for each in domain.repositories.values()
        if each.administrator == desk.caller.account
    ]
    return _listed(found, request)


def list_repositories_in_domain(desk: Desk, request: Request) -> Json:
    """ListRepositoriesInDomain."""
    domain = desk.domain(request)
    administrator = request.get("administratorAccount")
    found = [(domain, each) for each in domain.repositories.values() if administrator in (None, each.administrator)]
    return _listed(found, request)


def associate_external_connection(desk: Desk, request: Request) -> Json:
    """AssociateExternalConnection: a repository has one."""
    domain, found = desk.repository(request)
    name = request["externalConnection"]
    if name not in CONNECTIONS:
        raise missing(f"External connection not found: {name}. There are: {', '.join(CONNECTIONS)}")
    if name in found.connections:
        raise conflict(f"Repository {found.name} has the external connection {name} already")
    if found.connections:
        raise Refusal("ServiceQuotaExceededException", "A repository can have one external connection", 402)
    found.connections.append(name)
    return {"repository": described(domain, found)}


def disassociate_external_connection(desk: Desk, request: Request) -> Json:
    """DisassociateExternalConnection."""
    domain, found = desk.repository(request)
    name = request["externalConnection"]
    if name not in found.connections:
        raise missing(f"Repository {found.name} has no external connection {name}")
    found.connections.remove(name)
    return {"repository": described(domain, found)}


def described(domain: Domain, repository: Repository) -> Json:
    """Return a repository as DescribeRepository has it."""
    connections = [
        {"externalConnectionName": name, "packageFormat": CONNECTIONS[name], "status": "Available"}
        for name in repository.connections
    ]
    upstreams = [{"repositoryName": name} for name in repository.upstreams]
    return {**_summary(domain, repository), "upstreams": upstreams, "externalConnections": connections}


def _summary(domain: Domain, repository: Repository) -> Json:
    return {
        "name": repository.name,
        "administratorAccount": repository.administrator,
        "domainName": domain.name,
        "domainOwner": domain.owner,
        "arn": repository.arn,
        "description": repository.description,
        "createdTime": repository.created,
    }


def _listed(found: Iterable[tuple[Domain, Repository]], request: Request) -> Json:
    prefix = request.get("repositoryPrefix") or ""
    told = [_summary(domain, each) for domain, each in found if each.name.startswith(prefix)]
    return pages.page("repositories", sorted(told, key=lambda each: (each["domainName"], each["name"])), request)


def _upstreams(domain: Domain, name: str, wanted: Iterable[Mapping[str, str]]) -> list[str]:
    names = [each["repositoryName"] for each in wanted]
    if len(names) > _MOST_UPSTREAMS:
        raise Refusal("ServiceQuotaExceededException", f"A repository has at most {_MOST_UPSTREAMS} upstreams", 402)
    if len(set(names)) < len(names) or name in names:
        raise invalid("Upstreams are other repositories, each once")
    for each in names:
        domain.repository(each)
    return names
