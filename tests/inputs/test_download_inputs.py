"""Where a download is to go, as it is typed; and what is said of what cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inputs.given import WRONG_PLACE, around
from waybill.domain.download import DownloadRequest, ExtractLimits
from waybill.domain.selector import Exactly, Named, Within
from waybill.domain.versions import Version
from waybill.errors import InputError
from waybill.inputs.download import Disk, read
from waybill.inputs.options import read_words
from waybill.inputs.tables.download import DOWNLOAD

BAD = {
    "project": "a/b",
    "version": "v1.2.3 or so",
    "to": "file/below",
    "filename": "maybe",
    "extract": "maybe",
    "extract-limit": "lots",
    "extract-entries": "lots",
    "codeartifact": "acme/releases",
    "codeartifact-account": "acme",
    "codeartifact-region": "moon-1",
    **WRONG_PLACE,
}
GOOD = {"project": "P", "version": "production"}


AROUND = around()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("x")
    (tmp_path / "dist").mkdir()
    (tmp_path / "away").symlink_to("..")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def asked(folder: Path, confined: bool = False, **given: str) -> DownloadRequest:
    values = GOOD | {name.replace("_", "-"): value for name, value in given.items()}
    return read(values, AROUND, disk=Disk(folder=folder, confined=confined))


def faults(folder: Path, confined: bool = False, **given: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        asked(folder, confined, **given)
    return [fault.name for fault in caught.value.faults]


@pytest.mark.parametrize("name", BAD)
def test_p10_a_wrong_value_is_a_fault_of_the_input_by_its_yaml_name(name: str, folder: Path) -> None:
    assert list(BAD) == [item.name for item in DOWNLOAD.inputs]
    values = GOOD | {"extract": "true"} if name.startswith("extract-") else GOOD
    with pytest.raises(InputError) as caught:
        read(values | {name: BAD[name]}, AROUND, disk=Disk(folder=folder))
    assert {fault.name for fault in caught.value.faults} == {name}


def test_p10_all_of_them_are_told_at_once(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(BAD, AROUND, disk=Disk(folder=folder))
    assert [*dict.fromkeys(fault.name for fault in caught.value.faults)] == list(BAD)


def test_nothing_given_is_two_faults(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        read({}, AROUND, disk=Disk(folder=folder))
    assert [fault.name for fault in caught.value.faults] == ["project", "version"]


def test_defaults_and_examples_are_values_that_are_taken(folder: Path) -> None:
    given = {item.name: item.default for item in DOWNLOAD.inputs}
    read(given | GOOD, AROUND, disk=Disk(folder=folder))
    given |= {item.name: item.example for item in DOWNLOAD.inputs if item.example}
    read(given, AROUND, disk=Disk(folder=folder))


@pytest.mark.parametrize(
    ("to", "target"),
    [
        (None, "P-1.2.3"),
        ("G", "G"),
        ("file", "file"),
        ("dangling", "dangling"),
        ("new/G", "new/G"),
        ("dist", "dist/P-1.2.3"),
        ("dist/", "dist/P-1.2.3"),
        ("new/", "new/P-1.2.3"),
        (".", "P-1.2.3"),
        ("./", "P-1.2.3"),
    ],
)
def test_where_it_goes(to: str | None, target: str, folder: Path) -> None:
    request = asked(folder) if to is None else asked(folder, to=to)
    found = request.target(Version("1.2.3"), None)
    assert found == folder / target
    assert str(request.told(found)) == target
    assert request.restore is (None if to is None else False)


def test_an_absolute_path_is_told_as_it_was_typed(folder: Path) -> None:
    request = asked(folder, to=str(folder / "G"))
    assert request.told(request.target(Version("1.2.3"), None)) == folder / "G"


def test_the_stored_name_makes_to_a_directory(folder: Path) -> None:
    request = asked(folder, to="new", filename="true")
    assert request.target(Version("1.2.3"), "app.zip") == folder / "new" / "app.zip"
    assert faults(folder, to="file", filename="true") == ["to"]


def test_extract_takes_a_directory_of_its_own(folder: Path) -> None:
    request = asked(folder, to="dist/", extract="true", extract_limit="500 MiB", extract_entries="7")
    assert request.target(Version("1.2.3"), None) == folder / "dist"
    assert request.limits == ExtractLimits(size=500 * 1024**2, entries=7)
    assert asked(folder, extract="true").target(Version("1.2.3"), None) == folder / "P-1.2.3"
    for to in (".", "./", "..", "away", "dist/..", str(folder)):
        assert faults(folder, to=to, extract="true") == ["to"], to
    assert faults(folder, to="file", extract="true") == ["to"]
    assert faults(folder, to="dist", extract="true", filename="true") == ["filename"]
    assert faults(folder, to="dist", extract_limit="1") == ["extract-limit"]


@pytest.mark.parametrize("to", ["pipe", "file/", "file/below", "a\0b", "/dev/null"])
def test_what_cannot_be_a_file_is_a_fault(to: str, folder: Path) -> None:
    assert faults(folder, to=to) == ["to"]


@pytest.mark.parametrize("to", ["..", "../G", "/tmp/G", "away/G", "dist/../../G"])
def test_on_a_runner_nothing_goes_outside_the_workspace(to: str, folder: Path) -> None:
    assert faults(folder, confined=True, to=to) == ["to"]
    asked(folder, confined=True, to="dist/G")
    asked(folder, confined=True, to=".")
    asked(folder, confined=True)


@pytest.mark.parametrize("size", ["0", "-1", "1.5GiB", "10GB", "6TiB", "9" * 30, "٣"])
def test_a_limit_is_a_number_of_bytes(size: str, folder: Path) -> None:
    assert faults(folder, extract="true", extract_limit=size) == ["extract-limit"]


def test_what_is_wanted_is_a_version_a_range_or_a_channel(folder: Path) -> None:
    kinds = {"1.2.3": Exactly, "^1.4": Within, "production": Named}
    for text, kind in kinds.items():
        assert isinstance(asked(folder, version=text).wanted, kind)


def test_project_and_version_need_no_names_on_the_command_line() -> None:
    words = read_words(DOWNLOAD, ["P", "production", "--to", "G"])
    assert (words.values, words.faults) == ({"project": "P", "version": "production", "to": "G"}, [])


def test_the_command_that_asks_again_says_all_that_was_asked(folder: Path) -> None:
    assert asked(folder, to="dist/", extract="true").again == (
        "waybill download --project P --version production --to dist/ --extract"
    )
