"""CodeArtifact's operations on domains: a request's JSON in, an answer's JSON out. Each raises `Refusal`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from waybill.sandbox.engine.codeartifact.desk import Desk, Json, Request, tags_of
from waybill.sandbox.engine.codeartifact.holdings import Domain, conflict
from waybill.sandbox.engine.codeartifact.stock import Asset
from waybill.sandbox.engine.codepipeline import pages

_ASSETS: Final = "arn:aws:s3:::assets-193858265520-"


def create_domain(desk: Desk, request: Request) -> Json:
    """CreateDomain: encrypted with the key given, or with AWS's own."""
    place, name = desk.place, request["domain"]
    at = f"{place.region}:{place.account}"
    key = request.get("encryptionKey") or str(uuid5(NAMESPACE_URL, f"aws/codeartifact {at}"))
    domain = Domain(
        name=name,
        owner=place.account,
        arn=f"arn:aws:codeartifact:{at}:domain/{name}",
        key=key if key.startswith("arn:") else f"arn:aws:kms:{at}:key/{key}",
        created=desk.clock(),
        tags=tags_of(request),
    )
    desk.holdings.add(place, domain)
    return {"domain": described(domain)}


def describe_domain(desk: Desk, request: Request) -> Json:
    """DescribeDomain."""
    return {"domain": described(desk.domain(request))}


def list_domains(desk: Desk, request: Request) -> Json:
    """ListDomains: those that the caller's account owns."""
    return pages.page("domains", [summary(each) for each in desk.holdings.domains(desk.place)], request)


def delete_domain(desk: Desk, request: Request) -> Json:
    """DeleteDomain: one without repositories; one that is not there is no fault."""
    if not desk.holdings.has(desk.owner(request), request["domain"]):
        return {}
    found = desk.domain(request)
    if found.repositories:
        raise conflict(f"Domain {found.name} has repositories: delete them first")
    desk.holdings.drop(desk.owner(request), found.name)
    return {"domain": {**described(found), "status": "Deleted"}}


def summary(domain: Domain) -> Json:
    """Return a domain as ListDomains has it."""
    return {
        "name": domain.name,
        "owner": domain.owner,
        "arn": domain.arn,
        "status": "Active",
        "createdTime": domain.created,
        "encryptionKey": domain.key,
    }


def described(domain: Domain) -> Json:
    """Return a domain as DescribeDomain has it."""
    region = domain.arn.split(":")[3]
    # Assets with the same bytes are stored once in a domain.
    assets = {asset.hashes["SHA-256"]: len(asset.body) for asset in _assets(domain)}
    counts = {"repositoryCount": len(domain.repositories), "assetSizeBytes": sum(assets.values())}
    return {**summary(domain), **counts, "s3BucketArn": f"{_ASSETS}{region}"}


def _assets(domain: Domain) -> Iterator[Asset]:
    for repository in domain.repositories.values():
        for package in repository.stock.values():
            for version in package.values():
                yield from version.assets.values()
