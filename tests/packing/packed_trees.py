"""Trees on disk, what a survey says of them, and the zips that they become."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from waybill.errors import Fault, InputError
from waybill.packing import Selection, pack, survey


@dataclass(frozen=True)
class Script:
    """A file with its owner's execute bit."""

    content: bytes


Tree = Mapping[str, bytes | Script | str]
"""Names, and for each a file's content or a link's target (`str`)."""


def plant(root: Path, tree: Tree) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for name, what in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, str):
            path.symlink_to(what)
        elif isinstance(what, Script):
            path.write_bytes(what.content)
            path.chmod(0o755)
        else:
            path.write_bytes(what)
    return root


def look(path: str, workspace: Path, *, allow_empty: bool = False, compress: bool = False) -> Selection:
    return survey(path, workspace=workspace, allow_empty=allow_empty, compress=compress)


def chosen(path: str, workspace: Path) -> list[str]:
    return [entry.name for entry in look(path, workspace).entries]


def faults(path: str, workspace: Path) -> list[Fault]:
    with pytest.raises(InputError) as raised:
        look(path, workspace)
    found = list(raised.value.faults)
    assert {fault.name for fault in found} == {"path"}
    assert all((fault.value + fault.rule).encode() for fault in found), "messages that can be written anywhere"
    return found


def only_fault(path: str, workspace: Path) -> Fault:
    (fault,) = faults(path, workspace)
    return fault


def zipped(path: str, workspace: Path, *, compress: bool = False, allow_empty: bool = False) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        selection = look(path, workspace, compress=compress, allow_empty=allow_empty)
        packed = pack(selection, scratch=Path(scratch), default_name="p.zip")
        assert packed.is_archive
        assert os.listdir(scratch) == [packed.path.name]  # noqa: PTH208 (names alone are wanted)
        content = packed.path.read_bytes()
    assert packed.size == len(content)
    assert packed.entries == len(selection.entries)
    return content


def contents(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {info.filename: opened.read(info) for info in opened.infolist()}
