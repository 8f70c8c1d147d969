"""Names, assets and sameness of what is published to CodeArtifact."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.digests import Digests
from waybill.domain.packages.plan import PackageAction, plan_package, wanted_of
from waybill.domain.packages.version import (
    PackagePlace,
    StoredAsset,
    StoredPackage,
    asset_name,
    name_fault,
    parse_place,
)
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin, Subject, Waybill

SUBJECT = Subject(
    project="SugarWater",
    version=Version("1.2.3"),
    digests=Digests("a" * 64, "AAAAAAAAAAA=", 8),
    media_type="application/octet-stream",
    file_name=None,
)
WAYBILL = Waybill(subject=SUBJECT, built_from=Origin(), staged_at="2026-01-31T12:00:00Z")


@pytest.mark.parametrize("text", ["acme/releases/web", "a1/R0.x_y-z/@scope", "my_domain/my_repo/parity", " a-b/cd/e "])
def test_a_place_has_a_domain_a_repository_and_a_namespace(text: str) -> None:
    place = parse_place(text)
    assert f"{place.domain}/{place.repository}/{place.namespace}" == text.strip()


@pytest.mark.parametrize(
    "text",
    "|acme|acme/releases|acme/releases/|acme/releases/a/b|Acme/r1/n|a/r1/n|acme/r/n|acme/-r/n|acme/r1/a b|acme/r1/*|"
    f"acme/r1/a?|acme/r1/${{x}}|acme/r1/a#b|acme/r1/{'n' * 256}|acme//n".split("|"),
)
def test_what_is_no_place_or_would_be_a_pattern_in_a_policy_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="DOMAIN/REPOSITORY/NAMESPACE"):
        parse_place(text)


@pytest.mark.parametrize(
    ("project", "version", "fault"),
    [
        ("P" * 251, "1.0.0+build.5", None),
        ("P" * 252, "1.0.0", "project"),
        ("P", f"1.0.0+{'b' * 249}", None),
        ("P", f"1.0.0+{'b' * 250}", "version"),
    ],
)
def test_every_project_and_version_fits_that_is_not_too_long(project: str, version: str, fault: str | None) -> None:
    found = name_fault(project, version)
    assert (found[0] if found else None) == fault


@pytest.mark.parametrize(
    ("file_name", "media_type", "name"),
    [
        ("app-1.2 (x).tar.gz", "application/gzip", "app-1.2 (x).tar.gz"),
        ("größe.bin", "x/y", "größe.bin"),
        (None, "application/zip", "SugarWater.zip"),
        (None, "application/gzip", "SugarWater.bin"),
        ("waybill.json", "application/json", "SugarWater.bin"),
        ("metadata.json", "application/json", "SugarWater.bin"),
        ("it's.zip", "application/zip", "SugarWater.zip"),
        ("a=b", "x/y", "SugarWater.bin"),
        ("a  b", "x/y", "SugarWater.bin"),
    ],
)
def test_an_artifact_is_called_by_its_file_name_or_else_after_the_project(
    file_name: str | None, media_type: str, name: str
) -> None:
    assert asset_name(replace(SUBJECT, file_name=file_name, media_type=media_type)) == name


@given(st.text(min_size=1, max_size=300))
def test_an_asset_is_never_called_what_codeartifact_refuses(file_name: str) -> None:
    name = asset_name(replace(SUBJECT, file_name=file_name))
    assert 0 < len(name) <= 255
    assert not set(name) & set("/\\#'\"%$*?:=<>|\n\t")
    assert name not in {"metadata.json", "waybill.json", ".", ".."}


def test_copies_stay_inside_a_domain_and_a_namespace() -> None:
    place = parse_place("acme/releases/web")
    for text, copied in (
        ("acme/staging/web", "staging"),
        ("acme/releases/web", None),
        ("acme/staging/other", None),
        ("other/staging/web", None),
    ):
        assert replace(place, source=parse_place(text)).copied_from == copied
    assert place.copied_from is None


def test_a_package_is_in_the_target_account_and_the_first_region_unless_something_else_is_said() -> None:
    place = PackagePlace(domain="acme", repository="releases", namespace="web")
    here = place.package("P", "1.0.0", account="222222222222", region="eu-west-1")
    assert here.arn() == "arn:aws:codeartifact:eu-west-1:222222222222:package/acme/releases/generic/web/P"
    assert here.repository_arn("aws-cn") == "arn:aws-cn:codeartifact:eu-west-1:222222222222:repository/acme/releases"
    elsewhere = replace(place, owner="111111111111", region="us-east-1")
    there = elsewhere.package("P", "1.0.0", account="222222222222", region="eu-west-1")
    assert (there.owner, there.region) == ("111111111111", "us-east-1")


def stored(status: str = "Published", **assets: str) -> StoredPackage:
    named = {name.replace("_", "."): sha for name, sha in assets.items()}
    found = {name: StoredAsset(name=name, size=8, sha256=sha) for name, sha in named.items()}
    return StoredPackage(status=status, revision="r1", assets=found)


SAME = {"SugarWater_bin": "a" * 64}


@pytest.mark.parametrize(
    ("found", "waybill", "action", "lacking"),
    [
        (None, None, PackageAction.PUBLISH, ("SugarWater.bin", "waybill.json")),
        (stored("Unfinished"), None, PackageAction.FINISH, ("SugarWater.bin", "waybill.json")),
        (stored("Unfinished", **SAME), None, PackageAction.FINISH, ("waybill.json",)),
        (stored("Unfinished", waybill_json="f" * 64), WAYBILL, PackageAction.FINISH, ("SugarWater.bin",)),
        (stored("Unfinished", **SAME, waybill_json="f" * 64), WAYBILL, PackageAction.FINISH, ("waybill.json",)),
        (stored("Published", **SAME, waybill_json="f" * 64), WAYBILL, PackageAction.NOTHING, ()),
        (stored("Unlisted", **SAME, waybill_json="f" * 64), WAYBILL, PackageAction.NOTHING, ()),
        (stored("Published", **SAME), None, PackageAction.CONFLICT, ()),
        (stored("Published", SugarWater_bin="b" * 64, waybill_json="f" * 64), WAYBILL, PackageAction.CONFLICT, ()),
        (stored("Unfinished", metadata_json="f" * 64), None, PackageAction.CONFLICT, ()),
        (stored("Archived", **SAME, waybill_json="f" * 64), None, PackageAction.CONFLICT, ()),
    ],
)
def test_what_a_package_needs(
    found: StoredPackage | None, waybill: Waybill | None, action: PackageAction, lacking: tuple[str, ...]
) -> None:
    plan = plan_package(found, wanted_of(SUBJECT), SUBJECT, waybill)
    assert (plan.action, plan.lacking) == (action, lacking)


def test_metadata_is_compared_by_its_bytes() -> None:
    subject = replace(SUBJECT, metadata={"lang": "dotnet"})
    wanted = {one.name: one.sha256 for one in wanted_of(subject)}
    found = stored("Unfinished", **SAME, metadata_json=wanted["metadata.json"])
    assert plan_package(found, wanted_of(subject), subject, None).lacking == ("waybill.json",)
    other = stored("Unfinished", **SAME, metadata_json="f" * 64)
    assert plan_package(other, wanted_of(subject), subject, None).action is PackageAction.CONFLICT
