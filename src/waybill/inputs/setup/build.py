"""From a file without faults to `Estate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from waybill.domain.arns import RoleArn
from waybill.domain.setup.estate import (
    Client,
    Distribution,
    Estate,
    Group,
    Media,
    Member,
    Output,
    PackageDomain,
    PackageGrant,
    PackageRepository,
    PipelineEntry,
    PipelineSource,
    Prefixes,
    Project,
    Registry,
    Repository,
)
from waybill.inputs.file.loose import child, children

T = TypeVar("T")

ROLES = ("stage", "promote", "deploy", "read")


def build(file: Mapping[str, Any]) -> Estate:
    """Return what a file says that has the form of the schema; what it leaves out is as `Estate` has it."""
    home = str(file["regions"][0])

    def each(part: str, make: Callable[[str, dict[str, Any]], T]) -> tuple[T, ...]:
        return tuple(make(name, {"region": home, **body}) for name, body in children(file, part))

    configuration = _under(child(file, "configuration"), {"parameter": "configuration_parameter"})
    return Estate(
        accounts=each("accounts", _member),
        regions=tuple(file["regions"]),
        **configuration,
        prefixes=Prefixes(**child(file, "prefixes")),
        **_under({key: file[key] for key in ("external-id", "enforce-conditional-writes") if key in file}),
        repositories=each("repositories", _repository),
        projects=each("projects", _project),
        pipelines=each("pipelines", _pipeline),
        clients=each("clients", _client),
        registries=each("registries", _registry),
        package_domains=each("codeartifact", _package_domain),
    )


def _under(body: Mapping[str, Any], renamed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the values by the names that fields have: `pull-accounts` is `pull_accounts`, and lists are tuples."""
    names = renamed or {}
    return {
        names.get(key, key.replace("-", "_")): tuple(value) if isinstance(value, list) else value
        for key, value in body.items()
    }


def _member(name: str, body: dict[str, Any]) -> Member:
    fields = {key: value for key, value in body.items() if key not in {"region", "role", "groups"}}
    role = RoleArn.parse(body["role"]) if "role" in body else None
    groups: dict[str, Any] = {
        key.replace("-", "_"): Group(**_under({"name": key, **group})) for key, group in children(body, "groups")
    }
    return Member(name=name, role=role, **groups, **_under(fields, {"from": "source"}))


def _repository(name: str, body: dict[str, Any]) -> Repository:
    may = {role: tuple(body[role]) for role in ROLES if role in body}
    return Repository(name=name, owner_id=body.get("owner-id"), id=body.get("id"), may=may)


def _project(name: str, body: dict[str, Any]) -> Project:
    return Project(name=name, **_under({key: value for key, value in body.items() if key != "region"}))


def _pipeline(name: str, body: dict[str, Any]) -> PipelineEntry:
    made: dict[str, Any] = {**body, "output": Output(**_under(body["output"]))}
    source = body["source"]
    made["source"] = PipelineSource(**({} if source == "staged" else source))
    if "distribution" in body:
        made["distribution"] = Distribution(**_under(body["distribution"]))
    return PipelineEntry(name=name, **_under(made))


def _client(name: str, body: dict[str, Any]) -> Client:
    media = {"media": Media(**_under(body["media"]))} if "media" in body else {}
    return Client(name=name, **_under({**body, **media}))


def _registry(name: str, body: dict[str, Any]) -> Registry:
    return Registry(name=name, **_under(body))


def _package_domain(name: str, body: dict[str, Any]) -> PackageDomain:
    repositories = (PackageRepository(name=one, **_under(inner)) for one, inner in children(body, "repositories"))
    grants = (PackageGrant(**_under(grant)) for grant in body.get("grants", ()))
    return PackageDomain(name=name, **_under({**body, "repositories": list(repositories), "grants": list(grants)}))
