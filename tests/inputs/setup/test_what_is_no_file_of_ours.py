from __future__ import annotations

import os
from pathlib import Path

import pytest

from inputs.setup.example import EXAMPLE, REGIONS, faults
from waybill.errors import InputError
from waybill.inputs.setup import read_estate


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_estate(path, regions=REGIONS)
    assert len(caught.value.faults) == 1
    return str(caught.value)


def test_no_file_is_one_message_that_says_how_to_get_one(tmp_path: Path) -> None:
    told = refused(tmp_path / "waybill.yaml")
    assert "does not exist." in told
    assert "waybill setup init" in told


def test_a_directory(tmp_path: Path) -> None:
    assert "is a directory, and must be a file." in refused(tmp_path)


def test_a_file_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    assert "cannot be read: Not a directory." in refused(tmp_path / "a" / "waybill.yaml")


@pytest.mark.parametrize("text", ["", "\n \n\t\n"])
def test_nothing_in_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "waybill.yaml").write_text(text)
    assert "is empty." in refused(tmp_path / "waybill.yaml")


@pytest.mark.parametrize("text", ["# only words\n", "---\n", "...\n"])
def test_a_file_of_comments_alone_has_no_keys(tmp_path: Path, text: str) -> None:
    assert len(faults(tmp_path, text)) == 1


def test_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "waybill.yaml").write_bytes("schema: 1\n# Zürich\n".encode("latin-1"))
    assert "is not UTF-8: line 2 has the byte 0xfc." in refused(tmp_path / "waybill.yaml")


def test_a_file_too_large_to_be_one_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "waybill.yaml"
    path.touch()
    os.truncate(path, 10 * 2**30)  # sparse
    assert "has more than 256 kB" in refused(path)


def test_a_pipe_without_end_is_not_read_to_its_end() -> None:
    assert "has more than 256 kB" in refused(Path("/dev/zero"))


def test_aliases_that_grow_are_refused_before_they_do(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    (fault,) = faults(tmp_path, "\n".join(lines))
    assert fault == "waybill.yaml:1: has the anchor `&a0`; anchors are not read: take it out."
    (fault,) = faults(tmp_path, "a: 1\nb: *a0\n")
    assert fault == "waybill.yaml:2: has the alias `*a0`; aliases are not read: write it out."


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "- " * 5000, "? " * 5000])
def test_a_file_without_bottom(tmp_path: Path, text: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.startswith("waybill.yaml:1: ")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x: !!python/object/apply:os.system [ls]", "x: has the tag `!!python/object/apply:os.system`"),
        ("x: !Ref y", "x: has the tag `!Ref`; tags are not read: take it out."),
        ("external-id: !!str yes", "external-id: has the tag `!!str`"),
        ("external-id: again", "external-id: is there twice, in line 16 already; one of the two would be lost."),
        ("external-id: {a: 012}", "external-id: is there twice"),
    ],
)
def test_a_tag_or_a_key_that_is_there_twice_is_told_with_the_others(tmp_path: Path, line: str, told: str) -> None:
    text = EXAMPLE.read_text()
    if "again" not in line and "{" not in line:
        text = text.replace("external-id: acme-releases", "")
    found = faults(tmp_path, f"{text}{line}\n")
    last = len(text.splitlines()) + 1
    assert any(fault.startswith(f"waybill.yaml:{last}: ") and told in fault for fault in found), found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "is not YAML: while parsing a flow node"),
        ("a: b: c", "waybill.yaml:1: is not YAML: mapping values are not allowed here."),
        ("a: 1\n\tb: 2", "is not YAML: while scanning for the next token, found character '\\t'"),
        ("a: 1\nb: \x07", "waybill.yaml:2: is not YAML: it has the character '\\x07' in it."),
        ("a: 1\n---\nb: 2", "waybill.yaml:2: has a second document; take the `---` out."),
        ("[a]: 1", "waybill.yaml:1: has a key that is no text."),
    ],
)
def test_what_is_no_yaml_says_where(tmp_path: Path, text: str, told: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert told in fault


@pytest.mark.parametrize("text", ["just words", "- a\n- b\n", "1"])
def test_yaml_of_another_kind(tmp_path: Path, text: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.startswith("waybill.yaml:1: ")
    assert "must have keys with values" in fault


@pytest.mark.parametrize("number", ["0123", "0o17", "0x1F", "1_000", "1:30", "1.5", "1e3", "+3"])
def test_a_number_that_tools_read_differently_is_refused(tmp_path: Path, number: str) -> None:
    text = EXAMPLE.read_text().replace("external-id: acme-releases", f"external-id: {number}")
    (fault,) = faults(tmp_path, text)
    assert f"external-id: {number!r}: is read as another number, or none, by some tools: write it in quotes" in fault


def test_an_account_that_begins_with_a_nought_and_has_no_quotes(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace('"111111111111"', "012345670123").replace(":111111111111:", ":012345670123:")
    (fault,) = faults(tmp_path, text)
    assert "accounts.development.id: '012345670123'" in fault
    assert fault.endswith('Example: "012345670123"')


@pytest.mark.parametrize("word", ["no", "off", "y", "NO"])
def test_words_that_old_yaml_takes_for_booleans_are_words(tmp_path: Path, word: str) -> None:
    text = EXAMPLE.read_text().replace("brewery:", f"{word}:").replace("[brewery]", f"[{word}]")
    assert faults(tmp_path, text) == []
