from __future__ import annotations

from pathlib import Path

import pytest

from waybill.packing import pack

from .packed_trees import Script, contents, faults, look, only_fault, plant, zipped


def test_links_that_stay_inside_are_followed_and_their_content_is_stored(tmp_path: Path) -> None:
    root = plant(
        tmp_path / "dist",
        {
            "bin/tool-1.2": Script(b"tool"),
            "bin/tool": "tool-1.2",
            "lib/real/a": b"a",
            "lib/current": "real",
            "chain": "lib/../bin/tool",
            "deep/er/up": "../../lib/current/a",
            "round": "../dist/lib",
        },
    )
    (root / "absolute").symlink_to(root / "lib/real/a")
    made = contents(zipped("dist", tmp_path))
    wanted = {"bin/tool-1.2": b"tool", "bin/tool": b"tool", "chain": b"tool", "deep/er/up": b"a", "absolute": b"a"}
    wanted |= {f"{place}/{name}/a": b"a" for place in ("lib", "round") for name in ("real", "current")}
    assert made == wanted
    modes = {entry.name: entry.executable for entry in look("dist", tmp_path).entries}
    assert [name for name in modes if modes[name]] == ["bin/tool", "bin/tool-1.2", "chain"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/etc/passwd", "leaves"),
        ("/", "leaves"),
        ("..", "leaves"),
        ("../secret", "leaves"),
        ("../dist-of-another", "leaves"),
        ("sub/../../secret", "leaves"),
        ("/no/such/file", "leaves"),
        ("out-and-in", "leaves"),
        ("nowhere", "does not exist"),
        ("sub/nowhere", "does not exist"),
        ("file/below", "does not exist"),
        ("to-nowhere", "does not exist"),
        ("link", "circle"),
        ("other", "circle"),
        (".", "holds the link itself"),
        ("sub/..", "holds the link itself"),
        (".git", "never packed"),
        (".git/config", "never packed"),
    ],
)
def test_other_links_are_refused_by_name_and_target(tmp_path: Path, target: str, reason: str) -> None:
    plant(tmp_path, {"secret": b"s", "dist-of-another/a": b"a", "back": "dist/file"})
    plant(tmp_path / "dist", {"file": b"f", "sub/a": b"a", ".git/config": b"token", "link": target})
    beside = {
        "out-and-in": {"out-and-in": "../back"},
        "to-nowhere": {"to-nowhere": "nowhere"},
        "other": {"other": "link"},
    }
    plant(tmp_path / "dist", beside.get(target, {}))
    found = {fault.value: fault.rule for fault in faults("dist", tmp_path)}
    assert found.keys() == {"dist/link", *(f"dist/{name}" for name in beside.get(target, {}))}
    assert f"a symbolic link to {target!r}, " in found["dist/link"]
    assert reason in found["dist/link"]


def test_all_bad_links_are_named_in_one_run_in_order(tmp_path: Path) -> None:
    plant(tmp_path / "dist", {"z": "/etc", "a/x": "../../..", "a/b/loop": "..", "m": "gone", "ok": b""})
    assert [fault.value for fault in faults("dist", tmp_path)] == ["dist/a/b/loop", "dist/a/x", "dist/m", "dist/z"]


def test_directories_that_link_to_each_other_end(tmp_path: Path) -> None:
    plant(tmp_path / "dist", {"a/to-b": "../b", "b/to-a": "../a", "b/c/to-b": "..", "b/file": b""})
    found = {fault.value: fault.rule for fault in faults("dist", tmp_path)}
    assert found.keys() == {"dist/a/to-b/to-a", "dist/a/to-b/c/to-b", "dist/b/to-a/to-b", "dist/b/c/to-b"}
    assert all("holds the link itself" in rule for rule in found.values())


def test_for_globs_the_root_is_the_base_of_the_patterns(tmp_path: Path) -> None:
    plant(tmp_path, {"shared/x.js": b"x", "dist/x.js": "../shared/x.js", "dist/more": "../shared", "dist/y.js": b"y"})
    assert [fault.value for fault in faults("dist/*.js", tmp_path)] == ["dist/x.js"]
    assert [fault.value for fault in faults("dist/**/*.js", tmp_path)] == ["dist/more", "dist/x.js"]
    names = [entry.name for entry in look("dist/**/*.js\nshared/*.js", tmp_path).entries]
    assert names == ["dist/more/x.js", "dist/x.js", "dist/y.js", "shared/x.js"]


def test_a_link_that_the_user_names_is_followed_wherever_it_leads(tmp_path: Path) -> None:
    plant(tmp_path / "elsewhere", {"app-1.2.zip": Script(b"zip"), "tree/a": b"a", "tree/b": "a"})
    workspace = plant(tmp_path / "work", {"app.zip": "../elsewhere/app-1.2.zip", "tree": "../elsewhere/tree"})
    packed = pack(look("app.zip", workspace), scratch=tmp_path, default_name="p.zip")
    assert (packed.name, packed.path.read_bytes(), packed.size) == ("app.zip", b"zip", 3)
    for path in ("tree", "tree/**", "tree/\n!x"):
        assert contents(zipped(path, workspace)) == {"a": b"a", "b": b"a"}


def test_a_dangling_link_that_the_user_names_is_a_fault_with_its_target(tmp_path: Path) -> None:
    plant(tmp_path, {"app.zip": "gone.zip", "circle": "circle", "a": b""})
    assert "'gone.zip', which does not exist" in only_fault("app.zip", tmp_path).rule
    assert "'gone.zip', which does not exist" in faults("app.zip\na", tmp_path)[0].rule
    assert only_fault("circle", tmp_path).rule.startswith("cannot be read: ")
    assert "circle" in faults("circle\na", tmp_path)[0].rule
