"""CodeArtifact's particulars: which document, which actions, on which ARN. Judged by AWS's rules, not by eye."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.access.making import (
    ALICE,
    BOB,
    DEVELOPMENT,
    DOMAIN,
    OTHER,
    PRODUCTION,
    READER,
    REPOSITORY,
    ROLE,
    bob,
    grant,
    packages,
    said,
)
from waybill.domain.access.grants import Grant, IdentityWho, May, OrganisationWho, PackagePattern
from waybill.domain.access.merging import merged
from waybill.domain.access.packages import FETCH, package_statements
from waybill.domain.access.refs import Ref
from waybill.domain.iam.conditions import many
from waybill.domain.iam.policies import Decision

PACKAGE = f"arn:aws:codeartifact:us-east-1:{DEVELOPMENT}:package/my_domain/my_repo"
UI = PackagePattern(format="npm", namespace="parity", name="ui")
ALLOWED, NEITHER = Decision.ALLOWED, Decision.NEITHER
ANYBODY = f"arn:aws:iam::{PRODUCTION}:role/anybody"


def documents(made: Grant) -> dict[Ref, str]:
    """Return the documents that a grant on packages makes."""
    found: dict[Ref, list[Any]] = {}
    for one in package_statements(made, made.what):  # type: ignore[arg-type]
        found.setdefault(one.ref, []).append(one)
    return {ref: merged(None, wanted) or "" for ref, wanted in found.items()}


def statements(made: Grant, ref: Ref) -> dict[str, dict[str, Any]]:
    return {one["Sid"]: one for one in json.loads(documents(made)[ref])["Statement"]}


class TestReading:
    def test_to_read_is_to_download_and_to_look(self) -> None:
        text = documents(grant(READER, May.READ, packages()))[REPOSITORY]
        for action in ("ReadFromRepository", "DescribeRepository", "GetRepositoryEndpoint", "ListPackages"):
            assert said(text, f"codeartifact:{action}", REPOSITORY.arn, ANYBODY) is ALLOWED
        for action in ("DescribePackageVersion", "ListPackageVersions", "GetPackageVersionAsset"):
            assert said(text, f"codeartifact:{action}", f"{PACKAGE}/npm/parity/ui", ANYBODY) is ALLOWED
        assert said(text, "codeartifact:PublishPackageVersion", f"{PACKAGE}/npm/parity/ui", ANYBODY) is NEITHER

    def test_to_download_is_one_action_and_no_look(self) -> None:
        text = documents(grant(READER, May.DOWNLOAD, packages()))[REPOSITORY]
        assert said(text, "codeartifact:ReadFromRepository", REPOSITORY.arn, ANYBODY) is ALLOWED
        assert said(text, "codeartifact:ListPackages", REPOSITORY.arn, ANYBODY) is NEITHER

    def test_what_is_of_the_whole_repository_names_no_resource(self) -> None:
        """AWS implies it: `*` in a repository's policy is that repository and its packages."""
        assert statements(grant(READER, May.READ, packages()), REPOSITORY)["WaybillSomeRead"]["Resource"] == "*"

    def test_some_generic_packages_are_read_by_their_arn_and_never_by_reading_the_repository(self) -> None:
        tool = packages(PackagePattern(format="generic", namespace="acme", name="tool"))
        text = documents(grant(READER, (May.READ, May.DOWNLOAD), tool))[REPOSITORY]
        assert said(text, "codeartifact:GetPackageVersionAsset", f"{PACKAGE}/generic/acme/tool", ANYBODY) is ALLOWED
        assert said(text, "codeartifact:GetPackageVersionAsset", f"{PACKAGE}/generic/acme/other", ANYBODY) is NEITHER
        assert "ReadFromRepository" not in text

    def test_nobody_else_reads(self) -> None:
        text = documents(grant(READER, May.READ, packages()))[REPOSITORY]
        other = f"arn:aws:iam::{OTHER}:user/bob"
        assert said(text, "codeartifact:ReadFromRepository", REPOSITORY.arn, other) is NEITHER


class TestPublishing:
    def test_one_package_is_published_and_no_other(self) -> None:
        text = documents(grant(bob(), May.PUBLISH, packages(UI)))[REPOSITORY]
        assert said(text, "codeartifact:PublishPackageVersion", f"{PACKAGE}/npm/parity/ui", BOB) is ALLOWED
        assert said(text, "codeartifact:PublishPackageVersion", f"{PACKAGE}/npm/parity/ux", BOB) is NEITHER
        assert said(text, "codeartifact:PublishPackageVersion", f"{PACKAGE}/npm/parity/ui", ANYBODY) is NEITHER
        assert said(text, "codeartifact:PublishPackageVersion", REPOSITORY.arn, BOB) is NEITHER

    @pytest.mark.parametrize(
        ("pattern", "resource"),
        [
            (PackagePattern(format="pypi", namespace="", name="acme-*"), f"{PACKAGE}/pypi//acme-*"),
            (PackagePattern(format="npm", namespace="", name="ui"), f"{PACKAGE}/npm//ui"),
            (PackagePattern(format="npm", namespace="parity"), f"{PACKAGE}/npm/parity/*"),
            (PackagePattern(format="npm"), f"{PACKAGE}/npm/*"),
            (None, f"{PACKAGE}/*"),
        ],
    )
    def test_an_empty_namespace_leaves_two_slashes(self, pattern: PackagePattern | None, resource: str) -> None:
        found = statements(grant(bob(), May.PUBLISH, packages(pattern)), REPOSITORY)["WaybillSomePublish"]
        assert found["Resource"] == resource

    def test_maven_writes_its_metadata_too(self) -> None:
        maven = packages(PackagePattern(format="maven", namespace="com.acme", name="*"))
        for made in (maven, packages()):
            text = documents(grant(bob(), May.PUBLISH, made))[REPOSITORY]
            assert said(text, "codeartifact:PutPackageMetadata", f"{PACKAGE}/maven/com.acme/x", BOB) is ALLOWED
        assert "PutPackageMetadata" not in documents(grant(bob(), May.PUBLISH, packages(UI)))[REPOSITORY]

    def test_nuget_reads_what_it_publishes_to(self) -> None:
        nuget = packages(PackagePattern(format="nuget", namespace="", name="Acme.*"))
        for made in (nuget, packages()):
            text = documents(grant(bob(), May.PUBLISH, made))[REPOSITORY]
            assert said(text, "codeartifact:ReadFromRepository", REPOSITORY.arn, BOB) is ALLOWED
        assert "ReadFromRepository" not in documents(grant(bob(), May.PUBLISH, packages(UI)))[REPOSITORY]

    @pytest.mark.parametrize("word", [May.READ, May.DOWNLOAD, May.PUBLISH, May.ADMINISTER])
    @pytest.mark.parametrize("repository", ["my_repo", None])
    def test_reading_is_never_of_a_package(self, word: May, repository: str | None) -> None:
        made = grant(bob(), word, packages(repository=repository))
        for text in documents(made).values():
            for one in json.loads(text)["Statement"]:
                if FETCH[0] in many(one["Action"]):
                    assert any(resource == "*" or ":repository/" in resource for resource in many(one["Resource"]))


