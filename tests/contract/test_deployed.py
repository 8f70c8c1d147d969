from __future__ import annotations

import hashlib
from base64 import b64decode

import pytest
from awscrt.checksums import crc64nvme

from contract.places import REGION, Place
from fakes.aws import DEVELOPMENT, PRODUCTION
from waybill.domain.deploy.compared import Kind
from waybill.domain.digests import MIB, crc_text
from waybill.errors import AccessDenied, ArtifactError, InputError
from waybill.ports.deployed import DeployedBucket


def deployed(place: Place, owner: str | None = PRODUCTION) -> DeployedBucket:
    return place.account.deployed_bucket(REGION, place.hands.name, owner=owner)


def put(place: Place, key: str, body: bytes) -> None:
    place.bucket.put(place.new(key), body, sha256=hashlib.sha256(body).hexdigest())


@pytest.mark.parametrize("owner", [PRODUCTION, None])
def test_files_are_listed_with_their_sizes_in_key_order(place: Place, owner: str | None) -> None:
    prefix = place.new_key("/")
    for name, body in (("css/a", b"hello"), ("b", b""), ("A", b"x")):
        put(place, prefix + name, body)
    found = [(entry.key.removeprefix(prefix), entry.size) for entry in deployed(place, owner).files(prefix)]
    assert found == [("A", 1), ("b", 0), ("css/a", 5)]
    assert list(deployed(place, owner).files(place.new_key())) == []


def test_the_checksum_that_an_object_was_put_with_is_told_in_hex(place: Place) -> None:
    key = place.new_key()
    put(place, key, b"hello")
    found = deployed(place).checksums(key)
    assert found is not None
    assert (found.size, found.known[Kind.SHA256]) == (5, hashlib.sha256(b"hello").hexdigest())


@pytest.mark.lax("default-crc")
def test_of_an_object_without_a_checksum_s3_knows_one_of_its_own(place: Place) -> None:
    key = place.new_key()
    place.hands.plant(key, b"hello")
    found = deployed(place).checksums(key)
    assert found is not None
    assert found.known[Kind.CRC64NVME] == b64decode(crc_text(crc64nvme(b"hello"))).hex()


def test_of_an_object_that_kms_encrypts_no_md5_is_told(place: Place) -> None:
    key = place.new_key()
    put(place, key, b"hello")
    found = deployed(place).checksums(key)
    assert found is not None
    assert Kind.MD5 not in found.known


def test_what_is_not_there_has_no_checksums(place: Place) -> None:
    assert deployed(place).checksums(place.new_key()) is None


def test_an_object_is_read_in_chunks(place: Place) -> None:
    key, body = place.new_key(), bytes(range(256)) * 12_000
    put(place, key, body)
    chunks = list(deployed(place).stream(key))
    assert b"".join(chunks) == body
    assert max(map(len, chunks)) <= MIB
    with pytest.raises(ArtifactError):
        list(deployed(place).stream(place.new_key()))


@pytest.mark.lax("expected-owner")
def test_p7_the_bucket_of_another_owner_than_expected_is_not_looked_at(place: Place) -> None:
    key = place.new_key()
    put(place, key, b"hello")
    other = deployed(place, DEVELOPMENT)
    for look in (lambda: list(other.files("")), lambda: other.checksums(key), lambda: list(other.stream(key))):
        with pytest.raises(AccessDenied):
            look()


def test_a_bucket_that_others_closed_is_denied_whoever_owns_it(place: Place) -> None:
    closed = place.account.deployed_bucket(REGION, place.closed.name, owner=None)
    with pytest.raises(AccessDenied):
        list(closed.files(""))


def test_a_bucket_that_does_not_exist_is_told_as_the_pipelines(place: Place) -> None:
    nowhere = place.account.deployed_bucket(REGION, "waybill-no-such-bucket", owner=PRODUCTION)
    with pytest.raises(InputError) as caught:
        list(nowhere.files(place.new_key()))
    assert [fault.name for fault in caught.value.faults] == ["pipeline"]
