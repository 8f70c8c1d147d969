from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waybill.packing import pack

from .packed_trees import Script, contents, look, plant, zipped

FIXED: dict[str, bytes | Script | str] = {
    "index.html": b"<p>hello</p>\n",
    "bin/run": Script(b"#!/bin/sh\n"),
    "bin/.hidden": b"",
    "Z": b"upper case sorts before lower",
    "a-b": b"1",
    "a/b": b"2",
    "a.b": b"3",
    "caf\u00e9.txt": b"NFC",
    "\U0001f4e6": b"beyond the basic plane",
    "\uff41": b"sorts before that by UTF-8, after it by UTF-16",
}
FIXED_SHA256 = "505de66ba5c6f341cfc9606089e52786efd21db8bd29dda4055d68cf64ade1b9"

characters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="/\\")
names = st.text(characters, min_size=1, max_size=8).filter(lambda name: name.lower() not in (".", "..", ".git"))
names |= st.sampled_from(("a", "b", "A", ".x", "e\u0301", "\ud55c", "[a]", "*", "-", "a b"))
files = st.tuples(st.binary(max_size=64), st.booleans())
flat = st.lists(st.tuples(st.lists(names, min_size=1, max_size=3), files), min_size=1, max_size=8)
UMASKS = (0, 0o002, 0o022, 0o027, 0o077)


def as_tree(drawn: list[tuple[list[str], tuple[bytes, bool]]]) -> dict[str, tuple[bytes, bool]]:
    """Drop what cannot stand beside an earlier name."""
    tree: dict[str, tuple[bytes, bool]] = {}
    directories: set[str] = set()
    for parts, file in drawn:
        name = unicodedata.normalize("NFC", "/".join(parts))
        above = {"/".join(name.split("/")[:count]) for count in range(1, len(parts))}
        if name not in tree and name not in directories and not above & tree.keys():
            tree[name] = file
            directories |= above
    return tree


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def planted_somehow(root: Path, tree: Mapping[str, tuple[bytes, bool]], dice: random.Random) -> None:
    """Write the same content in another order, with other times, modes, umask and Unicode forms."""
    items = list(tree.items())
    dice.shuffle(items)
    decomposed = dice.random() < 0.5
    with umask(dice.choice(UMASKS)):
        for name, (content, executable) in items:
            path = root / (unicodedata.normalize("NFD", name) if decomposed else name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o600 | (0o100 if executable else 0) | dice.choice((0, 0o044, 0o011, 0o055, 0o077, 0o002)))
            os.utime(path, ns=(dice.randrange(2**62), dice.randrange(2**62)))
        if dice.random() < 0.5:
            (root / "an empty directory/below").mkdir(parents=True)
            (root / ".git").mkdir()
            (root / ".git/config").write_text(str(dice.random()))


@settings(deadline=None, max_examples=60)
@given(flat.map(as_tree), st.randoms(use_true_random=False), st.booleans())
def test_equal_content_makes_equal_bytes_whatever_order_times_modes_umask_unicode_form_and_place(
    tree: dict[str, tuple[bytes, bool]], dice: random.Random, compress: bool
) -> None:
    made = []
    with tempfile.TemporaryDirectory() as parent:
        for place in ("one", "another/and deeper"):
            planted_somehow(Path(parent, place, "dist"), tree, dice)
            with umask(dice.choice(UMASKS)):
                made.append(zipped("dist", Path(parent, place), compress=compress))
    assert made[0] == made[1]
    assert contents(made[0]) == {name: content for name, (content, _) in tree.items()}
    with zipfile.ZipFile(io.BytesIO(made[0])) as opened:
        assert {info.filename: bool(info.external_attr >> 16 & 0o111) for info in opened.infolist()} == {
            name: executable for name, (_, executable) in tree.items()
        }


@settings(deadline=None, max_examples=40)
@given(flat.map(as_tree), st.data())
def test_other_content_name_or_execute_bit_makes_other_bytes(
    tree: dict[str, tuple[bytes, bool]], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(tree)))
    content, executable = tree[name]
    other = dict(tree)
    change = data.draw(st.sampled_from(("content", "bit", "gone")))
    if change == "gone" and len(tree) > 1:
        del other[name]
    else:
        other[name] = (content, not executable) if change == "bit" else (content + b"!", executable)
    dice = random.Random(0)
    with tempfile.TemporaryDirectory() as parent:
        planted_somehow(Path(parent, "one"), tree, dice)
        planted_somehow(Path(parent, "two"), other, dice)
        assert zipped("one", Path(parent)) != zipped("two", Path(parent))


