from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.strategies import subjects, waybills
from waybill.domain.digests import Digests
from waybill.domain.versions import Version
from waybill.domain.waybill import SCHEMA, Origin, Subject, Waybill, digest

ONE = Waybill(
    subject=Subject(
        project="SugarWater",
        version=Version("1.2.3"),
        digests=Digests("ab" * 32, "AAAAAAAAAAA=", 5),
        media_type="application/zip",
        file_name=None,
        metadata={"lang": "dotnet", "a": "é"},
    ),
    built_from=Origin(repository="o/r"),
    staged_at="2026-01-31T12:00:00Z",
)


@given(waybills)
def test_a_waybill_comes_back_from_its_bytes(waybill: Waybill) -> None:
    raw = waybill.to_bytes()
    again = Waybill.from_bytes(raw)
    assert again == waybill
    assert again.to_bytes() == raw


@given(waybills)
def test_a_waybill_is_canonical_json(waybill: Waybill) -> None:
    raw = waybill.to_bytes()
    document = json.loads(raw)
    assert raw == json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert document["schema"] == SCHEMA
    assert digest(raw) == hashlib.sha256(raw).hexdigest()


def test_the_order_in_which_metadata_was_given_does_not_show() -> None:
    turned = replace(ONE, subject=replace(ONE.subject, metadata={"a": "é", "lang": "dotnet"}))
    assert turned.to_bytes() == ONE.to_bytes()


def test_the_stored_names_are_those_of_the_design() -> None:
    document = json.loads(ONE.to_bytes())
    assert set(document) == {
        "schema", "project", "version", "sha256", "crc64nvme", "size", "media_type", "file_name", "metadata",
        "built_from", "staged_at", "chain",
    }  # fmt: skip
    assert set(document["built_from"]) == {
        "repository", "commit", "ref", "workflow", "run_id", "attempt", "actor", "runner",
    }  # fmt: skip


@given(subjects, subjects)
def test_two_subjects_are_the_same_when_nothing_differs(one: Subject, other: Subject) -> None:
    assert one.differences(one) == []
    assert (one.differences(other) == []) == (one == other)
    assert one.differences(other) == other.differences(one)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("project", {"project": "Other"}),
        ("version", {"version": Version("1.2.3+b")}),
        ("sha256", {"digests": Digests("cd" * 32, "AAAAAAAAAAA=", 5)}),
        ("crc64nvme", {"digests": Digests("ab" * 32, "AAAAAAAAAAE=", 5)}),
        ("size", {"digests": Digests("ab" * 32, "AAAAAAAAAAA=", 6)}),
        ("content-type", {"media_type": "text/plain"}),
        ("filename", {"file_name": "x.zip"}),
        ("metadata", {"metadata": {"lang": "go"}}),
    ],
)
def test_a_difference_has_the_name_of_the_input_that_says_it(name: str, changed: dict[str, Any]) -> None:
    assert ONE.subject.differences(replace(ONE.subject, **changed)) == [name]


def test_who_built_it_and_when_is_no_difference() -> None:
    other = replace(ONE, built_from=Origin(actor="b"), staged_at="2027-01-01T00:00:00Z")
    assert ONE.subject.differences(other.subject) == []


def edited(**changes: Any) -> bytes:
    return json.dumps(json.loads(ONE.to_bytes()) | changes).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"null", b"[]", b"{}", b"1", b'"x"', b"\xff", b"{", b"[" * 100_000, edited(schema=2), edited(schema=None),
        edited(version="v1"), edited(version=1), edited(project=None), edited(sha256=7), edited(size="x"),
        edited(size=None), edited(size="5"), edited(size=5.5), edited(size=True), edited(size=-1),
        edited(size=float("inf")), edited(size=float("nan")), edited(metadata=None), edited(metadata=[]),
        edited(metadata={"a": 1}), edited(built_from=None), edited(built_from=[]), edited(built_from={"actor": 3}),
        edited(file_name=3), edited(chain=None), edited(chain="abc"), edited(chain=["x"]), edited(chain={"a": 1}),
        edited(staged_at=0),
    ],
)  # fmt: skip
def test_what_is_no_waybill_is_refused_as_one_kind_of_error(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them; anything else would be a bug
        Waybill.from_bytes(raw)


@given(st.binary(max_size=30))
def test_any_bytes_are_a_waybill_or_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        Waybill.from_bytes(raw)


def test_a_later_release_may_add_what_this_one_does_not_know() -> None:
    known = Waybill.from_bytes(edited(later="x", built_from={"actor": "a", "planet": ["b"]}))
    assert known.built_from == Origin(actor="a")
    assert known.subject == ONE.subject
