from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waybill.errors import InputError

from .packed_trees import chosen, faults, look, only_fault, plant

FILES: tuple[str, ...] = (
    "top.txt",
    ".env",
    "dist/a.js",
    "dist/a.js.map",
    "dist/.hidden",
    "dist/sub/b.js",
    "dist/sub/deep/c.js",
)
FILES += ("dist/a1.txt", "dist/a[1].txt", "lib/x.py", "lib/node_modules/y.js", "lib/.git/config", ".git/config")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    # The workspace's own name must never be read as a glob.
    return plant(tmp_path / "[w]*", {name: name.encode() for name in FILES})


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("dist/*.js", "a.js"),
        ("dist/**/*.js", "a.js sub/b.js sub/deep/c.js"),
        ("**/*.js", "dist/a.js dist/sub/b.js dist/sub/deep/c.js lib/node_modules/y.js"),
        ("dist/sub/**", "b.js deep/c.js"),
        ("dist/**/deep", "sub/deep/c.js"),
        ("dist/s*", "sub/b.js sub/deep/c.js"),
        ("dist/*/", "sub/b.js sub/deep/c.js"),
        ("*/sub/../*.js", None),
        ("dist/?.js", "a.js"),
        ("dist/[!b].js", "a.js"),
        ("dist/[ab].js*", "a.js a.js.map"),
        ("dist/.*", ".hidden"),
        ("dist/a[1].txt\ntop.txt", "dist/a1.txt top.txt"),
        ("dist/a[[]1].txt\ntop.txt", "dist/a[1].txt top.txt"),
        ("*.txt", "top.txt"),
        (".*", ".env"),
        ("top.txt\ndist/sub", "dist/sub/b.js dist/sub/deep/c.js top.txt"),
        ("dist/a.js\ndist/sub/", "a.js sub/b.js sub/deep/c.js"),
        ("dist/sub\n!dist/sub/deep", "b.js"),
        ("dist/sub\n!**/deep", "b.js"),
        ("!**/*.map\ndist/a.*", "a.js"),
        ("dist/sub\r\n\r\n  !dist/sub/deep  \r\n", "b.js"),
        ("dist/sub\ndist/sub/b.js", "b.js deep/c.js"),
        ("./dist//sub/./*.js\n", "b.js"),
        ("lib/../dist/*.js", "a.js"),
        ("lib/**", "node_modules/y.js x.py"),
        ("dist/**/**/*.js", "a.js sub/b.js sub/deep/c.js"),
    ],
)
def test_lines_choose_and_names_begin_below_what_every_line_begins_with(
    workspace: Path, path: str, names: str | None
) -> None:
    if names is None:
        assert "`..` after a wildcard" in only_fault(path, workspace).rule
    else:
        assert chosen(path, workspace) == names.split(" ")
        assert look(path, workspace).is_archive


def test_absolute_patterns_mean_the_same(workspace: Path) -> None:
    beside = workspace.parent / "beside"
    plant(beside, {"dist/a.js": b"", "dist/b.txt": b""})
    assert chosen(f"{beside}/dist/*.js", workspace) == ["a.js"]
    assert chosen("../beside/dist/*.js", workspace) == ["a.js"]
    assert chosen(f"{beside}/**/*.js\ntop.txt", workspace) == ["[w]*/top.txt", "beside/dist/a.js"]


def test_a_single_line_that_exists_is_taken_as_it_stands(workspace: Path) -> None:
    plant(workspace, {"!important": b"x", "[ab]/c": b"x", "a/c": b"other"})
    for path, name in (("dist/a[1].txt", "a[1].txt"), ("!important", "!important")):
        selection = look(path, workspace)
        assert not selection.is_archive
        assert [(entry.name, entry.source) for entry in selection.entries] == [(name, workspace / path)]
    selection = look("[ab]", workspace)
    assert (selection.is_archive, selection.archive_name) == (True, "[ab].zip")
    assert selection.entries[0].source.read_bytes() == b"x"


def test_names_do_not_depend_on_what_happens_to_match(workspace: Path) -> None:
    path = "dist/**/*.js\nlib/**"
    before = chosen(path, workspace)
    for name in ("dist/sub/b.js", "dist/sub/deep/c.js"):
        (workspace / name).unlink()
    assert [*chosen(path, workspace), "dist/sub/b.js", "dist/sub/deep/c.js"] == sorted(
        before, key=lambda n: (n not in chosen(path, workspace), n)
    )
    # Only files deep down are left: a base made of matches would move down, too.
    (workspace / "dist/a.js").unlink()
    plant(workspace, {"dist/sub/deep/d.js": b""})
    assert chosen("dist/**/*.js", workspace) == ["sub/deep/d.js"]