def test_the_bytes_of_a_known_tree_are_those_of_every_release_python_and_machine(tmp_path: Path) -> None:
    archive = zipped("dist", plant(tmp_path / "dist", FIXED).parent)
    assert hashlib.sha256(archive).hexdigest() == FIXED_SHA256


@pytest.mark.parametrize("compress", [False, True])
def test_every_entry_has_the_fixed_time_system_and_mode_and_no_extra_field(tmp_path: Path, compress: bool) -> None:
    plant(tmp_path / "dist", FIXED)
    with zipfile.ZipFile(io.BytesIO(zipped("dist", tmp_path, compress=compress))) as opened:
        infos = opened.infolist()
        assert opened.comment == b""
    stored = [info.filename.encode() for info in infos]
    assert stored == sorted(stored)
    for info in infos:
        wanted = zipfile.ZIP_DEFLATED if compress and info.file_size else zipfile.ZIP_STORED
        assert info.date_time == (1980, 1, 1, 0, 0, 0)
        assert info.create_system == 3
        assert info.external_attr == (0o100755 if info.filename == "bin/run" else 0o100644) << 16
        assert (info.extra, info.comment, info.internal_attr, info.is_dir()) == (b"", b"", 0, False)
        assert (info.compress_type, info.flag_bits) == (wanted, 0 if info.filename.isascii() else 0x800)


@pytest.mark.parametrize(("mode", "stored"), [(0o644, 0o644), (0o655, 0o644), (0o700, 0o755), (0o4755, 0o755)])
def test_only_the_owners_execute_bit_counts(tmp_path: Path, mode: int, stored: int) -> None:
    (plant(tmp_path / "dist", {"run": b"x"}) / "run").chmod(mode)
    with zipfile.ZipFile(io.BytesIO(zipped("dist", tmp_path))) as opened:
        assert opened.getinfo("run").external_attr >> 16 == 0o100000 | stored


def test_independent_unpackers_take_the_zip(tmp_path: Path) -> None:
    plant(tmp_path / "dist", FIXED | {"large": bytes(3 << 20), "noise": random.Random(1).randbytes(3 << 20)})
    for compress in (False, True):
        path = tmp_path / f"{compress}.zip"
        path.write_bytes(zipped("dist", tmp_path, compress=compress))
        subprocess.run([sys.executable, "-m", "zipfile", "-t", path], check=True, capture_output=True)
        if shutil.which("unzip"):
            subprocess.run(["unzip", "-tqq", path], check=True, capture_output=True)
            subprocess.run(["unzip", "-qq", path, "-d", tmp_path / str(compress)], check=True, capture_output=True)
            subprocess.run(["diff", "-r", tmp_path / "dist", tmp_path / str(compress)], check=True)
            assert (tmp_path / str(compress) / "bin/run").stat().st_mode & 0o777 == 0o755


def test_compress_makes_it_smaller_and_the_content_stays(tmp_path: Path) -> None:
    plant(tmp_path / "dist", {"a": b"again and " * 100_000, "b": b""})
    stored, deflated = zipped("dist", tmp_path), zipped("dist", tmp_path, compress=True)
    assert len(deflated) < len(stored) / 50
    assert contents(deflated) == contents(stored)


def test_a_directory_gives_its_name_and_the_caller_names_the_rest(tmp_path: Path) -> None:
    workspace = plant(tmp_path / "work", {"out/cafe\u0301/a": b"x", "now": "out"})
    wanted = {"out": "out.zip", "./out/": "out.zip", str(workspace / "out"): "out.zip", "now": "now.zip"}
    wanted |= {"out/cafe\u0301": "caf\u00e9.zip", "out/**": "p.zip", "out\n!x": "p.zip"}
    # The workspace's own name is the machine's: it must not reach what is remembered.
    wanted |= {".": "p.zip", str(workspace): "p.zip", "out/..": "p.zip", "..": "p.zip"}
    for number, (path, name) in enumerate(wanted.items()):
        (tmp_path / f"scratch{number}").mkdir()
        selection = look(path if path != ".." else str(tmp_path), workspace)
        packed = pack(selection, scratch=tmp_path / f"scratch{number}", default_name="p.zip")
        assert packed.name == name, path


def test_nothing_that_a_run_may_not_use_is_imported() -> None:
    heavy = "{'zipfile', 'difflib', 'unicodedata', 'tempfile', 'shutil', 'boto3'}"
    code = f"import sys, waybill.packing; print(sorted({heavy} & {{*sys.modules}}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert done.stdout == "[]\n"
