"""What `ports.Packages` says, held against the fake and the sandbox."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest

from contract.hands import BotoHands, FakeHands, Hands
from contract.places import Place
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS
from fakes.packages import DomainState
from waybill.domain.packages.version import PackageId
from waybill.errors import AccessDenied, ArtifactError, InputError
from waybill.ports.packages import CopyFault, NewAsset, Packages, Put

REGION = REGIONS[0]
LARGE = bytes(range(256)) * 20_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """An engine's CodeArtifact, and a package of a domain of its own with the repositories `one` and `two`."""

    packages: Packages
    package: PackageId
    set_status: Any

    def publish(self, name: str = "a.bin", body: bytes = b"a", *, unfinished: bool = False, **other: str) -> Put | None:
        return self.packages.publish(replace(self.package, **other), asset(name, body), unfinished=unfinished)

    def copy(self, *, revision: str | None = None, **other: str) -> CopyFault | None:
        package = replace(self.package, repository="two", **other)
        found = self.packages.look(replace(self.package, **other))
        return self.packages.copy(package, "one", revision=revision or (found.revision if found else "r"))


def asset(name: str, body: bytes) -> NewAsset:
    def chunks() -> Iterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    return NewAsset(name=name, size=len(body), sha256=hashlib.sha256(body).hexdigest(), chunks=chunks)


def client(hands: BotoHands, service: str) -> Any:
    import boto3

    credentials = hands.s3._request_signer._credentials
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=hands.s3.meta.endpoint_url,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
    )