class TestTokens:
    def test_whoever_comes_from_another_account_gets_tokens_of_the_domain(self) -> None:
        text = documents(grant(bob(), May.PUBLISH, packages(UI)))[DOMAIN]
        assert said(text, "codeartifact:GetAuthorizationToken", DOMAIN.arn, BOB) is ALLOWED
        assert said(text, "codeartifact:GetAuthorizationToken", DOMAIN.arn, ANYBODY) is NEITHER
        assert json.loads(text)["Statement"][0]["Resource"] == DOMAIN.arn

    def test_the_domains_own_account_needs_none_of_a_policy(self) -> None:
        assert DOMAIN not in documents(grant(IdentityWho(arn=ALICE), May.PUBLISH, packages(UI)))

    def test_no_policy_of_ours_speaks_of_bearer_tokens(self) -> None:
        """sts:GetServiceBearerToken is of the caller's own account: in a resource's policy it says nothing."""
        assert all("sts:" not in text for text in documents(grant(READER, May.READ, packages())).values())


class TestAdministering:
    def test_a_repository_is_administered_by_the_domains_policy(self) -> None:
        """The repository's own is not asked when it is to be changed."""
        made = grant(READER, May.ADMINISTER, packages())
        assert set(documents(made)) == {DOMAIN}
        text = documents(made)[DOMAIN]
        assert said(text, "codeartifact:PutRepositoryPermissionsPolicy", REPOSITORY.arn, ANYBODY) is ALLOWED
        other = REPOSITORY.arn.replace("my_repo", "other")
        assert said(text, "codeartifact:PutRepositoryPermissionsPolicy", other, ANYBODY) is NEITHER
        assert said(text, "codeartifact:UpdatePackageVersionsStatus", f"{PACKAGE}/npm//x", ANYBODY) is ALLOWED

    def test_a_domain_is_administered_whole_but_for_itself_and_what_deletes_packages(self) -> None:
        text = documents(grant(READER, May.ADMINISTER, packages(repository=None)))[DOMAIN]
        assert said(text, "codeartifact:CreateRepository", REPOSITORY.arn, ANYBODY) is ALLOWED
        for action in ("DeleteDomain", "DeleteRepository", "DeletePackageVersions", "DisposePackageVersions"):
            assert f'"codeartifact:{action}"' not in text
        assert said(text, "codeartifact:PutDomainPermissionsPolicy", DOMAIN.arn, ANYBODY) is NEITHER


class TestWhom:
    def test_an_account_is_named_by_its_root(self) -> None:
        found = statements(grant(READER, May.READ, packages()), REPOSITORY)["WaybillSomeRead"]
        assert found["Principal"] == {"AWS": f"arn:aws:iam::{PRODUCTION}:root"}
        assert "Condition" not in found

    def test_another_accounts_user_is_named_by_the_account_and_a_condition(self) -> None:
        """AWS takes no policy that names somebody who is not there yet."""
        found = statements(grant(bob(), May.READ, packages()), REPOSITORY)["WaybillSomeRead"]
        assert found["Principal"] == {"AWS": f"arn:aws:iam::{PRODUCTION}:root"}
        assert found["Condition"] == {"ArnEquals": {"aws:PrincipalArn": BOB}}

    def test_ones_own_user_is_named_himself(self) -> None:
        found = statements(grant(IdentityWho(arn=ALICE), May.READ, packages()), REPOSITORY)["WaybillSomeRead"]
        assert found["Principal"] == {"AWS": ALICE}

    def test_an_organisation_is_everybody_under_a_condition(self) -> None:
        found = statements(grant(OrganisationWho(id="o-a1b2c3d4e5"), May.READ, packages()), REPOSITORY)
        assert found["WaybillSomeRead"]["Principal"] == "*"
        assert found["WaybillSomeRead"]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}

    def test_a_role_that_is_taken_stands_for_who_takes_it(self) -> None:
        made = grant(READER, May.READ, packages(), through=ROLE)
        assert statements(made, REPOSITORY)["WaybillSomeRead"]["Principal"] == {"AWS": ROLE.text}
