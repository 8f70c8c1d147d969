"""codeartifact.yaml: who of which account reads, publishes and administers; and where packages come from."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from templates.cases import CASES, MEDIA_KEY
from templates.packages import Caller, allowed
from templates.reading import Stack, load

TEMPLATE = load("codeartifact")
STACKS = {
    name: Stack(template=TEMPLATE, parameters=case, account="111111111111")
    for name, case in CASES["codeartifact"].items()
}
SHARED, FURTHER = STACKS["a domain, for others"], STACKS["a further repository"]
DOMAIN, REPOSITORY, PACKAGE = "domain/acme", "repository/acme/internal", "package/acme/internal/pypi//acme-beer"
READER = Caller("arn:aws:iam::222222222222:role/build")
PUBLISHER = Caller("arn:aws:iam::222222222222:role/publisher")
COLLEAGUE = Caller("arn:aws:iam::555555555555:role/build", "o-a1b2c3d4e5")
ADMINISTRATOR = Caller("arn:aws:iam::333333333333:role/platform")
TOKENS_ONLY = Caller("arn:aws:iam::444444444444:role/build")
STRANGER = Caller("arn:aws:iam::999999999999:role/build", "o-z9y8x7w6v5")
EVERYBODY = (READER, PUBLISHER, COLLEAGUE, ADMINISTRATOR, TOKENS_ONLY, STRANGER)


def those(call: str, on: str, stack: Stack = SHARED) -> set[Caller]:
    return {caller for caller in EVERYBODY if allowed(stack, caller, call, on)}


def test_every_grant_comes_with_the_token_that_it_needs() -> None:
    assert those("GetAuthorizationToken", DOMAIN) == {READER, PUBLISHER, COLLEAGUE, ADMINISTRATOR, TOKENS_ONLY}
    assert those("ReadFromRepository", REPOSITORY) == {READER, PUBLISHER, COLLEAGUE, ADMINISTRATOR}
    assert those("GetRepositoryEndpoint", REPOSITORY) == {READER, PUBLISHER, COLLEAGUE, ADMINISTRATOR}
    assert those("GetPackageVersionAsset", PACKAGE) == {READER, PUBLISHER, COLLEAGUE, ADMINISTRATOR}


@pytest.mark.parametrize("call", ["PublishPackageVersion", "PutPackageMetadata"])
def test_the_named_publishers_publish_the_named_packages_and_nobody_else_does(call: str) -> None:
    assert those(call, PACKAGE) == {PUBLISHER}
    for other in ("pypi//requests", "npm/acme/beer", "pypi/acme/beer"):
        assert those(call, f"package/acme/internal/{other}") == set()
    assert those(call, "package/acme/pypi-store/pypi//acme-beer") == set()


def test_without_names_the_publishers_accounts_say_who_of_them_and_without_a_pattern_anything_is_published() -> None:
    given = {**SHARED.parameters, "PublisherArns": "", "PublishedPackages": "*"}
    stack = Stack(template=TEMPLATE, parameters=given, account="111111111111")
    for package in ("pypi//requests", "npm/acme/beer"):
        assert those("PublishPackageVersion", f"package/acme/internal/{package}", stack) == {READER, PUBLISHER}


@pytest.mark.parametrize(
    ("call", "on"),
    [
        ("CreateRepository", DOMAIN),
        ("UpdateRepository", REPOSITORY),
        ("PutRepositoryPermissionsPolicy", REPOSITORY),
        ("DeleteRepositoryPermissionsPolicy", REPOSITORY),
        ("AssociateExternalConnection", "repository/acme/another"),
        ("AssociateWithDownstreamRepository", REPOSITORY),
        ("ListRepositoriesInDomain", DOMAIN),
        ("UpdatePackageVersionsStatus", PACKAGE),
    ],
)
def test_administration_by_another_account_is_allowed_by_the_domains_policy(call: str, on: str) -> None:
    assert those(call, on) == {ADMINISTRATOR}
    by_the_repository = SHARED.properties("Repository")["PermissionsPolicyDocument"]["Statement"]
    assert not [one for one in by_the_repository if f"codeartifact:{call}" in one["Action"]]


@pytest.mark.parametrize(
    ("call", "on"),
    [
        ("DeleteDomain", DOMAIN),
        ("PutDomainPermissionsPolicy", DOMAIN),
        ("DeleteDomainPermissionsPolicy", DOMAIN),
        ("DeleteRepository", REPOSITORY),
        ("DeletePackage", PACKAGE),
        ("DeletePackageVersions", PACKAGE),
        ("DisposePackageVersions", PACKAGE),
    ],
)
def test_no_other_account_deletes_packages_or_changes_the_domain(call: str, on: str) -> None:
    assert those(call, on) == set()


def test_without_names_the_administrators_account_says_who_of_it() -> None:
    stack = STACKS["one account administers"]
    assert allowed(stack, Caller("arn:aws:iam::333333333333:user/anybody"), "CreateRepository", DOMAIN)
    assert "PermissionsPolicyDocument" not in stack.properties("Repository")


def test_what_is_shared_with_nobody_has_no_policy() -> None:
    alone = STACKS["for this account alone"]
    assert set(alone.resources) == {"Domain", "Repository"}
    assert alone.properties("Domain") == {"DomainName": "acme"}
    assert alone.properties("Repository") == {
        "DomainName": "<Domain.Name>",
        "RepositoryName": "internal",
        "Description": "What is published here",
    }


def test_public_packages_come_through_repositories_between_each_with_one_connection() -> None:
    for name, repository in (("Upstream", "pypi-store"), ("SecondUpstream", "npm-store")):
        between = SHARED.properties(name)
        assert between["RepositoryName"] == repository
        assert len(between["ExternalConnections"]) == 1
        assert "Upstreams" not in between
    assert SHARED.properties("Upstream")["ExternalConnections"] == ["public:pypi"]
    assert SHARED.properties("Repository")["Upstreams"] == ["<Upstream.Name>", "<SecondUpstream.Name>"]
    assert "ExternalConnections" not in SHARED.properties("Repository")
    assert SHARED.properties("Domain")["EncryptionKey"] == MEDIA_KEY


def test_a_further_repository_of_the_domain_is_a_stack_of_its_own() -> None:
    assert set(FURTHER.resources) == {"Repository"}
    repository = FURTHER.properties("Repository")
    assert (repository["DomainName"], repository["Upstreams"]) == ("acme", ["internal", "pypi-store"])
    package = "package/acme/nightly/pypi//acme-beer"
    assert those("PublishPackageVersion", package, FURTHER) == {TOKENS_ONLY}
    mixed = {**FURTHER.parameters, "UpstreamConnection": "public:crates-io"}
    both = Stack(template=TEMPLATE, parameters=mixed).properties("Repository")["Upstreams"]
    assert both == ["internal", "pypi-store", "<Upstream.Name>"]


@pytest.mark.parametrize("case", CASES["codeartifact"])
def test_the_policies_are_no_longer_than_cloudformation_takes(case: str) -> None:
    """5,120 characters by the type's schema; CodeArtifact itself takes 7,168."""
    for body in STACKS[case].resources.values():
        document: Any = body["Properties"].get("PermissionsPolicyDocument", {})
        assert len(json.dumps(document, separators=(",", ":"))) <= 5_120 * 0.8  # room for more accounts and names


@pytest.mark.parametrize("name", ["my_domain", "a", "Acme", "-acme", "acme-"])
def test_a_domain_that_codeartifact_refuses_is_refused_before(name: str) -> None:
    assert not re.fullmatch(TEMPLATE["Parameters"]["DomainName"]["AllowedPattern"], name)
