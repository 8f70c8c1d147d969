"""Generic packages in the sandbox's CodeArtifact. Every answer is held to the service model."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import uuid4

import pytest

from sandbox.conftest import Clients
from sandbox.packages import allow, refused, watched
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

Client = Any
Json = dict[str, Any]
OWNER, OTHER = layout.DEVELOPMENT, layout.PRODUCTION
ODD = "a'b"


@pytest.fixture
def packages(clients: Clients) -> Client:
    return watched(clients.user("codeartifact"))


@pytest.fixture
def others(clients: Clients) -> Client:
    """CodeArtifact as production has it."""
    return watched(clients.user("codeartifact", account=OTHER))


@pytest.fixture
def which(packages: Client) -> Json:
    """A package of a domain of its own, with the repositories `one` and `two`."""
    name = f"d{uuid4().hex[:12]}"
    packages.create_domain(domain=name)
    for repository in ("one", "two"):
        packages.create_repository(domain=name, repository=repository)
    return {"domain": name, "repository": "one", "format": "generic", "namespace": "acme", "package": "SugarWater"}


def asset(name: str = "app.zip", body: bytes = b"bytes") -> Json:
    return {"assetName": name, "assetContent": body, "assetSHA256": hashlib.sha256(body).hexdigest()}


def publish(client: Client, which: Json, version: str = "1.0.0", **more: Any) -> Json:
    sent = {**asset(), **more}
    return dict(client.publish_package_version(**which, packageVersion=version, **sent))


def copying(which: Json, *versions: str, to: str = "two", **more: Any) -> Json:
    named = {name: value for name, value in which.items() if name != "repository"}
    wanted = {"versions": list(versions)} if versions else {}
    return {**named, "sourceRepository": which["repository"], "destinationRepository": to, **wanted, **more}


def codes(answer: Json) -> dict[str, str]:
    assert answer["successfulVersions"] == {}
    return {version: found["errorCode"] for version, found in answer["failedVersions"].items()}


def test_a_version_is_unfinished_until_a_publish_does_not_say_so(packages: Client, which: Json) -> None:
    first = publish(packages, which, unfinished=True)
    assert (first["status"], first["asset"]["size"]) == ("Unfinished", 5)
    second = publish(packages, which, **asset("waybill.json", b"{}"))
    assert (second["status"], second["version"]) == ("Published", "1.0.0")
    assert second["versionRevision"] != first["versionRevision"]
    again = publish(packages, which, unfinished=True)
    assert (again["status"], again["versionRevision"]) == ("Published", second["versionRevision"])
    found = packages.describe_package_version(**which, packageVersion="1.0.0")["packageVersion"]
    assert (found["packageName"], found["namespace"], found["revision"]) == (
        "SugarWater",
        "acme",
        second["versionRevision"],
    )
    assert found["origin"] == {"domainEntryPoint": {"repositoryName": "one"}, "originType": "INTERNAL"}


def test_the_same_asset_again_finishes_a_version(packages: Client, which: Json) -> None:
    publish(packages, which, unfinished=True)
    assert publish(packages, which)["status"] == "Published"


def test_an_asset_never_changes_and_a_published_version_takes_no_more(packages: Client, which: Json) -> None:
    publish(packages, which, unfinished=True)
    call = packages.publish_package_version
    refused(call, "ConflictException", **which, packageVersion="1.0.0", **asset(body=b"other"))
    publish(packages, which)
    refused(call, "ConflictException", **which, packageVersion="1.0.0", **asset("more"))
    refused(call, "ConflictException", **which, packageVersion="1.0.0", **asset(body=b"other"))


def test_an_assets_bytes_are_those_of_its_hash(packages: Client, which: Json) -> None:
    sent = {**asset(), "assetSHA256": "0" * 64}
    refused(packages.publish_package_version, "ValidationException", **which, packageVersion="1.0.0", **sent)
    refused(packages.list_package_versions, "ResourceNotFoundException", **which)


@pytest.mark.parametrize("name", [".", "..", " a", "a ", "a  b", ODD, "a/b", "a#b", "é\tx"])
def test_assets_are_called_as_the_service_lets_them(packages: Client, which: Json, name: str) -> None:
    call = packages.publish_package_version
    refused(call, "ValidationException", **which, packageVersion="1.0.0", **asset(name))


def test_an_asset_is_read_back(packages: Client, which: Json) -> None:
    name, body = "Größe 1,[x].tar+gz", bytes(range(256)) * 3000
    sent = publish(packages, which, "1.0.0+build.1", **asset(name, body))
    one = {**which, "packageVersion": "1.0.0+build.1", "asset": name}
    found = packages.get_package_version_asset(**one)
    assert found["asset"].read() == body
    assert (found["packageVersion"], found["packageVersionRevision"]) == ("1.0.0+build.1", sent["versionRevision"])
    refused(packages.get_package_version_asset, "ResourceNotFoundException", **one, packageVersionRevision="another")
    refused(packages.get_package_version_asset, "ResourceNotFoundException", **{**one, "asset": "none"})
    listed = packages.list_package_version_assets(**which, packageVersion="1.0.0+build.1")
    assert listed["assets"] == [
        {
            "name": name,
            "size": len(body),
            "hashes": {
                "MD5": hashlib.md5(body).hexdigest(),
                "SHA-1": hashlib.sha1(body).hexdigest(),
                "SHA-256": hashlib.sha256(body).hexdigest(),
                "SHA-512": hashlib.sha512(body).hexdigest(),
            },
        }
    ]
    assert packages.describe_domain(domain=which["domain"])["domain"]["assetSizeBytes"] == len(body)


def test_only_generic_packages_are_published_so_and_they_have_a_namespace(packages: Client, which: Json) -> None:
    call = packages.publish_package_version
    refused(call, "ValidationException", **{**which, "format": "npm"}, packageVersion="1", **asset())
    bare = {name: value for name, value in which.items() if name != "namespace"}
    refused(call, "ValidationException", **bare, packageVersion="1", **asset())
    refused(packages.describe_package, "ValidationException", **bare)
    for version in ("1 0", "1/0", "1#0", "1" * 256):
        refused(call, "ValidationException", **which, packageVersion=version, **asset())


def test_packages_and_versions_are_listed_in_pages(packages: Client, which: Json) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        publish(packages, which, version, unfinished=version == "2.0.0")
    publish(packages, {**which, "package": "Syrup"})
    place = {"domain": which["domain"], "repository": "one"}
    assert [each["package"] for each in packages.list_packages(**place)["packages"]] == ["SugarWater", "Syrup"]
    assert [each["package"] for each in packages.list_packages(**place, packagePrefix="Sy")["packages"]] == ["Syrup"]
    assert packages.list_packages(**place, namespace="other")["packages"] == []
    assert packages.describe_package(**which)["package"]["name"] == "SugarWater"
    pages = packages.get_paginator("list_package_versions").paginate(**which, PaginationConfig={"PageSize": 2})
    assert [each["version"] for page in pages for each in page["versions"]] == ["1.0.0", "1.1.0", "2.0.0"]
    found = packages.list_package_versions(**which, status="Unfinished")["versions"]
    assert [each["version"] for each in found] == ["2.0.0"]
    refused(packages.list_package_versions, "ValidationException", **which, nextToken="none")


def test_versions_are_copied_inside_a_domain(packages: Client, which: Json) -> None:
    sent = publish(packages, which)
    done = packages.copy_package_versions(**copying(which, "1.0.0"))
    assert done["successfulVersions"] == {"1.0.0": {"revision": sent["versionRevision"], "status": "Published"}}
    assert done["failedVersions"] == {}
    one = {**which, "repository": "two", "packageVersion": "1.0.0", "asset": "app.zip"}
    assert packages.get_package_version_asset(**one)["asset"].read() == b"bytes"
    found = packages.describe_package_version(**{**which, "repository": "two"}, packageVersion="1.0.0")
    assert found["packageVersion"]["origin"]["domainEntryPoint"] == {"repositoryName": "one"}


def test_what_cannot_be_copied_is_told_in_an_answer_that_is_well(packages: Client, which: Json) -> None:
    publish(packages, which)
    publish(packages, which, "2.0.0", unfinished=True)
    publish(packages, which, "3.0.0")
    copy = packages.copy_package_versions
    copy(**copying(which, "1.0.0"))
    assert codes(copy(**copying(which, "1.0.0", "3.0.0"))) == {"1.0.0": "ALREADY_EXISTS", "3.0.0": "SKIPPED"}
    assert codes(copy(**copying(which, "9.0.0"))) == {"9.0.0": "NOT_FOUND"}
    assert codes(copy(**copying(which, "2.0.0"))) == {"2.0.0": "MISMATCHED_STATUS"}
    assert codes(copy(**copying(which, versionRevisions={"3.0.0": "none"}))) == {"3.0.0": "MISMATCHED_REVISION"}
    done = copy(**copying(which, "1.0.0", "3.0.0", allowOverwrite=True, includeFromUpstream=True))
    assert done["successfulVersions"].keys() == {"1.0.0", "3.0.0"}
    refused(copy, "ValidationException", **copying(which))
    refused(copy, "ValidationException", **copying(which, "1.0.0", versionRevisions={"1.0.0": "x"}))
    refused(copy, "ValidationException", **copying(which, "1.0.0", to="one"))
    refused(copy, "ResourceNotFoundException", **copying(which, "1.0.0", to="none"))
    refused(copy, "ResourceNotFoundException", **copying({**which, "package": "none"}, "1.0.0"))


def test_a_generic_package_is_never_taken_from_an_upstream(packages: Client, which: Json) -> None:
    publish(packages, which)
    packages.create_repository(domain=which["domain"], repository="below", upstreams=[{"repositoryName": "one"}])
    below = {**which, "repository": "below"}
    refused(packages.describe_package, "ResourceNotFoundException", **below)
    refused(
        packages.copy_package_versions,
        "ResourceNotFoundException",
        **copying(below, "1.0.0", includeFromUpstream=True),
    )


def test_statuses_change_as_they_may(packages: Client, which: Json) -> None:
    publish(packages, which, unfinished=True)
    update = packages.update_package_versions_status
    one = {**which, "versions": ["1.0.0"]}
    told = update(**one, targetStatus="Published", expectedStatus="Unfinished")["successfulVersions"]
    assert told["1.0.0"]["status"] == "Published"
    assert codes(update(**one, targetStatus="Archived", expectedStatus="Unfinished")) == {"1.0.0": "MISMATCHED_STATUS"}
    assert codes(update(**one, targetStatus="Archived", versionRevisions={"1.0.0": "x"})) == {
        "1.0.0": "MISMATCHED_REVISION"
    }
    for status in ("Unfinished", "Disposed", "Deleted"):
        refused(update, "ValidationException", **one, targetStatus=status)
    update(**one, targetStatus="Archived")
    read = {**which, "packageVersion": "1.0.0", "asset": "app.zip"}
    refused(packages.get_package_version_asset, "ResourceNotFoundException", **read)
    refused(packages.publish_package_version, "ConflictException", **which, packageVersion="1.0.0", **asset())
    update(**one, targetStatus="Published")
    assert packages.get_package_version_asset(**read)["asset"].read() == b"bytes"


def test_versions_are_disposed_and_deleted(packages: Client, which: Json) -> None:
    for version in ("1.0.0", "2.0.0"):
        publish(packages, which, version)
    packages.dispose_package_versions(**which, versions=["1.0.0"])
    assert packages.list_package_version_assets(**which, packageVersion="1.0.0")["assets"] == []
    refused(packages.publish_package_version, "ConflictException", **which, packageVersion="1.0.0", **asset())
    update = packages.update_package_versions_status
    assert codes(update(**which, versions=["1.0.0"], targetStatus="Published")) == {"1.0.0": "NOT_ALLOWED"}
    delete = packages.delete_package_versions
    assert codes(delete(**which, versions=["1.0.0", "3.0.0"])) == {"1.0.0": "SKIPPED", "3.0.0": "NOT_FOUND"}
    done = delete(**which, versions=["1.0.0", "2.0.0"])["successfulVersions"]
    assert {found["status"] for found in done.values()} == {"Deleted"}
    refused(packages.describe_package, "ResourceNotFoundException", **which)
    assert publish(packages, which, **asset(body=b"other"))["status"] == "Published"


def test_package_managers_learn_where_to_go_and_get_a_token(packages: Client, which: Json) -> None:
    domain, place = which["domain"], {"domain": which["domain"], "repository": "one", "format": "npm"}
    host = f"{domain}-{OWNER}.d.codeartifact.us-east-1"
    assert packages.get_repository_endpoint(**place)["repositoryEndpoint"] == f"https://{host}.amazonaws.com/npm/one/"
    dual = packages.get_repository_endpoint(**place, endpointType="dualstack")["repositoryEndpoint"]
    assert dual == f"https://{host}.on.aws/npm/one/"
    assert packages.get_authorization_token(domain=domain, durationSeconds=900)["authorizationToken"]
    refused(packages.get_authorization_token, "ValidationException", domain=domain, durationSeconds=60)


def test_another_account_publishes_where_a_policy_names_the_package(
    packages: Client, others: Client, which: Json
) -> None:
    theirs = {**which, "domainOwner": OWNER}
    told = refused(others.publish_package_version, "AccessDeniedException", **theirs, packageVersion="1.0.0", **asset())
    arn = f"arn:aws:codeartifact:us-east-1:{OWNER}:package/{which['domain']}/one/generic/acme/SugarWater"
    assert arn in told
    place = {"domain": which["domain"], "repository": "one"}
    policy = allow("PublishPackageVersion", "GetPackageVersionAsset", resource=arn)
    packages.put_repository_permissions_policy(**place, policyDocument=policy)
    publish(others, theirs)
    read = {**theirs, "packageVersion": "1.0.0", "asset": "app.zip"}
    assert others.get_package_version_asset(**read)["asset"].read() == b"bytes"
    other = {**theirs, "package": "Syrup"}
    refused(others.publish_package_version, "AccessDeniedException", **other, packageVersion="1.0.0", **asset())
    refused(others.list_package_versions, "AccessDeniedException", **theirs)


def test_a_copy_needs_to_read_the_source_and_to_copy_into_the_destination(
    packages: Client, others: Client, which: Json
) -> None:
    publish(packages, which)
    copy, named = others.copy_package_versions, copying({**which, "domainOwner": OWNER}, "1.0.0")
    assert "codeartifact:ReadFromRepository" in refused(copy, "AccessDeniedException", **named)
    place = {"domain": which["domain"]}
    read = {**place, "repository": "one", "policyDocument": allow("ReadFromRepository")}
    packages.put_repository_permissions_policy(**read)
    assert "codeartifact:CopyPackageVersions" in refused(copy, "AccessDeniedException", **named)
    write = {**place, "repository": "two", "policyDocument": allow("CopyPackageVersions")}
    packages.put_repository_permissions_policy(**write)
    assert copy(**named)["successfulVersions"].keys() == {"1.0.0"}
