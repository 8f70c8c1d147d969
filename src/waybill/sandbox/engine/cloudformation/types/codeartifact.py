"""AWS::CodeArtifact::Domain and AWS::CodeArtifact::Repository."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask
from waybill.sandbox.engine.cloudformation.types.common import document, gone, only, tag_list, tags, undoing

_POLICY = "PermissionsPolicyDocument"


class Domain:
    """A domain of this account, and its policy. `Ref` gives its ARN."""

    type = "AWS::CodeArtifact::Domain"
    known = frozenset({"DomainName", "EncryptionKey", _POLICY, "Tags"})
    required = frozenset({"DomainName"})
    replaces = frozenset({"DomainName", "EncryptionKey"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateDomain, then its policy."""
        client = place.client("codeartifact")
        request = {
            **only(properties, "EncryptionKey", DomainName="domain"),
            "tags": tag_list(tags(properties, place), "key", "value"),
        }
        found = ask(client, "CreateDomain", request)["domain"]
        attributes = {"Arn": "arn", "Name": "name", "Owner": "owner", "EncryptionKey": "encryptionKey"}
        made = Made(found["arn"], {name: found[member] for name, member in attributes.items()})
        with undoing(lambda: self.delete(made, properties, place)):
            _put_policy(client, "Domain", _domain(properties), {}, properties)
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change its policy and tags."""
        client = place.client("codeartifact")
        _put_policy(client, "Domain", _domain(after), before, after)
        _retag(client, made.physical_id, after, place)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteDomain; CodeArtifact refuses one with repositories."""
        ask(place.client("codeartifact"), "DeleteDomain", _domain(properties))


class Repository:
    """A repository, its upstreams or external connections, and its policy. `Ref` gives its ARN."""

    type = "AWS::CodeArtifact::Repository"
    known = frozenset(
        {
            "Description",
            "DomainName",
            "DomainOwner",
            "ExternalConnections",
            _POLICY,
            "RepositoryName",
            "Tags",
            "Upstreams",
        }
    )
    required = frozenset({"DomainName", "RepositoryName"})
    replaces = frozenset({"DomainName", "DomainOwner", "RepositoryName"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateRepository, then its connections and its policy."""
        client, which = place.client("codeartifact"), _repository(properties)
        request = {
            **which,
            **only(properties, "Description"),
            "upstreams": _upstreams(properties),
            "tags": tag_list(tags(properties, place), "key", "value"),
        }
        found = ask(client, "CreateRepository", request)["repository"]
        attributes = {"Arn": "arn", "Name": "name", "DomainName": "domainName", "DomainOwner": "domainOwner"}
        made = Made(found["arn"], {name: found[member] for name, member in attributes.items()})
        with undoing(lambda: self.delete(made, properties, place)):
            _connect(client, which, {}, properties)
            _put_policy(client, "Repository", which, {}, properties)
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change whatever has changed."""
        client, which = place.client("codeartifact"), _repository(after)
        _connect(client, which, before, after)
        if any(before.get(name) != after.get(name) for name in ("Description", "Upstreams")):
            request = {"description": after.get("Description", ""), "upstreams": _upstreams(after)}
            ask(client, "UpdateRepository", {**which, **request})
        _put_policy(client, "Repository", which, before, after)
        _retag(client, made.physical_id, after, place)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteRepository."""
        with gone("ResourceNotFoundException"):
            ask(place.client("codeartifact"), "DeleteRepository", _repository(properties))


def _domain(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"domain": properties["DomainName"]}


def _repository(properties: Mapping[str, Any]) -> dict[str, Any]:
    return only(properties, "DomainOwner", DomainName="domain", RepositoryName="repository")


def _upstreams(properties: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"repositoryName": name} for name in properties.get("Upstreams", [])]


def _connect(client: Any, which: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    was, then = (properties.get("ExternalConnections", []) for properties in (before, after))
    for name in (name for name in was if name not in then):
        ask(client, "DisassociateExternalConnection", {**which, "externalConnection": name})
    for name in (name for name in then if name not in was):
        ask(client, "AssociateExternalConnection", {**which, "externalConnection": name})


def _put_policy(
    client: Any, kind: str, which: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    then = after.get(_POLICY)
    if then == before.get(_POLICY):
        return
    if then is not None:
        ask(client, f"Put{kind}PermissionsPolicy", {**which, "policyDocument": document(then)})
        return
    with gone("ResourceNotFoundException"):
        ask(client, f"Delete{kind}PermissionsPolicy", which)


def _retag(client: Any, arn: str, properties: Mapping[str, Any], place: Place) -> None:
    then = tags(properties, place)
    there = {tag["key"] for tag in ask(client, "ListTagsForResource", {"resourceArn": arn})["tags"]}
    if there - then.keys():
        ask(client, "UntagResource", {"resourceArn": arn, "tagKeys": sorted(there - then.keys())})
    if then:
        ask(client, "TagResource", {"resourceArn": arn, "tags": tag_list(then, "key", "value")})
