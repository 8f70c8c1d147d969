from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from waybill.packing import Packed, pack

from .packed_trees import chosen, contents, faults, look, only_fault, plant, zipped


@contextmanager
def without_root() -> Iterator[None]:
    """Root reads everything: be somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A directory of our own that somebody else can reach, too: pytest's are closed to others."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_a_file_is_its_bytes_untouched(tmp_path: Path) -> None:
    plant(tmp_path, {"out/app.jar": b"PK not really"})
    for path in ("out/app.jar", " ./out/app.jar \n", str(tmp_path / "out/app.jar"), "out/../out/app.jar"):
        selection = look(path, tmp_path)
        packed = pack(selection, scratch=tmp_path / "unused", default_name="p.zip")
        assert packed == Packed(selection.entries[0].source, 13, "app.jar", is_archive=False, entries=1)
        assert packed.path.read_bytes() == b"PK not really"
        assert packed.path.is_absolute()


def test_compress_is_without_effect_on_a_file_and_that_is_recorded(tmp_path: Path) -> None:
    plant(tmp_path, {"d/a": b"a" * 1000})
    assert look("d/a", tmp_path, compress=True).compress_ignored
    assert not look("d/a", tmp_path).compress_ignored
    assert not look("d", tmp_path, compress=True).compress_ignored
    assert pack(look("d/a", tmp_path, compress=True), scratch=tmp_path, default_name="p.zip").size == 1000


@pytest.mark.parametrize("path", ["", " ", "\n\n", "\r\n \t\n"])
def test_an_empty_path_is_refused(tmp_path: Path, path: str) -> None:
    assert "is empty" in only_fault(path, tmp_path).rule


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("dits/app.js", "'dist/app.js'"),
        ("dist/ap.js", "'dist/app.js'"),
        ("DIST", "'dist'"),
        ("dits/other", "'dist'"),
        ("dist/app.js/below", "'dist/app.js'"),
        ("zzzzzz", ""),
        ("~/dist", "not expanded"),
        ("dist/{a,b}.js", "`{a,b}` is no glob: write a line for each"),
    ],
)
def test_a_missing_path_names_the_workspace_and_the_nearest_name(tmp_path: Path, path: str, near: str) -> None:
    plant(tmp_path, {"dist/app.js": b"x"})
    fault = only_fault(path, tmp_path)
    assert fault.value == path
    assert f"does not exist in the workspace {str(tmp_path)!r}" in fault.rule
    assert near in fault.rule
    assert ("nearest" in fault.rule) == (near.startswith("'"))


def test_a_missing_absolute_path_is_not_looked_up_in_the_workspace(tmp_path: Path) -> None:
    plant(tmp_path / "dist", {"app.js": b"x"})
    fault = only_fault(str(tmp_path / "dits/app.js"), tmp_path / "work")
    assert "workspace" not in fault.rule
    assert repr(str(tmp_path / "dist/app.js")) in fault.rule


def test_a_file_with_a_slash_behind_it_is_not_a_directory(tmp_path: Path) -> None:
    plant(tmp_path, {"app.js": b"x"})
    assert "not a directory" in only_fault("app.js/", tmp_path).rule


def test_no_bytes_are_refused_unless_said(tmp_path: Path) -> None:
    plant(tmp_path, {"zero": b"", "dirs/empty/.git/config": b"", "files/zero": b""})
    for path in ("zero", "dirs", "dirs/\n!x"):
        assert "allow-empty" in only_fault(path, tmp_path).rule
    packed = pack(look("zero", tmp_path, allow_empty=True), scratch=tmp_path, default_name="p.zip")
    assert (packed.size, packed.name, packed.entries) == (0, "zero", 1)
    assert contents(zipped("dirs", tmp_path, allow_empty=True)) == {}
    assert contents(zipped("files", tmp_path)) == {"zero": b""}


def test_a_glob_that_matches_nothing_is_a_fault_even_where_empty_is_allowed(tmp_path: Path) -> None:
    plant(tmp_path, {"dist/a.js": b""})
    with pytest.raises(Exception, match=r"dist/\*\.css"):
        look("dist/*.css", tmp_path, allow_empty=True)


def test_special_files_are_refused_and_never_waited_for(tmp_path: Path) -> None:
    plant(tmp_path, {"dist/a": b"a", "dist/to-pipe": "pipe"})
    os.mkfifo(tmp_path / "dist/pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(tmp_path / "dist", os.O_RDONLY)
        try:
            server.bind(
                f"/proc/self/fd/{here}/socket" if Path("/proc/self/fd").exists() else str(tmp_path / "dist/socket")
            )
        finally:
            os.close(here)
    assert {fault.value: fault.rule for fault in faults("dist", tmp_path)} == {
        "dist/pipe": "is a named pipe, not a file. Leave it out.",
        "dist/socket": "is a socket, not a file. Leave it out.",
        "dist/to-pipe": "is a named pipe, not a file. Leave it out.",
    }
    assert "named pipe" in only_fault("dist/pipe", tmp_path).rule
    assert "character device" in only_fault("/dev/null", tmp_path).rule
    assert chosen("dist/*\n!dist/*pipe\n!dist/socket", tmp_path) == ["a"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a\\b", "backslash"),
        ("a\nb", "control character"),
        ("a\x1b[31m", "control character"),
        ("a\x7f", "control character"),
        ("a\x85", "control character"),
        ("a\u2028b", "control character"),
        ("a\udcffb", "not UTF-8"),
    ],
)
def test_names_that_do_not_open_everywhere_are_refused(tmp_path: Path, name: str, reason: str) -> None:
    plant(tmp_path, {f"dist/{name}": b"x", f"more/{name}/one": b"1", f"more/{name}/two": b"2", f"{name}/one": b"1"})
    assert reason in only_fault("dist", tmp_path).rule
    assert reason in only_fault("dist/*", tmp_path).rule
    fault = only_fault("more", tmp_path)
    assert reason in fault.rule
    assert fault.value == f"more/{name}".encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if "\n" not in name:
        assert reason in only_fault(f"dist/{name}", tmp_path).rule
        assert reason in only_fault(name, tmp_path).rule


@pytest.mark.parametrize("path", ["a\0b", "dist\na\0b", "\ud800"])
def test_what_no_path_can_be_is_refused(tmp_path: Path, path: str) -> None:
    plant(tmp_path, {"dist/a": b""})
    assert "no path can" in only_fault(path, tmp_path).rule


def test_a_path_too_long_for_the_system_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in only_fault("x" * 5000, tmp_path).rule
    assert faults(f"{'x' * 5000}/*", tmp_path)


def test_names_that_become_one_in_nfc_are_refused(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {"dist/e\u0301": b"1", "dist/\u00e9": b"2", "tree/e\u0301": b"3", "tree/\u00e9/x": b"4", "ok/e\u0301": b"5"},
    )
    for path, value in (("dist", "dist/\u00e9"), ("tree", "tree/\u00e9")):
        fault = only_fault(path, tmp_path)
        assert fault.value == value
        assert "e\\u0301" in fault.rule
        assert "\\xe9" in fault.rule
    assert chosen("ok", tmp_path) == ["\u00e9"]
    assert chosen("ok/\u00e9*", tmp_path) == ["\u00e9"]


@pytest.mark.parametrize("path", [".git", "sub/.git", ".git/hooks", "hooks"])
def test_git_s_own_directory_is_never_packed(tmp_path: Path, path: str) -> None:
    plant(tmp_path, {".git/hooks/x": b"", "sub/.git/config": b"token", "hooks": ".git/hooks"})
    assert "never packed" in only_fault(path, tmp_path).rule


def test_everything_named_git_is_left_out_wherever_it_is(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {"a": b"", ".git/config": b"", "sub/.git": b"gitdir: /home/me", "sub/.gitignore": b"", "x/.git/y/z": b""},
    )
    assert chosen(".", tmp_path) == ["a", "sub/.gitignore"]
    assert chosen("**", tmp_path) == ["a", "sub/.gitignore"]


def test_unreadable_files_and_directories_are_named(open_path: Path) -> None:
    plant(open_path, {"dist/a": b"a", "dist/b": b"b", "dist/c/d": b"d", "shut/x": b"x"})
    for name in ("dist/b", "dist/c", "shut"):
        (open_path / name).chmod(0)
    try:
        with without_root():
            assert [fault.value for fault in faults("dist", open_path)] == ["dist/b", "dist/c"]
            for path in ("dist/b", "shut", "shut/x", "shut/x\ndist/a", "shut/*"):
                assert "cannot be read: Permission denied" in faults(path, open_path)[0].rule
    finally:
        (open_path / "dist/c").chmod(0o755)
        (open_path / "shut").chmod(0o755)


@pytest.fixture
def deep_tree(tmp_path: Path) -> Iterator[str]:
    """Directories inside each other, too deep for anything that recurses, pytest's own tidying included."""
    name = "/".join(["d"] * 1500)
    here = os.open(tmp_path, os.O_RDONLY)
    for part in name.split("/"):
        os.mkdir(part, dir_fd=here)
        below = os.open(part, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)
    yield name
    (tmp_path / name / "file").unlink()
    for directory in (tmp_path / name, *(tmp_path / name).parents):
        if directory == tmp_path:
            break
        directory.rmdir()


def test_a_tree_deeper_than_the_stack_is_packed(tmp_path: Path, deep_tree: str) -> None:
    assert chosen("d", tmp_path) == [f"{deep_tree.removeprefix('d/')}/file"]
