"""A download with `codeartifact`: the version that is published, proved by the waybill that lies beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.aws import PRODUCTION, REGIONS
from fakes.packages import DomainState, VersionState
from promises.downloading import Downloads
from promises.stand import LARGE, METADATA, PROJECT, SMALL, VERSION, Stand
from waybill.domain.packages.version import PackagePlace
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode, InputError, WaybillError

PLACE = PackagePlace(domain="acme", repository="releases", namespace="web")
KEY = ("web", PROJECT, VERSION)


@pytest.fixture
def domain(stand: Stand) -> DomainState:
    made = DomainState(repositories={"releases": {}})
    stand.world.packages[PRODUCTION, REGIONS[0], "acme"] = made
    return made


@pytest.fixture
def downloads(stand: Stand, domain: DomainState, tmp_path: Path) -> Downloads:
    """Return downloads of what is published as 1.2.3 and 1.3.0."""
    for version, body in ((VERSION, SMALL), ("1.3.0", LARGE)):
        stand.stage(body, version=version, package=PLACE, metadata=METADATA, keep_filename=True)
    folder = tmp_path / "here"
    folder.mkdir()
    stand.world.calls.forget()
    return Downloads(stand, folder)


def run(downloads: Downloads, wanted: str = VERSION, **changes: object) -> Result:
    return downloads.run(wanted, **{"package": PLACE, **changes})


@pytest.mark.parametrize(
    ("wanted", "version", "body"), [(VERSION, VERSION, SMALL), ("^1", "1.3.0", LARGE), ("latest", "1.3.0", LARGE)]
)
def test_the_bytes_come_from_the_package(downloads: Downloads, wanted: str, version: str, body: bytes) -> None:
    result = run(downloads, wanted)
    assert (result.outcome, result.version, result.regions) == (Outcome.CREATED, version, ())
    assert (downloads.folder / "G").read_bytes() == body
    assert downloads.streamed() == []
    assert result.package is not None
    assert (result.package.outcome, result.package.status) == (Outcome.CREATED, "Published")
    assert result.to_json()["verified"] == "sha256"
    again = run(downloads, wanted)
    assert (again.outcome, again.changed) == (Outcome.ALREADY, False)


def test_the_stored_file_name_is_restored(downloads: Downloads) -> None:
    run(downloads, to=downloads.folder, directory=True, restore=True)
    assert downloads.names() == ["app.bin"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda found: found.assets.update({"app.bin": b"else"}), "its waybill says"),
        (lambda found: found.assets.pop("app.bin"), "is not there; its waybill says"),
        (lambda found: found.assets.pop("waybill.json"), "has no waybill.json"),
        (lambda found: found.assets.update({"waybill.json": b"{}"}), "cannot be read"),
        (lambda found: setattr(found, "status", "Unfinished"), "is Unfinished"),
        (lambda found: setattr(found, "status", "Archived"), "is Archived"),
    ],
)
def test_what_cannot_be_proved_is_refused_and_nothing_is_left(
    downloads: Downloads, domain: DomainState, change: object, why: str
) -> None:
    assert callable(change)
    change(domain.repositories["releases"][KEY])
    result = run(downloads)
    assert (result.outcome, result.exit_code, downloads.names()) == (Outcome.FAILED, ExitCode.ARTIFACT, [])
    assert result.error is not None
    assert why in result.error


def test_the_waybill_of_another_version_proves_nothing(downloads: Downloads, domain: DomainState) -> None:
    releases = domain.repositories["releases"]
    releases["web", PROJECT, "2.0.0"] = VersionState("Published", "r9", dict(releases[KEY].assets))
    result = run(downloads, "2.0.0")
    assert result.exit_code is ExitCode.ARTIFACT
    assert result.error is not None
    assert "is that of SugarWater 1.2.3" in result.error


def test_bytes_that_are_not_what_is_listed_are_refused(downloads: Downloads, stand: Stand, domain: DomainState) -> None:
    def replaced(_: object) -> None:
        domain.repositories["releases"][KEY].assets["app.bin"] = b"one parT"

    stand.world.on("stream-asset", replaced)
    result = run(downloads)
    assert (result.exit_code, downloads.names()) == (ExitCode.ARTIFACT, [])
    assert result.error is not None
    assert "not what its waybill says: sha256" in result.error


@pytest.mark.parametrize("wanted", ["9.9.9", ">=2"])
def test_a_version_that_is_not_published_names_those_that_are(downloads: Downloads, wanted: str) -> None:
    ended = downloads.end(wanted, package=PLACE)
    assert isinstance(ended, InputError)
    assert "1.3.0" in str(ended)


def test_no_repository_is_bad_input(downloads: Downloads, stand: Stand) -> None:
    stand.world.packages.clear()
    ended = downloads.end(VERSION, package=PLACE)
    assert isinstance(ended, WaybillError)
    assert (ended.exit_code, "codeartifact" in str(ended)) == (ExitCode.INPUT, True)


def test_a_package_that_does_not_answer_leaves_nothing_and_says_how_to_go_on(
    downloads: Downloads, stand: Stand
) -> None:
    stand.world.fail(call="stream-asset", times=None)
    result = run(downloads)
    assert (result.exit_code, downloads.names(), result.resume) == (ExitCode.UNAVAILABLE, [], "waybill download ...")
