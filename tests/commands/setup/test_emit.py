from __future__ import annotations

from pathlib import Path

import pytest

from fakes.clock import FakeClock
from inputs.setup.example import EXAMPLE, REGIONS, changed, read
from waybill.commands.setup.emit import EmitRequest, emit
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.estate import Estate
from waybill.errors import InputError
from waybill.inputs.setup import read_estate
from waybill.routes.folder import DiskFolder
from waybill.routes.package_files import PackageTemplates

PREPARED = read_estate(EXAMPLE, regions=REGIONS)


def run(folder: Path, estate: Estate = PREPARED, *, force: bool = False) -> Result:
    request = EmitRequest(estate=estate, directory=str(folder), force=force)
    return emit(request, DiskFolder(folder), PackageTemplates(), FakeClock())


def standing(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_second_time_changes_nothing_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    first, before = run(folder), standing(folder)
    second = run(folder)
    assert (first.outcome, first.changed) == (Outcome.CREATED, True)
    assert (second.outcome, second.changed) == (Outcome.ALREADY, False)
    assert standing(folder) == before
    assert {*first.to_json()["files"]} == {*before}


def test_after_a_change_of_the_file_only_what_it_makes_is_there(tmp_path: Path) -> None:
    run(tmp_path / "out")
    little = read(
        tmp_path, changed({"pipelines": {}, "clients": {}, "registries": {}, "projects": {}, "codeartifact": {}})
    )
    assert run(tmp_path / "out", little).changed
    assert standing(tmp_path / "out").keys() == {*run(tmp_path / "other", little).to_json()["files"]}
    assert not (tmp_path / "out" / "pipeline.yaml").exists()


@pytest.mark.parametrize("name", ["region.yaml", "README.md", "parameters/production.us-east-1.waybill-identity.json"])
def test_what_somebody_else_wrote_is_left_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match="is not what `setup emit` wrote there") as caught:
        run(tmp_path)
    assert [fault.value for fault in caught.value.faults] == [f"{tmp_path}/{name}"]
    assert standing(tmp_path) == {name: "mine"}
    assert run(tmp_path, force=True).changed
    assert standing(tmp_path)[name] != "mine"


def test_what_somebody_changed_afterwards_is_left_too(tmp_path: Path) -> None:
    run(tmp_path / "out")
    (tmp_path / "out" / "region.yaml").write_text("improved")
    (tmp_path / "out" / "pipeline.yaml").write_bytes(b"\xff\xfe")
    little = read(tmp_path, changed({"pipelines": {}, "projects": {}}))
    with pytest.raises(InputError) as caught:
        run(tmp_path / "out", little)
    told = [Path(fault.value).name for fault in caught.value.faults]
    assert told == ["region.yaml", "pipeline.yaml"]
    assert (tmp_path / "out" / "region.yaml").read_text() == "improved"


def test_other_files_of_the_directory_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    run(tmp_path)
    run(tmp_path, read(tmp_path, changed({"pipelines": {}, "projects": {}})))
    assert (tmp_path / "mine.yaml").read_text() == "mine"


def test_a_file_where_a_directory_should_be_is_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "parameters").write_text("a file")
    with pytest.raises(InputError, match="Not a directory"):
        run(tmp_path)
    assert standing(tmp_path) == {"parameters": "a file"}


def test_a_file_whose_lists_are_too_long_for_cloudformation_is_refused(tmp_path: Path) -> None:
    many = {f"acme/{'website' * 10}-{number}": {"stage": ["tag:v*"]} for number in range(60)}
    with pytest.raises(InputError, match="makes no stacks: the parameter StageSubjects"):
        run(tmp_path / "out", read(tmp_path, changed({"repositories": many, "projects": {}})))
    assert not (tmp_path / "out").exists()
