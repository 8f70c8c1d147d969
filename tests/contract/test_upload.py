from __future__ import annotations

import hashlib
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from awscrt.checksums import crc64nvme

from contract.places import Place
from waybill.domain.digests import MIB, Digests, crc_text
from waybill.errors import ArtifactError, Unavailable, WaybillError
from waybill.ports.bucket import Created, Exists, Upload


def digests(body: bytes) -> Digests:
    return Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))


@dataclass(frozen=True, slots=True)
class Bytes:
    """A part in memory, given out in small chunks; `known` its checksum is announced."""

    number: int
    body: bytes
    known: bool = True
    lies: bool = False

    @property
    def size(self) -> int:
        return len(self.body)

    @property
    def crc64nvme(self) -> str | None:
        return crc_text(crc64nvme(b"other" if self.lies else self.body)) if self.known else None

    def chunks(self) -> Generator[memoryview, None, None]:
        for start in range(0, len(self.body), 700_001):
            yield memoryview(self.body)[start : start + 700_001]


def begun(place: Place, key: str) -> Upload:
    return place.bucket.begin(place.new(key))


@pytest.mark.lax("full-object-crc")
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("rest", ["", "+build.5"])
def test_parts_become_one_object_with_the_checksum_of_the_whole(place: Place, known: bool, rest: str) -> None:
    key, body = place.new_key(rest), bytes(range(256)) * (5 * MIB // 256) + b"the rest"
    upload = begun(place, key)
    assert place.hands.unfinished(key) == 1
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upload.send, [Bytes(2, body[5 * MIB :], known), Bytes(1, body[: 5 * MIB], known)]))
    ended = upload.complete(digests(body))
    assert isinstance(ended, Created)
    found = place.bucket.head(key)
    assert found is not None
    assert (found.size, found.sha256, found.crc64nvme) == (len(body), None, digests(body).crc64nvme)
    assert (found.version_id, found.kms_key) == (ended.version_id, place.key.text)
    assert place.hands.media_type(key) == "application/x-contract"
    assert b"".join(place.bucket.stream(key)) == body
    assert place.hands.unfinished(key) == 0


def test_nothing_is_there_before_the_upload_is_complete(place: Place) -> None:
    key = place.new_key()
    upload = begun(place, key)
    upload.send(Bytes(1, b"hello"))
    assert place.bucket.head(key) is None
    upload.abort()
    assert place.bucket.head(key) is None


@pytest.mark.parametrize("size", [1, 5, MIB, MIB + 1, 2 * MIB - 1])
@pytest.mark.parametrize("known", [True, False])
def test_a_part_of_any_size_is_taken_with_its_checksum_before_or_after_it(place: Place, known: bool, size: int) -> None:
    upload = begun(place, place.new_key())
    upload.send(Bytes(1, b"x" * size, known))
    upload.abort()


def test_a_part_of_other_bytes_than_were_announced_is_refused(place: Place) -> None:
    upload = begun(place, place.new_key())
    with pytest.raises(ArtifactError):
        upload.send(Bytes(1, b"hello", lies=True))
    upload.abort()


@pytest.mark.lax("full-object-crc")
def test_a_part_that_is_sent_again_takes_the_place_of_the_first(place: Place) -> None:
    key = place.new_key()
    upload = begun(place, key)
    upload.send(Bytes(1, b"wrong"))
    upload.send(Bytes(1, b"right"))
    assert isinstance(upload.complete(digests(b"right")), Created)
    assert place.bucket.read(key, limit=5) == b"right"


def longer(body: bytes) -> Digests:
    return replace(digests(body), size=len(body) + 1)


@pytest.mark.parametrize("said", [digests(b"other"), longer(b"hello")])
def test_p2_parts_that_are_not_the_whole_that_was_announced_make_no_object(place: Place, said: Digests) -> None:
    key = place.new_key()
    upload = begun(place, key)
    upload.send(Bytes(1, b"hello"))
    with pytest.raises(ArtifactError):
        upload.complete(said)
    assert place.bucket.head(key) is None
    upload.abort()
    assert place.hands.unfinished(key) == 0


def test_p2_completing_never_replaces_anything_and_the_upload_waits_to_be_aborted(place: Place) -> None:
    key = place.new_key()
    upload = begun(place, key)
    upload.send(Bytes(1, b"mine"))
    place.hands.plant(key, b"theirs")
    assert upload.complete(digests(b"mine")) == Exists()
    assert place.bucket.read(key, limit=10) == b"theirs"
    upload.abort()
    assert place.hands.unfinished(key) == 0
    assert place.bucket.read(key, limit=10) == b"theirs"


@pytest.mark.lax("full-object-crc")
def test_p2_one_of_two_racing_uploads_wins(place: Place) -> None:
    key, bodies = place.new_key(), [b"one", b"two", b"three"]
    uploads = [begun(place, key) for _ in bodies]
    for upload, body in zip(uploads, bodies, strict=True):
        upload.send(Bytes(1, body))
    with ThreadPoolExecutor(3) as pool:
        ends = list(pool.map(lambda pair: pair[0].complete(digests(pair[1])), list(zip(uploads, bodies, strict=True))))
    winners = [body for body, end in zip(bodies, ends, strict=True) if isinstance(end, Created)]
    assert [place.bucket.read(key, limit=10)] == winners
    for upload in uploads:
        upload.abort()
    assert place.hands.unfinished(key) == 0


def test_p6_an_aborted_upload_leaves_nothing_behind_and_may_be_aborted_again(place: Place) -> None:
    key = place.new_key()
    upload = begun(place, key)
    upload.send(Bytes(1, b"hello"))
    assert place.hands.unfinished(key) == 1
    upload.abort()
    assert place.hands.unfinished(key) == 0
    upload.abort()


def test_p6_an_upload_without_any_part_is_aborted_too(place: Place) -> None:
    key = place.new_key()
    begun(place, key).abort()
    assert place.hands.unfinished(key) == 0


@pytest.mark.lax("full-object-crc")
def test_aborting_a_completed_upload_does_no_harm(place: Place) -> None:
    key = place.new_key()
    upload = begun(place, key)
    upload.send(Bytes(1, b"hello"))
    upload.complete(digests(b"hello"))
    upload.abort()
    assert place.bucket.read(key, limit=5) == b"hello"


def test_a_part_of_an_upload_that_is_gone_is_an_error_that_no_waiting_mends(place: Place) -> None:
    upload = begun(place, place.new_key())
    upload.abort()
    with pytest.raises(WaybillError) as caught:
        upload.send(Bytes(1, b"hello"))
    assert not isinstance(caught.value, Unavailable)
