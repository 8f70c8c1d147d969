from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from waybill.cancel import Cancellation
from waybill.errors import Cancelled, InputError
from waybill.routes.asking import TerminalAsker
from waybill.routes.setup_init import keep


def test_a_file_that_came_while_the_questions_were_asked_stays(tmp_path: Path) -> None:
    (tmp_path / "waybill.yaml").write_text("mine")
    with pytest.raises(InputError, match="cannot be written: File exists"):
        keep(tmp_path / "waybill.yaml", "new", force=False)
    assert (tmp_path / "waybill.yaml").read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["waybill.yaml"]


def test_with_force_the_file_is_replaced_and_the_same_text_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "waybill.yaml").write_text("mine")
    assert keep(tmp_path / "waybill.yaml", "new", force=True)
    assert (tmp_path / "waybill.yaml").read_text() == "new"
    assert not keep(tmp_path / "waybill.yaml", "new", force=True)
    assert [file.name for file in tmp_path.iterdir()] == ["waybill.yaml"]


def test_a_file_that_cannot_be_written_is_one_clear_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        keep(tmp_path / "a" / "waybill.yaml", "new", force=False)


def asked(typed: bytes) -> tuple[TerminalAsker, io.StringIO]:
    out, into = os.pipe()
    os.write(into, typed)
    os.close(into)
    shown = io.StringIO()
    return TerminalAsker(os.fdopen(out), shown, Cancellation()), shown


def test_questions_go_to_standard_error_and_an_empty_line_is_the_default() -> None:
    asker, shown = asked(b"\n  two \n")
    assert (asker.ask("One?", "1"), asker.ask("Two?", "")) == ("1", "two")
    assert shown.getvalue() == "One? [1] Two? "


def test_an_input_that_ends_early_is_one_clear_message() -> None:
    asker, _ = asked(b"a\n")
    asker.ask("One?", "")
    with pytest.raises(InputError, match="the input ended before the questions did"):
        asker.ask("Two?", "")


def test_somebody_who_thinks_can_stop() -> None:
    cancellation = Cancellation()
    cancellation.cancel(2)
    out, _ = os.pipe()
    with pytest.raises(Cancelled, match="Nothing was changed"):
        TerminalAsker(os.fdopen(out), io.StringIO(), cancellation).ask("One?", "")
