from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.strategies import keys, metadata, printable
from waybill.domain.metadata import FILENAME_KEY, document, line_of, parse_document, parse_lines

stripped = st.builds(str.rstrip, printable)


@given(st.dictionaries(keys, stripped, max_size=4), st.sampled_from(["\n", "\r\n", "\n\n", "\n  \n"]))
def test_lines_come_back_as_the_pairs_they_were(pairs: dict[str, str], between: str) -> None:
    text = between.join(line_of(key, value) for key, value in pairs.items())
    assert parse_lines(text) == (pairs, [])


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x1c"])
def test_only_line_ends_end_a_line(sign: str) -> None:
    found, faults = parse_lines(f"note=one{sign}two=2")
    assert found == {"note": f"one{sign}two=2"} or (not found and "control character" in faults[0][1])


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        ("lang=dotnet", ("lang", "dotnet")),
        ("url=https://x/?a=b&c=d", ("url", "https://x/?a=b&c=d")),
        ("empty=", ("empty", "")),
        ("  lang=dotnet", ("lang", "dotnet")),
        ("lang =dotnet", ("lang", "dotnet")),
        ("k==", ("k", "=")),
        ("Startifact:x=y", ("Startifact:x", "y")),
        ("startifact=y", ("startifact", "y")),
    ],
)
def test_a_line_is_split_at_its_first_sign(line: str, pair: tuple[str, str]) -> None:
    assert parse_lines(line) == (dict([pair]), [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no sign", "no `=`"),
        ("=value", "must have a key"),
        (" =value", "must have a key"),
        ("a=1\na=2", "twice"),
        ("a=1\na =1", "twice"),
        ("startifact:filename=x", "reserved"),
        ("startifact:=x", "reserved"),
        (f"a={'x' * 2049}", "over 2048 bytes"),
        (f"a={'é' * 1025}", "over 2048 bytes"),
        ("a=b\tc", "control character"),
        ("a=b\x00c", "control character"),
        ("a\x1b[31m=b", "control character"),
        ("a=\ud800", "broken Unicode"),
    ],
)
def test_a_bad_line_is_a_fault_that_names_it_and_the_rule(text: str, said: str) -> None:
    _, faults = parse_lines(text)
    assert len(faults) == 1
    assert faults[0][0] == text.rpartition("\n")[2].strip()
    assert said in faults[0][1]


def test_every_bad_line_is_told_in_one_go_and_the_good_ones_are_kept() -> None:
    found, faults = parse_lines("a=1\nbad\nstartifact:x=1\n\nb=2\n=3\n")
    assert found == {"a": "1", "b": "2"}
    assert [line for line, _ in faults] == ["bad", "startifact:x=1", "=3"]


def test_a_value_of_exactly_the_limit_is_taken() -> None:
    assert parse_lines(f"a={'x' * 2048}") == ({"a": "x" * 2048}, [])


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_line_by_line(text: str) -> None:
    found, faults = parse_lines(text)
    assert len(found) + len(faults) <= text.count("\n") + text.count("\r") + 1
    for key, value in found.items():
        assert parse_lines(line_of(key, value)) == ({key: value}, [])


@given(metadata, st.none() | printable)
def test_a_document_is_startifacts_and_comes_back(pairs: dict[str, str], file_name: str | None) -> None:
    whole = pairs | ({FILENAME_KEY: file_name} if file_name is not None else {})
    raw = document(pairs, file_name)
    if not whole:
        assert raw is None
        return
    assert raw == json.dumps(whole, indent=2, sort_keys=True).encode()
    assert parse_document(raw) == whole


@given(metadata)
def test_a_document_does_not_depend_on_the_order_of_its_pairs(pairs: dict[str, str]) -> None:
    assert document(pairs, None) == document(dict(reversed(pairs.items())), None)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b'{"a": 1}',
        b'{"a": {"b": "c"}}',
        b"{",
        b"\xff\xfe\xff",
        b"{'a': 1}",
        b'{"a": "\\ud800"}',
    ],
)
def test_what_is_no_flat_object_of_strings_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the JSON reader's own words
        parse_document(raw)


def test_a_document_too_deep_to_read_is_refused_like_any_other() -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whose words does not matter
        parse_document(b"[" * 100_000)
