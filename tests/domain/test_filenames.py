from __future__ import annotations

import pytest

from waybill.domain.filenames import part_fault, stored_name_fault

HOSTILE = [
    "", ".", "..", "../../x", "/etc/passwd", "a/b", "a\\b", "..\\x", "C:\\x", "C:x", "a\0b", "a\nb", "\x1b[2J",
    "x" * 256, "é" * 128, "CON", "nul", "Nul.txt", "com1.tar.gz", "LPT9", "aux .txt", ".bashrc", ".git", ".waybill-0-0",
    "a.", " a", "a ", "\ud800", "\x85",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_name_that_could_do_harm_is_refused(name: str) -> None:
    assert stored_name_fault(name)


@pytest.mark.parametrize(
    "name", ["app.tar.gz", "app", "Résumé (1).zip", "x" * 255, "console.log", "nullable", "-rf", "a b"]
)
def test_any_other_name_is_restored(name: str) -> None:
    assert stored_name_fault(name) is None


@pytest.mark.parametrize("name", [".git", "CON", "a:b", " a", "a."])
def test_an_archive_may_have_names_that_mean_something_elsewhere(name: str) -> None:
    assert part_fault(name) is None
