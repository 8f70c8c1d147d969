from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from contract.places import Place

UTC = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def put(place: Place, key: str, body: bytes = b"x") -> None:
    place.bucket.put(place.new(key), body, sha256=hashlib.sha256(body).hexdigest())


def test_entries_tell_size_and_moment_in_key_order(place: Place) -> None:
    prefix = place.new_key("/")
    for name, body in (("b", b""), ("a/deep", b"hello"), ("A", b"x")):
        put(place, prefix + name, body)
    found = list(place.bucket.entries(prefix))
    assert [(entry.key, entry.size) for entry in found] == [
        (prefix + "A", 1),
        (prefix + "a/deep", 5),
        (prefix + "b", 0),
    ]
    assert all(UTC.fullmatch(entry.modified) for entry in found)
    assert [entry.key for entry in found] == list(place.bucket.list(prefix))


def test_with_a_delimiter_what_lies_deeper_is_left_out(place: Place) -> None:
    project = place.new_key().partition("@")[0]
    versions = ("1.0.0", "1.0.0-rc.1", "1.1.0+build.5", "2.0.0")
    for version in versions:
        for rest in ("", "/metadata", "/waybill.json", "/events/latest/20260131T120000Z-1.json"):
            put(place, f"{project}@{version}{rest}")
    put(place, f"{project}@9.9.9/events/latest/20260131T120000Z-1.json")
    put(place, f"{project}s@1.0.0")
    found = [entry.key for entry in place.bucket.entries(f"{project}@", delimiter="/")]
    assert found == sorted(f"{project}@{version}" for version in versions)


def test_entries_of_nothing_are_none(place: Place) -> None:
    assert list(place.bucket.entries(place.new_key())) == []
    assert list(place.bucket.entries(place.new_key(), delimiter="/")) == []
    assert list(place.bucket.unfinished(place.new_key())) == []


def test_a_delimited_listing_goes_on_past_pages_of_what_is_left_out(place: Place) -> None:
    if place.engine == "moto":
        pytest.skip("a thousand puts take long in moto, and the adapter's paging shows in ministack")
    prefix = place.new_key("/")
    names = [f"{prefix}{number:04}/deep" for number in range(1001)] + [f"{prefix}last"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: place.hands.plant(name, b""), names))
    assert [entry.key for entry in place.bucket.entries(prefix, delimiter="/")] == [f"{prefix}last"]


def test_uploads_that_nobody_ended_are_listed_until_they_are_aborted(place: Place) -> None:
    first, second, other = place.new_key(), place.new_key("/waybill.json"), place.new_key()
    uploads = {key: place.bucket.begin(place.new(key)) for key in (first, second, other)}
    again = place.bucket.begin(place.new(first))
    found = list(place.bucket.unfinished(first))
    assert [upload.key for upload in found] == [first, first]
    assert len({upload.upload_id for upload in found}) == 2
    assert all(UTC.fullmatch(upload.begun) for upload in found)
    assert {first, second, other} <= {upload.key for upload in place.bucket.unfinished("contract-")}
    for upload in (*uploads.values(), again):
        upload.abort()
    assert list(place.bucket.unfinished(first)) == []


def test_what_is_deleted_is_gone_and_its_versions_stay(place: Place) -> None:
    key = place.new_key()
    put(place, key)
    place.bucket.delete(key)
    assert place.bucket.head(key) is None
    assert list(place.bucket.list(key)) == []
    assert place.hands.versions(key) == 1


def test_deleting_what_is_not_there_is_no_error(place: Place) -> None:
    key = place.new_key()
    place.bucket.delete(key)
    put(place, key)
    place.bucket.delete(key)
    place.bucket.delete(key)
    assert place.bucket.head(key) is None


def test_a_deletion_takes_nothing_else_along(place: Place) -> None:
    key = place.new_key()
    put(place, key)
    put(place, f"{key}/waybill.json")
    put(place, f"{key}0")
    place.bucket.delete(key)
    assert list(place.bucket.list(key)) == [f"{key}/waybill.json", f"{key}0"]
