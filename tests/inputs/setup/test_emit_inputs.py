from __future__ import annotations

from pathlib import Path

import pytest

from inputs.given import around
from inputs.setup.example import EXAMPLE, REGIONS
from waybill.errors import InputError
from waybill.inputs import setup_emit


def faults(values: dict[str, str], workspace: Path, *, confined: bool = False) -> list[str]:
    try:
        setup_emit.read(values, around(regions=REGIONS), workspace, confined=confined)
    except InputError as error:
        return [str(fault) for fault in error.faults]
    return []


def test_every_fault_is_told_at_once_those_of_the_file_too(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    told = faults({"directory": "a", "config": str(tmp_path / "a"), "force": "perhaps"}, tmp_path)
    assert [fault.split(":")[0] for fault in told] == ["directory", "config", "force"]
    assert "is there, and is no directory" in told[0]
    assert "is empty" in told[1]


def test_the_directory_is_needed(tmp_path: Path) -> None:
    assert faults({"config": str(EXAMPLE)}, tmp_path) == ["directory: is missing. Example: build/setup"]


@pytest.mark.parametrize("name", ["../out", "/somewhere/else", "link"])
def test_the_action_writes_inside_of_the_workspace_only(tmp_path: Path, name: str) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "link").symlink_to(tmp_path)
    given = {"directory": name, "config": str(EXAMPLE)}
    assert "must be inside of the workspace." in faults(given, workspace, confined=True)[0]
    assert faults(given, workspace) == []
    assert faults({**given, "directory": "build/setup"}, workspace, confined=True) == []
