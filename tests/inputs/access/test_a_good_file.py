from __future__ import annotations

from pathlib import Path

import pytest

from inputs.access.example import EXAMPLE, REGIONS, REPOSITORY, file, grant, read
from inputs.setup.example import EXAMPLE as WAYBILL
from waybill.domain.access.grants import (
    TAKE,
    AccountWho,
    IdentityWho,
    May,
    OrganisationWho,
    PackagePattern,
    Packages,
    Pipeline,
    RepositoryWho,
    Staged,
)
from waybill.inputs.access import read_access
from waybill.inputs.access.build import pattern_of

BOB = "arn:aws:iam::222222222222:user/bob"
ROLE = "arn:aws:iam::111111111111:role/waybill-publish"


def test_the_example_says_who_may_do_what() -> None:
    access = read_access(EXAMPLE, regions=REGIONS)
    reads, publishes = access.grants
    assert (reads.who, reads.may) == (AccountWho(id="222222222222"), (May.READ,))
    assert isinstance(reads.what, Packages)
    assert (reads.what.account.id, reads.what.region) == ("111111111111", "us-east-1")
    assert (reads.what.domain, reads.what.repository, reads.what.package) == ("my_domain", "my_repo", None)
    assert (publishes.who, publishes.may) == (IdentityWho(arn=BOB), (May.PUBLISH,))
    assert isinstance(publishes.what, Packages)
    assert publishes.what.package == PackagePattern(format="npm", namespace="parity", name="ui")


def test_an_account_is_named_or_is_any_number(tmp_path: Path) -> None:
    who = read(tmp_path, file({"a": grant({"account": "333333333333"}, "read", REPOSITORY)})).grants[0].who
    assert who == AccountWho(id="333333333333")


def test_several_words_are_one_grant(tmp_path: Path) -> None:
    found = read(tmp_path, file({"a": grant({"account": "production"}, ["read", "publish"], REPOSITORY)}))
    assert found.grants[0].may == (May.READ, May.PUBLISH)


def test_an_organisation_is_its_id(tmp_path: Path) -> None:
    found = read(tmp_path, file({"a": grant({"organisation": "o-a1b2c3d4e5"}, "read", REPOSITORY)}))
    assert found.grants[0].who == OrganisationWho(id="o-a1b2c3d4e5")


def test_a_repository_is_where_its_workflows_run(tmp_path: Path) -> None:
    who = {"repository": "acme/website", "environment": ["production", "staging"], "branch": "main", "tag": "v*"}
    found = read(tmp_path, file({"a": grant(who, "publish", REPOSITORY, through=ROLE)})).grants[0]
    assert isinstance(found.who, RepositoryWho)
    words = ("environment:production", "environment:staging", "branch:main", "tag:v*")
    assert found.who.repository.may == {TAKE: words}
    assert found.through
    assert found.through.text == ROLE


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("npm/parity/ui", "npm/parity/ui"),
        ("npm//ui", "npm//ui"),
        ("npm/parity", "npm/parity/*"),
        ("npm", "npm/*"),
        ("pypi//acme-*", "pypi//acme-*"),
        ("maven/com.acme/*", "maven/com.acme/*"),
    ],
)
def test_packages_are_the_end_of_their_arn(text: str, path: str) -> None:
    assert pattern_of(text).path == path


def test_staged_artifacts_are_in_all_regions_unless_one_is_named(tmp_path: Path) -> None:
    what = {"account": "development", "project": "SugarWater"}
    grants = {
        "a": grant({"account": "production"}, "promote", what),
        "b": grant({"account": "production"}, "read", {**what, "region": "us-west-2"}),
        "c": grant({"account": "production"}, "read", {"account": "development", "prefix": ""}),
    }
    first, second, third = read(tmp_path, file(grants, regions=["us-east-1", "eu-west-1"])).grants
    assert isinstance(first.what, Staged)
    assert (first.what.regions, first.what.project) == (("us-east-1", "eu-west-1"), "SugarWater")
    assert isinstance(second.what, Staged)
    assert second.what.regions == ("us-west-2",)
    assert isinstance(third.what, Staged)
    assert (third.what.project, third.what.prefix) == (None, "")


def test_a_pipeline_goes_through_a_role(tmp_path: Path) -> None:
    what = {"account": "development", "pipeline": "crossaccountdeploy"}
    found = read(tmp_path, file({"a": grant({"account": "production"}, "deploy", what, through=ROLE)})).grants[0]
    assert isinstance(found.what, Pipeline)
    assert (found.what.name, found.what.region) == ("crossaccountdeploy", "us-east-1")


def test_of_one_account_nobody_need_name_it(tmp_path: Path) -> None:
    accounts = {"only": {"id": "111111111111"}}
    what = {"domain": "my_domain", "repository": "my_repo"}
    found = read(tmp_path, file({"a": grant({"account": "222222222222"}, "read", what)}, accounts=accounts))
    assert found.grants[0].what.account.name == "only"


def test_no_grants_take_everything_back(tmp_path: Path) -> None:
    assert read(tmp_path, file({})).grants == ()


class TestConfig:
    """The accounts, regions, prefixes and repositories of a waybill.yaml."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "waybill.yaml").write_text(WAYBILL.read_text(encoding="utf-8"), encoding="utf-8")
        return tmp_path

    def test_its_accounts_and_regions_are_this_files(self, folder: Path) -> None:
        made = {
            "schema": 1,
            "config": "waybill.yaml",
            "grants": {"a": grant({"account": "production"}, "read", REPOSITORY)},
        }
        access = read(folder, made)
        assert [member.name for member in access.estate.accounts] == ["development", "production"]
        assert access.estate.regions == ("us-east-1", "us-west-2", "eu-west-1")
        assert access.grants[0].who == AccountWho(id="222222222222")

    def test_regions_and_prefixes_of_this_file_come_first(self, folder: Path) -> None:
        made = {"schema": 1, "config": "waybill.yaml", "regions": ["eu-west-1"], "key-prefix": "x/", "grants": {}}
        made["bucket-parameter"] = "/elsewhere"
        estate = read(folder, made).estate
        assert (estate.regions, estate.prefixes.key, estate.bucket_parameter) == (
            ("eu-west-1",),
            "x/",
            "/elsewhere",
        )
        assert estate.prefixes.role == "waybill-"
