"""Nothing stands under the final name before it is right, and nothing is left beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from waybill.transfer.landing import PREFIX, Landing, sweep

KILLED = """
import os, sys
from pathlib import Path
from waybill.transfer.landing import Landing
landing = Landing(Path(sys.argv[1]), directory=sys.argv[2] == "directory").__enter__()
if sys.argv[2] == "directory":
    (landing.path / "below").mkdir()
    (landing.path / "below" / "file").write_text("half")
else:
    os.write(landing.descriptor, b"half")
print("ready", flush=True)
sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("directory", [False, True])
def test_what_is_not_kept_is_gone(tmp_path: Path, directory: bool) -> None:
    with Landing(tmp_path / "G", directory=directory) as landing:
        assert landing.path.parent == tmp_path
        assert landing.path.name.startswith(PREFIX)
        if directory:
            (landing.path / "file").write_text("half")
    assert names(tmp_path) == []


def test_what_is_kept_replaces_what_was_there_and_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "G"
    target.write_text("before")
    target.chmod(0o4750)
    with Landing(target) as landing:
        os.write(landing.descriptor, b"new")
        assert target.read_text() == "before"
        landing.keep()
    assert (target.read_text(), names(tmp_path), target.stat().st_mode & 0o7777) == ("new", ["G"], 0o750)


def test_a_link_is_replaced_and_what_it_names_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "else").write_text("mine")
    (tmp_path / "G").symlink_to("else")
    with Landing(tmp_path / "G") as landing:
        os.write(landing.descriptor, b"new")
        landing.keep()
    assert (tmp_path / "else").read_text() == "mine"
    assert not (tmp_path / "G").is_symlink()
    assert (tmp_path / "G").stat().st_mode & 0o111 == 0


def test_a_directory_replaces_an_empty_one_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "G"
    target.mkdir()
    with Landing(target, directory=True) as landing:
        (landing.path / "file").write_text("new")
        landing.keep()
    assert names(target) == ["file"]
    with pytest.raises(OSError, match="not empty"), Landing(target, directory=True) as landing:
        landing.keep()
    assert (names(target), names(tmp_path)) == (["file"], ["G"])


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_what_a_killed_process_left_the_next_one_removes_and_a_living_ones_stays(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "G"
    other = [sys.executable, "-c", KILLED, str(target), kind]
    with subprocess.Popen(other, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        sweep(target)
        assert len(names(tmp_path)) == 1, "it is alive"
        process.kill()
    assert len(names(tmp_path)) == 1, "nobody could remove it"
    sweep(tmp_path / "another")
    assert len(names(tmp_path)) == 1, "it is not of that name"
    with Landing(target) as landing:
        landing.keep()
    assert names(tmp_path) == ["G"]


def test_a_link_in_the_place_of_a_left_over_is_not_followed(tmp_path: Path) -> None:
    with Landing(tmp_path / "G") as landing:
        name = landing.path.name
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    (tmp_path / name).symlink_to(precious)
    sweep(tmp_path / "G")
    assert (precious / "file").read_text() == "mine"


def test_the_longest_name_there_is_has_room(tmp_path: Path) -> None:
    target = tmp_path / ("x" * 255)
    with Landing(target) as landing:
        landing.keep()
    assert target.exists()
