from __future__ import annotations

import itertools
import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from waybill.errors import ExitCode, InputError
from waybill.github.files import SUMMARY_LIMIT, OutputFile, SummaryFile, Written
from waybill.redaction import Redactor

from .runner_rules import pairs

MIB = 1024 * 1024
many = settings(deadline=None, max_examples=150)
names = st.sampled_from(["version", "sha256", "regions", "result", "a-b_c"])
values = st.lists(
    st.sampled_from(
        ["\n", "\r\n", "\r", "<<", "=", "waybill_t0", "waybill_", "version<<EOF", "name=value", "EOF", "\ufeff"]
    )
    | st.text(max_size=4),
    max_size=10,
).map("".join)


def read_outputs(path: Path) -> list[tuple[str, str]]:
    return pairs(path.read_bytes().decode("utf-8"))


@many
@given(st.lists(st.tuples(names, values), max_size=4))
@example([("version", "waybill_t0\nwaybill_t1\nsha256=forged")])
@example([("version", ""), ("sha256", "\n"), ("regions", "a\n\n")])
def test_outputs_are_read_back_as_they_were_set(wanted: list[tuple[str, str]]) -> None:
    tokens = (f"t{number}" for number in itertools.count())
    with TemporaryDirectory() as folder:
        path = Path(folder, "output")
        outputs = OutputFile(path, lambda: next(tokens))
        for name, value in wanted:
            outputs.set(name, value)
        assert (read_outputs(path) if wanted else []) == wanted


def test_a_delimiter_that_the_value_holds_is_drawn_again(tmp_path: Path) -> None:
    tokens = iter(["first", "second", "third"])
    OutputFile(tmp_path / "o", lambda: next(tokens)).set("result", "waybill_first\nwaybill_second")
    assert (tmp_path / "o").read_text() == "result<<waybill_third\nwaybill_first\nwaybill_second\nwaybill_third\n"


def test_delimiters_cannot_be_guessed_from_earlier_ones(tmp_path: Path) -> None:
    outputs = OutputFile(tmp_path / "o")
    for _ in range(20):
        outputs.set("version", "1.2.3")
    assert len(set(re.findall(r"<<waybill_([0-9a-f]{64})\n", (tmp_path / "o").read_text()))) == 20


def test_an_output_follows_what_an_earlier_tool_left_unfinished(tmp_path: Path) -> None:
    path = tmp_path / "o"
    path.write_text("other=1")
    OutputFile(path).set("version", "1.2.3")
    assert read_outputs(path) == [("other", "1"), ("version", "1.2.3")]


def test_an_output_that_is_no_text_does_not_stop_the_run(tmp_path: Path) -> None:
    OutputFile(tmp_path / "o").set("key", "b\udcffd")
    assert read_outputs(tmp_path / "o") == [("key", "b\\udcffd")]


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a<<b", "a\nb", "1a", "é"])
def test_a_name_the_runner_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        OutputFile(tmp_path / "o").set(name, "x")
    assert not (tmp_path / "o").exists()


def test_a_secret_reaches_neither_an_output_nor_the_summary(tmp_path: Path) -> None:
    redactor = Redactor(["s3cr3t-value"])
    OutputFile(tmp_path / "o", redactor=redactor).set("result", '{"error": "s3cr3t-value"}')
    SummaryFile(tmp_path / "s", redactor=redactor).write("| s3cr3t-value |")
    assert "s3cr3t" not in (tmp_path / "o").read_text() + (tmp_path / "s").read_text()


@pytest.mark.parametrize("value", [None, ""])
def test_an_unset_output_file_is_refused_before_anything_is_touched(value: str | None) -> None:
    outputs = OutputFile.from_environ({} if value is None else {"GITHUB_OUTPUT": value})
    for attempt in (outputs.check, lambda: outputs.set("version", "1.2.3")):
        with pytest.raises(InputError, match="GITHUB_OUTPUT: is not set") as caught:
            attempt()
        assert caught.value.exit_code is ExitCode.INPUT
        assert "command line" in caught.value.advice


def test_an_output_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "output"
    with pytest.raises(InputError) as caught:
        OutputFile.from_environ({"GITHUB_OUTPUT": str(path)}).check()
    assert str(path) in str(caught.value)
    assert "No such file or directory" in str(caught.value)
    with pytest.raises(InputError, match="Is a directory"):
        OutputFile(tmp_path).set("version", "1.2.3")


