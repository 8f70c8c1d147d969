"""P10: the inputs that speak of CodeArtifact, refused by their names before anything is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inputs.given import around
from waybill.domain.packages.version import PackagePlace
from waybill.domain.versions import Version
from waybill.errors import InputError
from waybill.inputs import download, promote, stage

HERE = around()
GIVEN = {"project": "P", "version": "1.2.3", "resume": "true"}


def asked(**given: str) -> PackagePlace | None:
    values = GIVEN | {name.replace("_", "-"): value for name, value in given.items()}
    return stage.read(values, HERE)[0].package


def faults(read: Any, **given: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(**given)
    return [fault.name for fault in caught.value.faults]


def test_where_the_package_is() -> None:
    assert asked() is None
    place = asked(codeartifact="acme/releases/web")
    assert place == PackagePlace(domain="acme", repository="releases", namespace="web")
    there = asked(
        codeartifact="acme/releases/web", codeartifact_account="111111111111", codeartifact_region="us-east-1"
    )
    assert there is not None
    assert (there.owner, there.region) == ("111111111111", "us-east-1")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"codeartifact": "acme/releases"}, ["codeartifact"]),
        ({"codeartifact": "acme/releases/a b"}, ["codeartifact"]),
        ({"codeartifact_account": "111111111111"}, ["codeartifact-account"]),
        ({"codeartifact_region": "us-east-1"}, ["codeartifact-region"]),
        ({"codeartifact": "acme/releases/web", "codeartifact_account": "acme"}, ["codeartifact-account"]),
        ({"codeartifact": "acme/releases/web", "codeartifact_region": "moon-1"}, ["codeartifact-region"]),
        ({"codeartifact": "acme/releases/web", "project": "P" * 252}, ["project"]),
        ({"codeartifact": "acme/releases/web", "version": f"1.0.0+{'b' * 255}"}, ["version"]),
        (
            {"codeartifact": "x", "codeartifact_account": "x", "codeartifact_region": "x"},
            ["codeartifact", "codeartifact-account", "codeartifact-region"],
        ),
    ],
)
def test_every_fault_has_the_name_of_its_input(given: dict[str, str], named: list[str]) -> None:
    assert faults(asked, **given) == named


def test_the_command_that_finishes_asks_for_the_package_again() -> None:
    values = GIVEN | {"codeartifact": "acme/releases/web", "codeartifact-region": "us-east-1"}
    request, _ = stage.read(values, HERE)
    assert "--codeartifact acme/releases/web --codeartifact-region us-east-1" in request.restart


def promoted(**given: str) -> PackagePlace | None:
    values = {"project": "P", "version": "1.2.3"} | {name.replace("_", "-"): value for name, value in given.items()}
    return promote.read(values, HERE).request(Version("1.2.3")).package


def test_a_promotion_knows_where_the_version_is_already() -> None:
    place = promoted(codeartifact="acme/releases/web", from_codeartifact="acme/staging/web")
    assert place is not None
    assert place.copied_from == "staging"
    assert faults(promoted, from_codeartifact="acme/staging/web") == ["from-codeartifact"]
    assert faults(promoted, codeartifact="acme/releases/web", from_codeartifact="staging") == ["from-codeartifact"]


def test_a_download_takes_it_from_there(tmp_path: Path) -> None:
    values = {"project": "P", "version": "^1", "codeartifact": "acme/releases/web"}
    request = download.read(values, HERE, disk=download.Disk(folder=tmp_path))
    assert request.package == PackagePlace(domain="acme", repository="releases", namespace="web")
