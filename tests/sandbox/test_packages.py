"""CodeArtifact in the sandbox: domains, repositories and their policies. Every answer is held to the service model."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from sandbox.conftest import Clients
from sandbox.packages import allow, refused, watched
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

Client = Any
OWNER, OTHER = layout.DEVELOPMENT, layout.PRODUCTION


@pytest.fixture
def packages(clients: Clients) -> Client:
    return watched(clients.user("codeartifact"))


@pytest.fixture
def others(clients: Clients) -> Client:
    """CodeArtifact as production has it."""
    return watched(clients.user("codeartifact", account=OTHER))


@pytest.fixture
def domain(packages: Client) -> str:
    name = f"d{uuid4().hex[:12]}"
    packages.create_domain(domain=name)
    return name


def names(answer: dict[str, Any]) -> list[str]:
    return [each["name"] for each in answer["repositories"]]


def test_a_domain_is_made_once_described_and_deleted_when_empty(packages: Client, domain: str) -> None:
    found = packages.describe_domain(domain=domain)["domain"]
    assert found["arn"] == f"arn:aws:codeartifact:us-east-1:{OWNER}:domain/{domain}"
    assert (found["owner"], found["repositoryCount"], found["status"]) == (OWNER, 0, "Active")
    assert found["encryptionKey"].startswith(f"arn:aws:kms:us-east-1:{OWNER}:key/")
    refused(packages.create_domain, "ConflictException", domain=domain)
    packages.create_repository(domain=domain, repository="internal")
    refused(packages.delete_domain, "ConflictException", domain=domain)
    packages.delete_repository(domain=domain, repository="internal")
    assert packages.delete_domain(domain=domain)["domain"]["status"] == "Deleted"
    packages.delete_domain(domain=domain)
    refused(packages.describe_domain, "ResourceNotFoundException", domain=domain)


def test_domains_are_of_an_account_and_a_region(clients: Clients, packages: Client, others: Client) -> None:
    name = f"d{uuid4().hex[:12]}"
    key = f"arn:aws:kms:us-east-1:{OWNER}:key/{uuid4()}"
    packages.create_domain(domain=name, encryptionKey=key)
    others.create_domain(domain=name)
    assert packages.describe_domain(domain=name)["domain"]["encryptionKey"] == key
    assert others.describe_domain(domain=name)["domain"]["owner"] == OTHER
    away = watched(clients.user("codeartifact", "eu-west-1"))
    refused(away.describe_domain, "ResourceNotFoundException", domain=name)
    assert name not in {each["name"] for each in away.list_domains()["domains"]}
    assert name in {each["name"] for each in packages.list_domains()["domains"]}


def test_domains_come_in_pages(packages: Client) -> None:
    made = {f"p{uuid4().hex[:12]}" for _ in range(3)}
    for name in made:
        packages.create_domain(domain=name)
    pages = packages.get_paginator("list_domains").paginate(PaginationConfig={"PageSize": 2})
    assert made <= {each["name"] for page in pages for each in page["domains"]}


@pytest.mark.parametrize("name", ["Aa", "1a", "a" * 51, "a_b"])
def test_a_domain_is_called_as_the_service_lets_it(packages: Client, name: str) -> None:
    refused(packages.create_domain, "ValidationException", domain=name)


def test_a_repository_has_upstreams_of_its_domain(packages: Client, domain: str) -> None:
    for name in ("store", "other"):
        packages.create_repository(domain=domain, repository=name)
    found = packages.create_repository(
        domain=domain, repository="internal", description="ours", upstreams=[{"repositoryName": "store"}]
    )["repository"]
    assert found["arn"] == f"arn:aws:codeartifact:us-east-1:{OWNER}:repository/{domain}/internal"
    assert (found["description"], found["administratorAccount"]) == ("ours", OWNER)
    assert found["upstreams"] == [{"repositoryName": "store"}]
    which = {"domain": domain, "repository": "internal"}
    refused(packages.create_repository, "ConflictException", **which)
    refused(packages.delete_repository, "ConflictException", domain=domain, repository="store")
    found = packages.update_repository(**which, upstreams=[{"repositoryName": "other"}])["repository"]
    assert (found["upstreams"], found["description"]) == ([{"repositoryName": "other"}], "ours")
    for name, code in (("none", "ResourceNotFoundException"), ("internal", "ValidationException")):
        refused(packages.update_repository, code, **which, upstreams=[{"repositoryName": name}])
    assert packages.describe_repository(**which)["repository"]["upstreams"] == [{"repositoryName": "other"}]
    packages.delete_repository(domain=domain, repository="store")
    refused(packages.describe_repository, "ResourceNotFoundException", domain=domain, repository="store")


def test_a_repository_has_one_connection_to_the_outside(packages: Client, domain: str) -> None:
    which = {"domain": domain, "repository": "store"}
    packages.create_repository(**which)
    found = packages.associate_external_connection(**which, externalConnection="public:pypi")["repository"]
    told = {"externalConnectionName": "public:pypi", "packageFormat": "pypi", "status": "Available"}
    assert found["externalConnections"] == [told]
    again = packages.associate_external_connection
    refused(again, "ConflictException", **which, externalConnection="public:pypi")
    refused(again, "ServiceQuotaExceededException", **which, externalConnection="public:npmjs")
    refused(again, "ResourceNotFoundException", **which, externalConnection="public:nothing")
    packages.disassociate_external_connection(**which, externalConnection="public:pypi")
    assert packages.describe_repository(**which)["repository"]["externalConnections"] == []


def test_repositories_are_listed_by_domain_prefix_and_who_made_them(
    packages: Client, others: Client, domain: str
) -> None:
    policy = allow("CreateRepository", "ListRepositoriesInDomain")
    packages.put_domain_permissions_policy(domain=domain, policyDocument=policy)
    for name in ("one", "there"):
        packages.create_repository(domain=domain, repository=name)
    made = others.create_repository(domain=domain, domainOwner=OWNER, repository="their-own")["repository"]
    assert (made["administratorAccount"], made["domainOwner"]) == (OTHER, OWNER)
    assert names(packages.list_repositories_in_domain(domain=domain)) == ["one", "their-own", "there"]
    assert names(packages.list_repositories_in_domain(domain=domain, repositoryPrefix="the")) == ["their-own", "there"]
    assert names(others.list_repositories_in_domain(domain=domain, domainOwner=OWNER, administratorAccount=OTHER)) == [
        "their-own"
    ]
    listed = [each for each in others.list_repositories()["repositories"] if each["domainName"] == domain]
    assert [each["name"] for each in listed] == ["their-own"]


@pytest.mark.parametrize("kind", ["domain", "repository"])
def test_a_policy_has_a_revision_and_a_stale_one_is_refused(packages: Client, domain: str, kind: str) -> None:
    which = {"domain": domain}
    if kind == "repository":
        which["repository"] = "internal"
        packages.create_repository(**which)
    put, get, delete = (getattr(packages, f"{verb}_{kind}_permissions_policy") for verb in ("put", "get", "delete"))
    refused(get, "ResourceNotFoundException", **which)
    refused(put, "ConflictException", **which, policyDocument=allow("DescribeDomain"), policyRevision="none")
    first = put(**which, policyDocument=allow("DescribeDomain"))["policy"]
    assert get(**which)["policy"] == first
    assert first["resourceArn"].endswith(domain if kind == "domain" else f"{domain}/internal")
    second = put(**which, policyDocument=allow("DescribeRepository"), policyRevision=first["revision"])["policy"]
    assert second["revision"] != first["revision"]
    for call in (put, delete):
        more = {"policyDocument": allow("DescribeDomain")} if call is put else {}
        refused(call, "ConflictException", **which, policyRevision=first["revision"], **more)
    assert json.loads(get(**which)["policy"]["document"]) == json.loads(allow("DescribeRepository"))
    assert delete(**which, policyRevision=second["revision"])["policy"] == second
    refused(delete, "ResourceNotFoundException", **which)


@pytest.mark.parametrize("document", ["no json", "{}", '{"Statement": [{"Effect": "Allow"}]}', "x" * 7169])
def test_what_is_no_policy_is_refused(packages: Client, domain: str, document: str) -> None:
    refused(packages.put_domain_permissions_policy, "ValidationException", domain=domain, policyDocument=document)


def test_another_account_is_let_in_by_the_domains_policy_or_the_repositorys(
    packages: Client, others: Client, domain: str
) -> None:
    which = {"domain": domain, "domainOwner": OWNER, "repository": "internal"}
    packages.create_repository(**which)
    told = refused(others.describe_repository, "AccessDeniedException", **which)
    assert "codeartifact:DescribeRepository" in told
    put = {"domain": domain, "policyDocument": allow("DescribeRepository")}
    packages.put_domain_permissions_policy(**put)
    others.describe_repository(**which)
    refused(others.describe_domain, "AccessDeniedException", domain=domain, domainOwner=OWNER)
    packages.delete_domain_permissions_policy(domain=domain)
    packages.put_repository_permissions_policy(**put, repository="internal")
    others.describe_repository(**which)
    deny = allow("DescribeRepository", principal="*", effect="Deny")
    packages.put_domain_permissions_policy(domain=domain, policyDocument=deny)
    refused(others.describe_repository, "AccessDeniedException", **which)
    refused(packages.describe_repository, "AccessDeniedException", **which)


def test_a_repositorys_policy_lets_nobody_change_it_and_locks_nobody_out(
    packages: Client, others: Client, domain: str
) -> None:
    which = {"domain": domain, "domainOwner": OWNER, "repository": "internal"}
    packages.create_repository(**which)
    mine = allow("PutRepositoryPermissionsPolicy")
    packages.put_repository_permissions_policy(**which, policyDocument=mine)
    put = {**which, "policyDocument": mine}
    refused(others.put_repository_permissions_policy, "AccessDeniedException", **put)
    packages.put_domain_permissions_policy(domain=domain, policyDocument=mine)
    others.put_repository_permissions_policy(**put)
    out = allow("*", principal="*", effect="Deny")
    packages.put_repository_permissions_policy(**which, policyDocument=out)
    refused(packages.describe_repository, "AccessDeniedException", **which)
    packages.put_repository_permissions_policy(**which, policyDocument=mine)
    packages.describe_repository(**which)


def test_tags_are_of_domains_and_repositories(packages: Client) -> None:
    name = f"t{uuid4().hex[:12]}"
    tags = [{"key": "a", "value": "b"}]
    domain = packages.create_domain(domain=name, tags=tags)["domain"]["arn"]
    repository = packages.create_repository(domain=name, repository="internal", tags=tags)["repository"]["arn"]
    for arn in (domain, repository):
        packages.tag_resource(resourceArn=arn, tags=[{"key": "c", "value": "d"}])
        packages.untag_resource(resourceArn=arn, tagKeys=["a"])
        assert packages.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "c", "value": "d"}]
    refused(packages.list_tags_for_resource, "ResourceNotFoundException", resourceArn=f"{domain}-not")


def test_what_it_does_not_have_it_says(clients: Clients, domain: str) -> None:
    with pytest.raises(ClientError, match="does not have this: CodeArtifact's list_package_groups"):
        clients.user("codeartifact").list_package_groups(domain=domain)
