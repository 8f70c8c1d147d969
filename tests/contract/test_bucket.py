from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from awscrt.checksums import crc64nvme

from contract.places import Place
from waybill.domain.digests import MIB, crc_text
from waybill.errors import ArtifactError, WaybillError
from waybill.ports.bucket import Created, Exists


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def put(place: Place, key: str, body: bytes) -> Created | Exists:
    return place.bucket.put(place.new(key), body, sha256=sha(body))


def test_nothing_is_there_until_it_is_put(place: Place) -> None:
    key = place.new_key()
    assert place.bucket.head(key) is None
    assert place.bucket.read(key, limit=10) is None
    assert list(place.bucket.list(key)) == []


@pytest.mark.parametrize("body", [b"hello", b"", b"\x00\xff" * 1000])
def test_what_was_put_is_reported_with_size_sha256_version_and_key(place: Place, body: bytes) -> None:
    key = place.new_key()
    created = put(place, key, body)
    assert isinstance(created, Created)
    found = place.bucket.head(key)
    assert found is not None
    assert (found.key, found.size, found.sha256) == (key, len(body), sha(body))
    assert found.version_id == created.version_id
    assert found.version_id
    assert found.kms_key == place.key.text
    assert place.bucket.read(key, limit=len(body)) == body


def test_the_media_type_is_kept(place: Place) -> None:
    key = place.new_key()
    put(place, key, b"x")
    assert place.hands.media_type(key) == "application/x-contract"


def test_a_view_of_memory_is_put_as_its_bytes(place: Place) -> None:
    key = place.new_key()
    place.bucket.put(place.new(key), memoryview(bytearray(b"xhellox"))[1:-1], sha256=sha(b"hello"))
    assert place.bucket.read(key, limit=10) == b"hello"


@pytest.mark.parametrize("rest", ["+build.5", "-rc.1+b.001", "/events/latest/20260131T120000Z-1.json", "/metadata"])
def test_every_key_that_a_version_makes_comes_back_as_it_is(place: Place, rest: str) -> None:
    key = place.new_key(rest)
    put(place, key, b"x")
    assert place.bucket.read(key, limit=1) == b"x"
    assert list(place.bucket.list(key)) == [key]


def test_p2_other_bytes_than_were_announced_are_refused_and_not_stored(place: Place) -> None:
    key = place.new_key()
    with pytest.raises(ArtifactError):
        place.bucket.put(place.new(key), b"hello", sha256=sha(b"other"))
    assert place.bucket.head(key) is None


def test_p2_a_put_never_replaces_anything(place: Place) -> None:
    key = place.new_key()
    first = put(place, key, b"first")
    assert put(place, key, b"second") == Exists()
    assert put(place, key, b"first") == Exists()
    found = place.bucket.head(key)
    assert isinstance(first, Created)
    assert found is not None
    assert found.version_id == first.version_id
    assert place.bucket.read(key, limit=10) == b"first"


def test_p2_one_of_many_racing_writers_wins(place: Place) -> None:
    key = place.new_key()
    bodies = [bytes([number]) * 100 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(lambda body: put(place, key, body), bodies))
    winners = [body for body, end in zip(bodies, ends, strict=True) if isinstance(end, Created)]
    assert [place.bucket.read(key, limit=100)] == winners


def test_a_delete_marker_frees_the_key(place: Place) -> None:
    key = place.new_key()
    put(place, key, b"first")
    place.hands.delete(key)
    assert place.bucket.head(key) is None
    assert place.bucket.read(key, limit=10) is None
    assert list(place.bucket.list(key)) == []
    assert isinstance(put(place, key, b"second"), Created)
    assert place.bucket.read(key, limit=10) == b"second"


def test_what_another_tool_put_is_no_less_in_the_way(place: Place) -> None:
    key = place.new_key()
    place.hands.plant(key, b"theirs")
    assert put(place, key, b"mine") == Exists()


@pytest.mark.lax("default-crc")
def test_what_was_put_without_a_checksum_has_the_crc_that_s3_made_and_no_sha256(place: Place) -> None:
    key = place.new_key()
    place.hands.plant(key, b"theirs")
    found = place.bucket.head(key)
    assert found is not None
    assert (found.size, found.sha256, found.crc64nvme) == (6, None, crc_text(crc64nvme(b"theirs")))


def test_a_small_object_is_read_up_to_the_limit_and_no_further(place: Place) -> None:
    key = place.new_key()
    put(place, key, b"hello")
    assert place.bucket.read(key, limit=5) == b"hello"
    with pytest.raises(ArtifactError):
        place.bucket.read(key, limit=4)


def test_a_stream_gives_any_stretch_in_chunks_of_at_most_a_mebibyte(place: Place) -> None:
    key, body = place.new_key(), bytes(range(256)) * (5 * 4096)
    place.hands.plant(key, body)
    chunks = list(place.bucket.stream(key))
    assert b"".join(chunks) == body
    assert max(map(len, chunks)) <= MIB
    for start, end in [(0, 1), (1, 2), (255, 70000), (len(body) - 1, len(body)), (MIB, None), (7, len(body))]:
        assert b"".join(place.bucket.stream(key, start=start, end=end)) == body[start:end]


def test_a_stream_of_an_empty_object_ends_at_once(place: Place) -> None:
    key = place.new_key()
    put(place, key, b"")
    assert b"".join(place.bucket.stream(key)) == b""


def test_a_stream_of_what_is_not_there_is_an_error_and_not_the_end_of_a_file(place: Place) -> None:
    with pytest.raises(WaybillError) as caught:
        b"".join(place.bucket.stream(place.new_key()))
    assert isinstance(caught.value, ArtifactError), "exit 4: the bytes are missing"


def test_a_listing_is_in_the_order_of_utf8_bytes_and_keeps_to_its_prefix(place: Place) -> None:
    prefix = place.new_key("/")
    names = ["b", "a", "é", "z", "\U0001f40c", "\uffee", "~", "A", "a/b", "a+b"]
    for name in names:
        place.hands.plant(prefix + name, b"")
    place.hands.plant(prefix[:-1] + "0", b"")
    expected = sorted((prefix + name for name in names), key=lambda key: key.encode())
    assert list(place.bucket.list(prefix)) == expected
    assert list(place.bucket.list(prefix + "a")) == [key for key in expected if key.startswith(prefix + "a")]


def test_a_listing_goes_on_past_its_first_page(place: Place) -> None:
    if place.engine == "moto":
        pytest.skip("a thousand puts take long in moto, and the adapter's paging shows in ministack")
    prefix = place.new_key("/")
    names = [f"{prefix}{number:04}" for number in range(1001)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: place.hands.plant(name, b""), names))
    assert list(place.bucket.list(prefix)) == names
