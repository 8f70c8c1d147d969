"""AWS::CodeArtifact::Domain and AWS::CodeArtifact::Repository: CodeArtifact says what the template says."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from sandbox.cloudformation.types.workbench import REFUSED, Thing, Workbench, policy
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

DOMAIN, REPOSITORY = "AWS::CodeArtifact::Domain", "AWS::CodeArtifact::Repository"


def reading(action: str) -> dict[str, Any]:
    principal = {"AWS": layout.PRODUCTION}
    return policy({"Effect": "Allow", "Principal": principal, "Action": f"codeartifact:{action}", "Resource": "*"})


@pytest.fixture
def domain(bench: Workbench) -> Thing:
    properties = {
        "DomainName": f"d{uuid4().hex[:12]}",
        "EncryptionKey": f"arn:aws:kms:us-east-1:{layout.DEVELOPMENT}:key/{uuid4()}",
        "PermissionsPolicyDocument": reading("GetAuthorizationToken"),
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    return bench.make(DOMAIN, properties)


def test_a_domain_is_as_it_says_changes_and_goes(bench: Workbench, domain: Thing) -> None:
    client, which = bench.client("codeartifact"), {"domain": domain.properties["DomainName"]}
    found = client.describe_domain(**which)["domain"]
    assert domain.id == found["arn"] == domain.made.attributes["Arn"]
    assert found["encryptionKey"] == domain.properties["EncryptionKey"] == domain.made.attributes["EncryptionKey"]
    assert (domain.made.attributes["Name"], domain.made.attributes["Owner"]) == (found["name"], layout.DEVELOPMENT)
    told = client.get_domain_permissions_policy(**which)["policy"]["document"]
    assert json.loads(told) == reading("GetAuthorizationToken")
    assert client.list_tags_for_resource(resourceArn=domain.id)["tags"] == [{"key": "a", "value": "b"}]
    changed = domain.changed({**domain.properties, "PermissionsPolicyDocument": reading("DescribeDomain"), "Tags": []})
    told = client.get_domain_permissions_policy(**which)["policy"]["document"]
    assert json.loads(told) == reading("DescribeDomain")
    changed = changed.changed({"DomainName": which["domain"], "EncryptionKey": domain.properties["EncryptionKey"]})
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.get_domain_permissions_policy(**which)
    assert client.list_tags_for_resource(resourceArn=domain.id)["tags"] == []
    changed.delete()
    changed.delete()
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.describe_domain(**which)


def test_a_repository_is_as_it_says_changes_and_goes(bench: Workbench, domain: Thing) -> None:
    client, name = bench.client("codeartifact"), domain.properties["DomainName"]

    def described(repository: str) -> Any:
        return client.describe_repository(domain=name, repository=repository)["repository"]

    store = {"DomainName": name, "RepositoryName": "store", "ExternalConnections": ["public:pypi"]}
    outside = bench.make(REPOSITORY, store)
    assert [one["externalConnectionName"] for one in described("store")["externalConnections"]] == ["public:pypi"]
    properties = {
        "DomainName": name,
        "DomainOwner": layout.DEVELOPMENT,
        "RepositoryName": "internal",
        "Description": "ours",
        "Upstreams": ["store"],
        "PermissionsPolicyDocument": reading("ReadFromRepository"),
    }
    made = bench.make(REPOSITORY, properties, tags={"stack": "yes"})
    found = described("internal")
    assert made.id == found["arn"] == made.made.attributes["Arn"]
    assert (made.made.attributes["Name"], made.made.attributes["DomainName"]) == ("internal", name)
    assert (found["description"], found["upstreams"]) == ("ours", [{"repositoryName": "store"}])
    which = {"domain": name, "repository": "internal"}
    told = client.get_repository_permissions_policy(**which)["policy"]["document"]
    assert json.loads(told) == reading("ReadFromRepository")
    assert client.list_tags_for_resource(resourceArn=made.id)["tags"] == [{"key": "stack", "value": "yes"}]
    with pytest.raises(REFUSED, match="upstream"):
        outside.delete()
    made = made.changed({name: properties[name] for name in ("DomainName", "DomainOwner", "RepositoryName")})
    assert (described("internal")["description"], described("internal")["upstreams"]) == ("", [])
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.get_repository_permissions_policy(**which)
    outside = outside.changed({**store, "ExternalConnections": ["public:npmjs"]})
    assert [one["externalConnectionName"] for one in described("store")["externalConnections"]] == ["public:npmjs"]
    for each in (made, outside):
        each.delete()
        each.delete()
    domain.delete()


@pytest.mark.parametrize(
    "fault",
    [
        {"Upstreams": ["nowhere"]},
        {"ExternalConnections": ["public:nothing"]},
        {"PermissionsPolicyDocument": {"Version": "2012-10-17"}},
        {"Colour": "blue"},
    ],
    ids=lambda fault: str(*fault),
)
def test_a_repository_that_cannot_be_made_whole_is_not_there(
    bench: Workbench, domain: Thing, fault: dict[str, Any]
) -> None:
    name = domain.properties["DomainName"]
    with pytest.raises(REFUSED):
        bench.make(REPOSITORY, {"DomainName": name, "RepositoryName": "internal", **fault})
    assert bench.client("codeartifact").describe_domain(domain=name)["domain"]["repositoryCount"] == 0