@pytest.fixture(params=["fake", pytest.param("moto", marks=pytest.mark.engine)])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Ministack has no CodeArtifact."""
    found: Place = request.getfixturevalue(f"{request.param}_place")
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def shelf(place: Place) -> Shelf:
    return made(place, place.hands, PRODUCTION)


def made(place: Place, hands: Hands, owner: str) -> Shelf:
    name = f"d{uuid4().hex[:12]}"
    package = PackageId(
        region=REGION,
        owner=owner,
        domain=name,
        repository="one",
        namespace="web",
        name="SugarWater",
        version="1.2.3+build.5",
    )
    packages = place.account.packages(REGION)
    if isinstance(hands, FakeHands):
        domain = DomainState(repositories={"one": {}, "two": {}})
        hands.world.packages[owner, REGION, name] = domain
        return Shelf(packages, package, lambda status: setattr(domain.version(package), "status", status))
    assert isinstance(hands, BotoHands)
    codeartifact = client(hands, "codeartifact")
    codeartifact.create_domain(domain=name)
    for repository in ("one", "two"):
        codeartifact.create_repository(domain=name, repository=repository)

    def set_status(status: str) -> None:
        which = {"domain": name, "repository": "one", "format": "generic", "namespace": "web", "package": package.name}
        if status == "Disposed":
            codeartifact.dispose_package_versions(**which, versions=[package.version])
        else:
            codeartifact.update_package_versions_status(**which, versions=[package.version], targetStatus=status)

    return Shelf(packages, package, set_status)


def test_what_is_not_there_is_none(shelf: Shelf) -> None:
    assert shelf.packages.look(shelf.package) is None
    assert shelf.packages.read(shelf.package, "a.bin", limit=10) is None
    assert list(shelf.packages.versions(shelf.package)) == []
    with pytest.raises(ArtifactError):
        list(shelf.packages.stream(shelf.package, "a.bin"))


def test_a_version_is_unfinished_until_it_is_said_to_be_finished(shelf: Shelf) -> None:
    first = shelf.publish(unfinished=True)
    assert first is not None
    assert (first.status, first.sha256) == ("Unfinished", hashlib.sha256(b"a").hexdigest())
    found = shelf.packages.look(shelf.package)
    assert found is not None
    assert (found.status, found.finished, found.open) == ("Unfinished", False, True)
    assert list(shelf.packages.versions(shelf.package)) == []
    last = shelf.publish("größe 1.txt", b"bb")
    assert last is not None
    assert (last.status, last.revision != first.revision) == ("Published", True)
    found = shelf.packages.look(shelf.package)
    assert found is not None
    assert {one.name: (one.size, one.sha256) for one in found.assets.values()} == {
        "a.bin": (1, hashlib.sha256(b"a").hexdigest()),
        "größe 1.txt": (2, hashlib.sha256(b"bb").hexdigest()),
    }
    assert (found.finished, found.revision) == (True, last.revision)
    assert list(shelf.packages.versions(shelf.package)) == ["1.2.3+build.5"]


def test_the_same_bytes_again_change_nothing_and_may_finish(shelf: Shelf) -> None:
    first = shelf.publish(unfinished=True)
    again = shelf.publish(unfinished=True)
    assert first == again
    finished = shelf.publish()
    assert finished is not None
    assert (finished.status, finished.revision) == ("Published", first.revision if first else "")


def test_other_bytes_and_more_assets_of_a_finished_version_are_told(shelf: Shelf) -> None:
    shelf.publish(unfinished=True)
    assert shelf.publish(body=b"other") is None
    shelf.publish()
    assert shelf.publish(body=b"other") is None
    assert shelf.publish("b.bin", b"b") is None
    found = shelf.packages.look(shelf.package)
    assert found is not None
    assert list(found.assets) == ["a.bin"]


def test_bytes_that_are_not_those_of_the_hash_are_refused(shelf: Shelf) -> None:
    wrong = replace(asset("a.bin", b"a"), sha256=hashlib.sha256(b"b").hexdigest())
    with pytest.raises((ArtifactError, InputError)):
        shelf.packages.publish(shelf.package, wrong, unfinished=False)
    assert shelf.packages.look(shelf.package) is None


@pytest.mark.parametrize("body", [b"", b"x", LARGE], ids=["empty", "one", "large"])
def test_assets_come_back_as_they_went(shelf: Shelf, body: bytes) -> None:
    shelf.publish(body=body)
    assert b"".join(shelf.packages.stream(shelf.package, "a.bin")) == body
    assert shelf.packages.read(shelf.package, "a.bin", limit=len(body)) == body
    if body:
        with pytest.raises(ArtifactError):
            shelf.packages.read(shelf.package, "a.bin", limit=len(body) - 1)


def test_versions_are_those_of_one_package(shelf: Shelf) -> None:
    for version in ("1.0.0", "2.0.0-rc.1"):
        shelf.publish(version=version)
    shelf.publish(name="a.bin", version="9.0.0", namespace="other")
    assert sorted(shelf.packages.versions(shelf.package)) == ["1.0.0", "2.0.0-rc.1"]


def test_a_copy_has_the_same_assets(shelf: Shelf) -> None:
    shelf.publish()
    assert shelf.copy() is None
    package = replace(shelf.package, repository="two")
    assert shelf.packages.look(package) == shelf.packages.look(shelf.package)
    assert shelf.packages.read(package, "a.bin", limit=10) == b"a"


def test_why_something_is_not_copied_is_told(shelf: Shelf) -> None:
    def code(fault: CopyFault | None) -> str:
        assert fault is not None
        assert fault.said
        return fault.code

    assert code(shelf.copy()) == "NOT_FOUND"
    shelf.publish(version="1.0.0")
    assert code(shelf.copy()) == "NOT_FOUND"
    shelf.publish(unfinished=True)
    assert code(shelf.copy()) == "MISMATCHED_STATUS"
    shelf.publish()
    assert code(shelf.copy(revision="another")) == "MISMATCHED_REVISION"
    shelf.copy()
    assert code(shelf.copy()) == "ALREADY_EXISTS"


@pytest.mark.parametrize("status", ["Archived", "Disposed"])
def test_a_version_that_is_put_away_is_told_and_cannot_be_read(shelf: Shelf, status: str) -> None:
    shelf.publish()
    shelf.set_status(status)
    found = shelf.packages.look(shelf.package)
    assert found is not None
    assert (found.status, found.open) == (status, False)
    assert shelf.packages.read(shelf.package, "a.bin", limit=10) is None
    assert list(shelf.packages.versions(shelf.package)) == []
    assert shelf.publish() is None


@pytest.mark.parametrize("wrong", [{"domain": "not-there"}, {"repository": "not-there"}])
def test_no_such_repository_is_bad_input(shelf: Shelf, wrong: dict[str, str]) -> None:
    package, packages = replace(shelf.package, **wrong), shelf.packages
    calls: list[Callable[[], object]] = [
        lambda: packages.look(package),
        lambda: packages.versions(package),
        lambda: packages.read(package, "a.bin", limit=10),
        lambda: list(packages.stream(package, "a.bin")),
        lambda: packages.publish(package, asset("a.bin", b"a"), unfinished=False),
        lambda: packages.copy(package, "one", revision="r"),
    ]
    for call in calls:
        with pytest.raises(InputError) as caught:
            call()
        assert [fault.name for fault in caught.value.faults] == ["codeartifact"]


def test_another_accounts_domain_refuses_whom_it_does_not_let_in(place: Place) -> None:
    shelf = made(place, place.theirs, DEVELOPMENT)
    with pytest.raises(AccessDenied) as caught:
        shelf.publish()
    assert caught.value.action == "codeartifact:PublishPackageVersion"
    assert caught.value.resource == shelf.package.arn()
