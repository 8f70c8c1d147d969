from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from waybill.github.ownership import WorkspaceOwner


class Chown:
    """Records who was given what; refuses or loses the paths it is told to."""

    def __init__(self, refuse: tuple[Path, ...] = (), lost: tuple[Path, ...] = ()) -> None:
        self.given: list[Path] = []
        self._refuse = refuse
        self._lost = lost

    def __call__(self, path: Path, uid: int, gid: int) -> None:
        if path in self._refuse:
            raise PermissionError(1, "Operation not permitted")
        if path in self._lost:
            raise FileNotFoundError(2, "No such file or directory")
        self.given.append(path)


class Workspace(type(Path())):  # type: ignore[misc]
    """A directory that someone who is not root owns, whoever runs the test."""

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        return os.stat_result((0o40755, 1, 1, 2, 1001, 127, 0, 0, 0, 0))


def root() -> int:
    return 0


def owner(path: Path, chown: Callable[[Path, int, int], None], euid: Callable[[], int] = root) -> WorkspaceOwner:
    return WorkspaceOwner(Workspace(path), euid, chown)


def test_a_directory_is_given_with_all_it_holds(tmp_path: Path) -> None:
    (tmp_path / "build" / "demo").mkdir(parents=True)
    (tmp_path / "build" / "demo" / "result.json").touch()
    (tmp_path / "theirs.txt").touch()
    chown = Chown()
    assert owner(tmp_path, chown).give(tmp_path / "build") == ()
    build = tmp_path / "build"
    assert chown.given == [build, build / "demo", build / "demo" / "result.json"]


def test_nothing_outside_the_workspace_is_given_away(tmp_path: Path) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    workspace.mkdir()
    outside.mkdir()
    (outside / "shadow").touch()
    (workspace / "link").symlink_to(outside)
    chown = Chown()
    paths = (outside / "shadow", workspace / ".." / "outside" / "shadow", workspace / "link" / "shadow", workspace)
    assert owner(workspace, chown).give(*paths) == ()
    assert chown.given == []


def test_a_link_is_given_itself_and_not_what_it_points_to(tmp_path: Path) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    (workspace / "build").mkdir(parents=True)
    outside.mkdir()
    (outside / "shadow").touch()
    (workspace / "build" / "folder").symlink_to(outside)
    (workspace / "file").symlink_to(outside / "shadow")
    (workspace / "folder").symlink_to(outside)
    chown = Chown()
    owner(workspace, chown).give(workspace / "build", workspace / "file", workspace / "folder")
    build = workspace / "build"
    assert chown.given == [build, build / "folder", workspace / "file", workspace / "folder"]


def test_without_root_nothing_is_tried(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    chown = Chown()
    assert owner(tmp_path, chown, lambda: 1001).give(tmp_path / "f") == ()
    assert chown.given == []


def test_what_cannot_be_given_is_returned_and_the_rest_is_given(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).touch()
    chown = Chown(refuse=(tmp_path / "b",), lost=(tmp_path / "a",))
    assert owner(tmp_path, chown).give(tmp_path / "a", tmp_path / "b", tmp_path / "c") == (tmp_path / "b",)
    assert chown.given == [tmp_path / "c"]


def test_made_directories_are_given_and_those_that_were_there_are_not(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    chown = Chown()
    gives = owner(tmp_path, chown)
    assert gives.make_directory(tmp_path / "there" / "a" / "b") == ()
    assert (tmp_path / "there" / "a" / "b").is_dir()
    assert set(chown.given) == {tmp_path / "there" / "a", tmp_path / "there" / "a" / "b"}
    chown.given.clear()
    gives.make_directory(tmp_path / "there" / "a" / "b")
    assert chown.given == []


def test_a_workspace_that_is_not_there_is_no_failure(tmp_path: Path) -> None:
    assert WorkspaceOwner(tmp_path / "none").give(tmp_path / "none" / "f") == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_really_gives_its_files_to_the_workspace_s_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 1001, 127)
    target = tmp_path.parent / f"{tmp_path.name}-outside"
    target.touch()
    gives = WorkspaceOwner(tmp_path)
    gives.make_directory(tmp_path / "build")
    (tmp_path / "build" / "link").symlink_to(target)
    assert gives.give(tmp_path / "build") == ()
    seen = {path.name: (path.lstat().st_uid, path.lstat().st_gid) for path in tmp_path.rglob("*")}
    assert seen == {"build": (1001, 127), "link": (1001, 127)}
    assert target.stat().st_uid == 0