def test_a_check_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "o"
    path.write_text("other=1")
    OutputFile(path).check()
    assert path.read_text() == "other=1"


def test_a_summary_is_appended_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("# Earlier")
    summary = SummaryFile.from_environ({"GITHUB_STEP_SUMMARY": str(path)})
    assert summary.write("# Staged\n") is Written.WHOLE
    assert summary.write("more") is Written.WHOLE
    assert path.read_text() == "# Earlier\n# Staged\nmore\n"


def test_no_summary_file_is_no_failure_but_one_that_cannot_be_written_is() -> None:
    assert SummaryFile.from_environ({}).write("x") is Written.NOWHERE
    with pytest.raises(InputError, match="GITHUB_STEP_SUMMARY"):
        SummaryFile("/nowhere/at/all").write("x")


@pytest.mark.parametrize("existing", [0, 5, MIB - 3000, MIB - 600, MIB - 200, MIB - 1, MIB, MIB + 5])
def test_a_summary_never_passes_one_mebibyte(tmp_path: Path, existing: int) -> None:
    path = tmp_path / "s"
    path.write_bytes(b"e" * existing)
    summary = SummaryFile(path)
    rows = "".join(f"| région {number} | ✓ |\n" for number in range(80_000))
    assert SUMMARY_LIMIT == MIB
    assert summary.write(rows) is Written.CUT
    assert summary.write("after the cut") is Written.CUT
    data = path.read_bytes()
    assert len(data) <= max(MIB, existing)
    added = data[existing:].decode("utf-8")
    assert "after the cut" not in added
    if existing < MIB - 1000:
        kept, _, sentence = added.lstrip("\n").rpartition("\n\n")
        assert rows.startswith(kept + "\n" if kept else "")
        assert "summary was cut here" in sentence or "summary was cut here" in kept
        assert len(data) > MIB - 1000


@many
@given(st.text(max_size=1500), st.lists(st.text(max_size=900), max_size=5), st.integers(600, 3000))
def test_a_cut_summary_is_whole_lines_of_whole_characters(before: str, pieces: list[str], limit: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "s")
        path.write_bytes(before.encode())
        summary = SummaryFile(path, limit=limit)
        wanted = [summary.write(piece) for piece in pieces]
        text = path.read_bytes().decode("utf-8")
        assert len(text.encode()) <= max(limit, len(before.encode()))
        assert text.startswith(before)
        whole = [p if p.endswith("\n") else f"{p}\n" for p, w in zip(pieces, wanted, strict=True) if w is Written.WHOLE]
        assert text.removeprefix(before).lstrip("\n").startswith("".join(whole).lstrip("\n"))
        assert wanted == sorted(wanted, key=lambda one: one is Written.CUT), "nothing is written after a cut"
        if Written.CUT in wanted and len(before.encode()) + 300 < limit:
            assert "The summary was cut here" in text.splitlines()[-1]


@pytest.mark.parametrize("spare", range(0, 600, 50))
def test_there_is_always_room_left_to_say_that_the_rest_was_cut(tmp_path: Path, spare: int) -> None:
    summary = SummaryFile(tmp_path / "s", limit=3000)
    summary.write("x" * (2998 - spare))
    assert summary.write("y" * 700) is Written.CUT
    assert "The summary was cut here" in (tmp_path / "s").read_text()


def test_the_last_byte_of_room_is_not_overdrawn(tmp_path: Path) -> None:
    path = tmp_path / "s"
    for existing in range(2400, 3001):
        path.write_bytes(b"e" * existing)
        SummaryFile(path, limit=3000).write("row\n" * 300)
        assert path.stat().st_size <= 3000


def test_what_says_that_a_summary_was_cut_can_be_seen(tmp_path: Path) -> None:
    start = "<details><summary>Plan</summary>\n\n````json\n```\n"
    SummaryFile(tmp_path / "s", limit=3000).write(start + '{"a": 1}\n' * 1000)
    text = (tmp_path / "s").read_text()
    assert re.search(r'"a": 1}\n````\n</details>\n\n\*\*The summary was cut here', text)


@pytest.mark.skipif(os.name != "posix", reason="needs /dev/full")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    (tmp_path / "o").symlink_to("/dev/full")
    with pytest.raises(InputError, match="GITHUB_OUTPUT"):
        OutputFile(tmp_path / "o").set("version", "1.2.3")