def test_a_line_for_a_directory_means_the_same_alone_and_with_another_that_leaves_out(workspace: Path) -> None:
    alone = chosen("dist", workspace)
    assert chosen("dist\n!dist/sub", workspace) == [name for name in alone if not name.startswith("sub/")]
    assert chosen("dist/\n!nothing", workspace) == chosen("dist/**", workspace) == alone


def test_every_line_that_matches_nothing_is_named(workspace: Path) -> None:
    found = faults(
        "dist/*.css\ntop.txt\nlib/**/*.rs\ndits/a.js\n!dist/*.none\ndits/*.js\ndist/*.map\n!dist/*.map", workspace
    )
    assert [fault.value for fault in found] == ["dist/*.css", "lib/**/*.rs", "dits/a.js", "dits/*.js", "dist/*.map"]
    assert all(str(workspace) in fault.rule for fault in found)
    assert "'dist/a.js'" in found[2].rule
    assert "'dist'" in found[3].rule
    assert "leave out" in found[4].rule


def test_a_literal_name_among_several_lines_is_told_how_to_be_written(workspace: Path) -> None:
    plant(workspace, {"b[2].txt": b""})
    fault = only_fault("b[2].txt\ntop.txt", workspace)
    assert "'b[[]2].txt'" in fault.rule
    assert chosen("b[[]2].txt\ntop.txt", workspace) == ["b[2].txt", "top.txt"]


@pytest.mark.parametrize(
    ("path", "rule"), [("!dist", "only leaves out"), ("!", "nothing after"), ("!dist\n!lib", "only leaves out")]
)
def test_lines_that_only_leave_out_are_refused(workspace: Path, path: str, rule: str) -> None:
    assert rule in only_fault(path, workspace).rule


def test_what_no_line_wants_is_not_at_fault(workspace: Path) -> None:
    plant(workspace, {"dist/away": "/etc/passwd", "dist/gone": "nowhere", "away": "/", "dist/sub/\udcff": b""})
    assert chosen("dist/*.js", workspace) == ["a.js"]
    assert chosen("dist\n!dist/away\n!dist/gone\n!dist/sub", workspace) == [
        ".hidden",
        "a.js",
        "a.js.map",
        "a1.txt",
        "a[1].txt",
    ]
    # But where `**` would have to go through the link, something may be missing: that is not silent.
    assert [fault.value for fault in faults("**/*.js", workspace)] == ["away"]


@pytest.mark.parametrize("path", [".git/*", "dist\n.git/config", "lib/.git/**", "dist/*.js\nlib/.GIT/config"])
def test_git_s_own_directory_is_refused_by_name(workspace: Path, path: str) -> None:
    assert any("never packed" in fault.rule for fault in faults(path, workspace))


PARTS = st.sampled_from(("a", "b", "ab", "*", "?", "[ab]", "a*", "**", "**"))
LINES = st.lists(PARTS, min_size=1, max_size=4).flatmap(
    lambda parts: st.sampled_from(("/".join(parts), "/".join(parts) + "/"))
)
TREES = st.frozensets(
    st.lists(st.sampled_from(("a", "b", "ab", "ba")), min_size=1, max_size=4).map("/".join), min_size=1, max_size=8
)


def by_one_expression(line: str) -> re.Pattern[str]:
    """Translate a whole line at once: another way to the same meaning."""
    parts = line.rstrip("/").split("/")
    text = ""
    for part in parts[:-1]:
        text += "(?:[^/]+/)*" if part == "**" else part.replace("*", "[^/]*").replace("?", "[^/]") + "/"
    last = parts[-1]
    if last == "**":
        text += ".+"
    else:
        text += last.replace("*", "[^/]*").replace("?", "[^/]") + ("/.+" if line.endswith("/") else "(?:/.+)?")
    return re.compile(text)


@settings(deadline=None, max_examples=200)
@given(TREES, st.lists(LINES, min_size=1, max_size=3), st.lists(LINES, max_size=2))
def test_globs_choose_what_one_regular_expression_for_each_line_does(
    tree: frozenset[str], wanted: list[str], unwanted: list[str]
) -> None:
    files = {name for name in tree if not any(other.startswith(name + "/") for other in tree)}
    meant = {
        name
        for name in files
        if any(by_one_expression(line).fullmatch(name) for line in wanted)
        and not any(by_one_expression(line).fullmatch(name) for line in unwanted)
    }
    with tempfile.TemporaryDirectory() as directory:
        workspace = plant(Path(directory), dict.fromkeys(files, b""))
        path = "\n".join((*wanted, *(f"!{line}" for line in unwanted), "!/nowhere"))
        try:
            found = {str(entry.source.relative_to(workspace.resolve())) for entry in look(path, workspace).entries}
        except InputError as error:
            unmatched = {fault.value for fault in error.faults}
            for line in wanted:
                matches = {name for name in meant if by_one_expression(line).fullmatch(name)}
                assert (line in unmatched) == (not matches), line
        else:
            assert found == meant
