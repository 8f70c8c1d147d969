"""From a file without faults to `Access`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.domain.access.grants import (
    TAKE,
    Access,
    AccountWho,
    Grant,
    IdentityWho,
    May,
    OrganisationWho,
    PackagePattern,
    Packages,
    Pipeline,
    RepositoryWho,
    Staged,
    What,
    Who,
)
from waybill.domain.arns import RoleArn
from waybill.domain.setup.estate import Estate, Member, Repository
from waybill.inputs.file.loose import children


def estate_of(file: Mapping[str, Any]) -> Estate | None:
    """Return the accounts and regions that the file has itself; None where it has none."""
    regions = [one for one in file.get("regions") or () if isinstance(one, str)]
    accounts = tuple(_member(name, body) for name, body in children(file, "accounts"))
    return Estate(accounts=accounts, regions=tuple(regions)) if accounts and regions else None


def _member(name: str, body: Mapping[str, Any]) -> Member:
    role = RoleArn.parse(body["role"]) if "role" in body else None
    return Member(name=name, id=body["id"], role=role, external_id=body.get("external-id"))


def build(file: Mapping[str, Any], estate: Estate) -> Access:
    """Return what a file says that has no fault."""
    if "bucket-parameter" in file:
        estate = replace(estate, bucket_parameter=file["bucket-parameter"])
    if "key-prefix" in file:
        estate = replace(estate, prefixes=replace(estate.prefixes, key=file["key-prefix"]))
    if "regions" in file:
        estate = replace(estate, regions=tuple(file["regions"]))
    grants = tuple(_grant(name, body, estate) for name, body in children(file, "grants"))
    return Access(estate=estate, grants=grants)


def _grant(name: str, body: Mapping[str, Any], estate: Estate) -> Grant:
    may = body["may"]
    return Grant(
        name=name,
        who=_who(body["who"], estate),
        may=tuple(May(word) for word in ([may] if isinstance(may, str) else may)),
        what=_what(body["what"], estate),
        through=RoleArn.parse(body["through"]) if "through" in body else None,
    )


def _who(body: Mapping[str, Any], estate: Estate) -> Who:
    if "account" in body:
        numbers = {member.name: member.id for member in estate.accounts}
        named = body["account"]
        return AccountWho(id=numbers.get(named, named), external_id=body.get("external-id"))
    if "organisation" in body:
        return OrganisationWho(id=body["organisation"])
    if "repository" in body:
        return RepositoryWho(repository=_repository(body, estate))
    return IdentityWho(arn=body["role"] if "role" in body else body["user"])


def _repository(body: Mapping[str, Any], estate: Estate) -> Repository:
    words = tuple(f"{kind}:{value}" for kind in ("environment", "branch", "tag") for value in _texts(body.get(kind)))
    known = next((one for one in estate.repositories if one.name == body["repository"]), None)
    return Repository(
        name=body["repository"],
        owner_id=body.get("owner-id") or (known.owner_id if known else None),
        id=body.get("id") or (known.id if known else None),
        may={TAKE: words},
    )


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _what(body: Mapping[str, Any], estate: Estate) -> What:
    account = estate.account(body["account"]) if "account" in body else estate.accounts[0]
    region = body.get("region") or estate.home
    if "domain" in body:
        return Packages(
            account=account,
            region=region,
            domain=body["domain"],
            repository=body.get("repository"),
            package=pattern_of(body["package"]) if "package" in body else None,
        )
    if "pipeline" in body:
        return Pipeline(account=account, region=region, name=body["pipeline"])
    regions = (body["region"],) if "region" in body else estate.regions
    return Staged(account=account, regions=regions, project=body.get("project"), prefix=body.get("prefix", ""))


def pattern_of(text: str) -> PackagePattern:
    """Return packages as the file has them: FORMAT, FORMAT/NAMESPACE or FORMAT/NAMESPACE/NAME."""
    kind, *rest = text.split("/")
    return PackagePattern(format=kind, namespace=rest[0] if rest else None, name=rest[1] if len(rest) > 1 else None)
