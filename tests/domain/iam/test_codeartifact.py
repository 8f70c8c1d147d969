"""Every example of AWS's pages on CodeArtifact's repository, domain and identity policies, and its own rules.

https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html
https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html
https://docs.aws.amazon.com/codeartifact/latest/ug/auth-and-access-control-iam-identity-based-access-control.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from domain.iam.asking import ALLOWED, DENIED, DEPENDS, Body, allow, ask, deny, policy, to
from waybill.domain.iam.answers import Outcome
from waybill.domain.iam.codeartifact import ASKED_ON, Asked, asked_of
from waybill.domain.iam.documents import Kind

OWNER, OTHER = "111122223333", "123456789012"
ROOT = f"arn:aws:iam::{OTHER}:root"
BOB, ALICE = f"arn:aws:iam::{OTHER}:user/bob", f"arn:aws:iam::{OTHER}:user/alice"
INSIDER = f"arn:aws:iam::{OWNER}:user/carol"
HEAD = f"arn:aws:codeartifact:us-east-2:{OWNER}"
DOMAIN, REPO = f"{HEAD}:domain/my_domain", f"{HEAD}:repository/my_domain/example-repo"
UI, REACT = f"{HEAD}:package/my_domain/example-repo/npm/parity/ui", f"{HEAD}:package/my_domain/example-repo/npm//react"

READ_SET = [
    f"codeartifact:{name}"
    for name in (
        "DescribePackageVersion",
        "DescribeRepository",
        "GetPackageVersionReadme",
        "GetRepositoryEndpoint",
        "ListPackages",
        "ListPackageVersions",
        "ListPackageVersionAssets",
        "ListPackageVersionDependencies",
        "ReadFromRepository",
    )
]
DOMAIN_SET = [
    f"codeartifact:{name}"
    for name in (
        "GetDomainPermissionsPolicy",
        "ListRepositoriesInDomain",
        "GetAuthorizationToken",
        "DescribeDomain",
        "CreateRepository",
    )
]
# The examples, as the pages have them.
DOWNLOADS = to(ROOT, allow(["codeartifact:ReadFromRepository"]))
READS = to(ROOT, allow(READ_SET))
BOB_READS = to(BOB, allow(["codeartifact:ReadFromRepository"]))
PUBLISHES = to(ROOT, allow(["codeartifact:PublishPackageVersion"], UI))
PUBLISHES_ALL = to(ROOT, allow(["codeartifact:PublishPackageVersion"]))
CREATES = to(ROOT, allow(["codeartifact:CreateRepository"]))
TOKENS = to(ROOT, allow(["codeartifact:GetAuthorizationToken"]))
BASIC = {**to(ROOT, allow(DOMAIN_SET)), "Sid": "BasicDomainPolicy"}
ORGANISATION = {
    **allow(DOMAIN_SET),
    "Principal": "*",
    "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-xxxxxxxxxxx"]}},
}
EVERYTHING = [allow("*")]
"""What the caller's own account lets it do, so that the resource's side decides."""


def asked(
    principal: str,
    name: str,
    resource: str,
    *,
    repository: Iterable[Body] = (),
    domain: Iterable[Body] = (),
    identity: Iterable[Body] = EVERYTHING,
    context: Mapping[str, Any] | None = None,
) -> Outcome:
    own = (policy(Kind.REPOSITORY, *repository, account=OWNER), policy(Kind.DOMAIN, *domain, account=OWNER))
    return ask(principal, f"codeartifact:{name}", resource, *own, identity=identity, context=context).outcome


def on_repository(example: Body, principal: str, name: str, resource: str) -> Outcome:
    return asked(principal, name, resource, repository=[example])


def on_domain(example: Body, principal: str, name: str, resource: str, **context: str) -> Outcome:
    return asked(
        principal, name, resource, domain=[example], context=context and {"aws:PrincipalOrgID": context["org"]}
    )


REPOSITORY_EXAMPLES = [
    (DOWNLOADS, BOB, "ReadFromRepository", REPO, ALLOWED),
    (DOWNLOADS, ALICE, "ReadFromRepository", REPO, ALLOWED),
    (DOWNLOADS, "arn:aws:iam::999999999999:user/eve", "ReadFromRepository", REPO, DENIED),
    (DOWNLOADS, BOB, "ListPackages", REPO, DENIED),
    (DOWNLOADS, BOB, "ListPackageVersions", UI, DENIED),
    *[(READS, BOB, name, REPO, ALLOWED) for name in ("DescribeRepository", "GetRepositoryEndpoint", "ListPackages")],
    *[
        (READS, BOB, name, package, ALLOWED)
        for name in ("DescribePackageVersion", "GetPackageVersionReadme", "ListPackageVersionAssets")
        for package in (UI, REACT)
    ],
    (READS, BOB, "ReadFromRepository", REPO, ALLOWED),
    (READS, BOB, "PublishPackageVersion", UI, DENIED),
    (READS, BOB, "DeletePackageVersions", UI, DENIED),
    (BOB_READS, BOB, "ReadFromRepository", REPO, ALLOWED),
    (BOB_READS, ALICE, "ReadFromRepository", REPO, DENIED),
    (BOB_READS, BOB.lower().replace("bob", "Bob"), "ReadFromRepository", REPO, DENIED),
    (PUBLISHES, BOB, "PublishPackageVersion", UI, ALLOWED),
    (PUBLISHES, BOB, "PublishPackageVersion", REACT, DENIED),
    (PUBLISHES, BOB, "PublishPackageVersion", UI.replace("/ui", "/ui2"), DENIED),
    (PUBLISHES, BOB, "PublishPackageVersion", UI.replace("example-repo", "other-repo"), DENIED),
    (PUBLISHES, BOB, "PutPackageMetadata", UI.replace("npm", "maven"), DENIED),
    (PUBLISHES, BOB, "ReadFromRepository", REPO, DENIED),
    (PUBLISHES_ALL, BOB, "PublishPackageVersion", UI, ALLOWED),
    (PUBLISHES_ALL, BOB, "PublishPackageVersion", REACT, ALLOWED),
    (PUBLISHES_ALL, BOB, "ReadFromRepository", REPO, DENIED),
]


@pytest.mark.parametrize(("example", "principal", "name", "resource", "expected"), REPOSITORY_EXAMPLES)
def test_the_examples_of_repository_policies(
    example: Body, principal: str, name: str, resource: str, expected: Outcome
) -> None:
    assert on_repository(example, principal, name, resource) is expected


DOMAIN_EXAMPLES = [
    (CREATES, BOB, "CreateRepository", REPO, ALLOWED),
    (CREATES, BOB, "CreateRepository", DOMAIN, ALLOWED),
    (CREATES, BOB, "TagResource", REPO, DENIED),
    (CREATES, BOB, "GetAuthorizationToken", DOMAIN, DENIED),
    (TOKENS, BOB, "GetAuthorizationToken", DOMAIN, ALLOWED),
    (TOKENS, BOB, "ReadFromRepository", REPO, DENIED),
    *[(BASIC, BOB, name.partition(":")[2], DOMAIN, ALLOWED) for name in DOMAIN_SET],
    (BASIC, BOB, "DeleteDomain", DOMAIN, DENIED),
    (BASIC, "arn:aws:iam::999999999999:user/eve", "DescribeDomain", DOMAIN, DENIED),
]


@pytest.mark.parametrize(("example", "principal", "name", "resource", "expected"), DOMAIN_EXAMPLES)
def test_the_examples_of_domain_policies(
    example: Body, principal: str, name: str, resource: str, expected: Outcome
) -> None:
    assert on_domain(example, principal, name, resource) is expected


def test_the_example_for_an_organisation_hangs_on_who_is_in_it() -> None:
    assert on_domain(ORGANISATION, BOB, "DescribeDomain", DOMAIN) is DEPENDS
    assert on_domain(ORGANISATION, BOB, "DescribeDomain", DOMAIN, org="o-xxxxxxxxxxx") is ALLOWED
    assert on_domain(ORGANISATION, BOB, "DescribeDomain", DOMAIN, org="o-yyyyyyyyyyy") is DENIED


LISTS = ["codeartifact:List*", "codeartifact:Describe*", "codeartifact:Get*", "codeartifact:Read*"]
TOKEN = {"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}}
BEARER = allow("sts:GetServiceBearerToken", Condition=TOKEN)
LOOKS = [allow(LISTS), BEARER]
DOMAINS = [allow("codeartifact:ListDomains", "arn:aws:codeartifact:us-east-2:123456789012:domain/my*")]
TESTS = [
    allow(LISTS, "arn:aws:codeartifact:*:*:repository/*/*test"),
    allow(LISTS[:2], "arn:aws:codeartifact:*:*:package/*/*test/*/*/*"),
    BEARER,
    allow("codeartifact:GetAuthorizationToken"),
]
ADMINISTERS = [allow(["codeartifact:*"]), BEARER]
READ_ONLY = [allow([*LISTS[:3], "codeartifact:ReadFromRepository"]), BEARER]
MINE = "arn:aws:codeartifact:us-east-2:123456789012"
NPM_TEST = f"{MINE}:package/my_domain/npm-test/npm/parity/ui"

IDENTITY_EXAMPLES = [
    (LOOKS, "ListRepositories", "*", ALLOWED),
    (LOOKS, "ReadFromRepository", f"{MINE}:repository/my_domain/npm", ALLOWED),
    (LOOKS, "DescribePackageVersion", NPM_TEST, ALLOWED),
    (LOOKS, "CreateRepository", f"{MINE}:repository/my_domain/npm", DENIED),
    (LOOKS, "PublishPackageVersion", NPM_TEST, DENIED),
    (DOMAINS, "ListDomains", f"{MINE}:domain/my_domain", ALLOWED),
    (DOMAINS, "ListDomains", f"{MINE}:domain/your_domain", DENIED),
    (DOMAINS, "DescribeDomain", f"{MINE}:domain/my_domain", DENIED),
    (TESTS, "ListPackages", f"{MINE}:repository/my_domain/npm-test", ALLOWED),
    (TESTS, "ListPackages", f"{MINE}:repository/my_domain/npm-prod", DENIED),
    (TESTS, "DescribePackageVersion", NPM_TEST, ALLOWED),
    (TESTS, "DescribePackageVersion", NPM_TEST.replace("/parity/", "//"), ALLOWED),
    (TESTS, "GetPackageVersionReadme", NPM_TEST, DENIED),
    (TESTS, "PublishPackageVersion", NPM_TEST, DENIED),
    (TESTS, "GetAuthorizationToken", f"{MINE}:domain/my_domain", ALLOWED),
    (ADMINISTERS, "PutDomainPermissionsPolicy", f"{MINE}:domain/my_domain", ALLOWED),
    (READ_ONLY, "ReadFromRepository", f"{MINE}:repository/my_domain/npm", ALLOWED),
    (READ_ONLY, "DeleteRepository", f"{MINE}:repository/my_domain/npm", DENIED),
]


@pytest.mark.parametrize(("identity", "name", "resource", "expected"), IDENTITY_EXAMPLES)
def test_the_examples_of_identity_policies(identity: list[Body], name: str, resource: str, expected: Outcome) -> None:
    assert asked(BOB, name, resource, identity=identity) is expected


EXACTLY = allow("sts:GetServiceBearerToken", Condition={"NumericEquals": {"sts:DurationSeconds": 43200}, **TOKEN})
AN_HOUR = allow(
    "sts:GetServiceBearerToken", Condition={"NumericLessThanEquals": {"sts:DurationSeconds": 3600}, **TOKEN}
)


@pytest.mark.parametrize(
    ("statement", "seconds", "expected"),
    [
        (EXACTLY, "43200", ALLOWED),
        (EXACTLY, "3600", DENIED),
        (AN_HOUR, "900", ALLOWED),
        (AN_HOUR, "3600", ALLOWED),
        (AN_HOUR, "0", ALLOWED),
        (AN_HOUR, "43200", DENIED),
        (BEARER, "43200", ALLOWED),
    ],
)
def test_the_examples_of_how_long_a_token_lasts(statement: Body, seconds: str, expected: Outcome) -> None:
    context = {"sts:DurationSeconds": seconds, "sts:AWSServiceName": "codeartifact.amazonaws.com"}
    answer = ask(BOB, "sts:GetServiceBearerToken", "*", identity=[statement], context=context)
    assert answer.outcome is expected


def test_a_token_for_another_service_is_not_given() -> None:
    context = {"sts:AWSServiceName": "other.amazonaws.com"}
    assert ask(BOB, "sts:GetServiceBearerToken", "*", identity=[BEARER], context=context).outcome is DENIED


# --- its own rules


def test_an_explicit_deny_wins_wherever_it_stands() -> None:
    stop = to("*", deny("codeartifact:Publish*"))
    for repository, domain, identity in (
        ([PUBLISHES, stop], [], EVERYTHING),
        ([PUBLISHES], [stop], EVERYTHING),
        ([stop], [PUBLISHES], EVERYTHING),
        ([PUBLISHES], [], [*EVERYTHING, deny("codeartifact:*", UI)]),
    ):
        said = asked(BOB, "PublishPackageVersion", UI, repository=repository, domain=domain, identity=identity)
        assert said is DENIED


def test_an_allowance_of_the_domain_is_enough_for_a_repository_and_the_other_way_round() -> None:
    assert asked(BOB, "PublishPackageVersion", UI, domain=[PUBLISHES]) is ALLOWED
    assert asked(BOB, "PublishPackageVersion", UI, repository=[PUBLISHES]) is ALLOWED
    assert asked(BOB, "PublishPackageVersion", UI) is DENIED


def test_a_domains_policy_may_speak_of_one_repository() -> None:
    one = to(ROOT, allow("codeartifact:ReadFromRepository", REPO))
    assert asked(BOB, "ReadFromRepository", REPO, domain=[one]) is ALLOWED
    assert asked(BOB, "ReadFromRepository", f"{REPO}-two", domain=[one]) is DENIED


def test_what_is_asked_of_a_domain_sees_the_domains_policy_only() -> None:
    assert asked(BOB, "GetAuthorizationToken", DOMAIN, repository=[TOKENS]) is DENIED
    assert asked(BOB, "GetAuthorizationToken", DOMAIN, domain=[TOKENS]) is ALLOWED


def test_what_is_asked_of_an_account_sees_no_policy_but_identities() -> None:
    everything = to("*", allow("codeartifact:*"))
    denied = to("*", deny("codeartifact:*"))
    for name in ("ListDomains", "ListRepositories"):
        assert asked(BOB, name, "*", domain=[everything], identity=[]) is DENIED
        assert asked(BOB, name, "*", domain=[denied], repository=[denied]) is ALLOWED


def test_a_caller_of_another_account_needs_its_own_policy_too() -> None:
    assert asked(BOB, "ReadFromRepository", REPO, repository=[BOB_READS], identity=[]) is DENIED
    only_this = [allow("codeartifact:ReadFromRepository", REPO)]
    assert asked(BOB, "ReadFromRepository", REPO, repository=[BOB_READS], identity=only_this) is ALLOWED


def test_in_the_owners_account_either_side_is_enough() -> None:
    named = to(INSIDER, allow("codeartifact:ReadFromRepository"))
    assert asked(INSIDER, "ReadFromRepository", REPO, repository=[named], identity=[]) is ALLOWED
    assert asked(INSIDER, "ReadFromRepository", REPO) is ALLOWED
    whole = to(f"arn:aws:iam::{OWNER}:root", allow("codeartifact:ReadFromRepository"))
    assert asked(INSIDER, "ReadFromRepository", REPO, repository=[whole], identity=[]) is DENIED


def test_the_policy_that_is_put_is_not_asked_about_it() -> None:
    everything, nothing = to(BOB, allow("codeartifact:*")), to("*", deny("codeartifact:*"))
    insider = asked(INSIDER, "PutRepositoryPermissionsPolicy", REPO, repository=[nothing])
    assert insider is ALLOWED
    assert asked(INSIDER, "PutDomainPermissionsPolicy", DOMAIN, domain=[nothing]) is ALLOWED
    assert asked(BOB, "PutRepositoryPermissionsPolicy", REPO, repository=[everything]) is DENIED
    assert asked(BOB, "PutRepositoryPermissionsPolicy", REPO, domain=[everything]) is ALLOWED
    assert asked(BOB, "PutDomainPermissionsPolicy", DOMAIN, domain=[everything]) is DENIED
    # The other policy's denial is one all the same.
    assert asked(INSIDER, "PutRepositoryPermissionsPolicy", REPO, domain=[nothing]) is DENIED


def test_reading_is_asked_on_the_repository_whatever_package_is_meant() -> None:
    one_package = to(BOB, allow("codeartifact:ReadFromRepository", UI))
    assert asked(BOB, "ReadFromRepository", UI, repository=[one_package]) is DENIED
    assert asked(BOB, "ReadFromRepository", UI, repository=[BOB_READS]) is ALLOWED
    answer = ask(BOB, "codeartifact:ReadFromRepository", UI, policy(Kind.REPOSITORY, BOB_READS), identity=EVERYTHING)
    assert any(REPO in said for said in answer.assumed)


def test_publishing_is_asked_on_packages_only() -> None:
    with pytest.raises(ValueError, match=r"asked on package/.*never on a repository"):
        asked(BOB, "PublishPackageVersion", REPO, repository=[PUBLISHES_ALL])


@pytest.mark.parametrize("inside", [REPO, UI, REACT, f"{HEAD}:package-group/my_domain/npm/parity/*"])
def test_what_is_asked_of_a_domain_is_moved_to_it(inside: str) -> None:
    assert asked_of("GetAuthorizationToken", inside) == Asked(DOMAIN, (Kind.DOMAIN,), moved=True)
    assert asked(BOB, "GetAuthorizationToken", inside, domain=[TOKENS]) is ALLOWED


def test_what_is_asked_of_a_repository_is_not_asked_of_a_domain_nor_of_a_group() -> None:
    for resource in (DOMAIN, f"{HEAD}:package-group/my_domain/npm/parity/*"):
        with pytest.raises(ValueError, match="asked on repository/"):
            asked_of("ListPackages", resource)


def test_an_action_that_is_not_known_is_asked_on_what_it_is_asked_on() -> None:
    for resource in (DOMAIN, REPO, UI):
        assert not asked_of("TeleportPackages", resource).moved


@pytest.mark.parametrize("resource", ["arn:aws:s3:::bucket", f"{HEAD}:package/my_domain/npm", f"{HEAD}:thing/x", "*"])
def test_an_arn_that_is_none_of_codeartifacts_is_refused(resource: str) -> None:
    with pytest.raises(ValueError, match="must end in one of"):
        asked(BOB, "DescribePackageVersion", resource)


def test_every_action_of_the_service_has_the_resources_that_it_is_asked_on() -> None:
    """As the client of botocore has its operations; ReadFromRepository and the like are no operations of it."""
    from botocore.loaders import Loader

    model = Loader().load_service_model("codeartifact", "service-2")
    operations = set(model["operations"])
    known = {name.lower() for name in ASKED_ON} | {"listdomains", "listrepositories"}
    assert {name for name in operations if name.lower() not in known} == set()
    for name, types in ASKED_ON.items():
        for kind in types & {"domain", "repository", "package"}:
            resource = {"domain": DOMAIN, "repository": REPO, "package": UI}[kind]
            assert not asked_of(name, resource).moved
