from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from contract.places import REGION, Place
from fakes.aws import PRODUCTION, bucket_name
from waybill.domain.arns import KeyArn
from waybill.errors import AccessDenied, InputError, Unavailable, WaybillError
from waybill.ports.bucket import Bucket, DefaultEncryption, Encryption, NewObject


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_the_default_key_is_told_as_it_is_written_at_the_bucket(place: Place) -> None:
    assert place.bucket.default_encryption() == DefaultEncryption(Encryption.KMS, place.key.text)


def test_an_object_whose_key_is_left_unsaid_is_encrypted_with_the_buckets_default(place: Place) -> None:
    key = place.new_key()
    place.bucket.put(NewObject(key=key, media_type="a/b", kms_key=None), b"x", sha256=sha(b"x"))
    found = place.bucket.head(key)
    assert found is not None
    assert found.kms_key == place.key.text


@pytest.mark.lax("kms-alias")
def test_an_object_encrypted_by_an_alias_reports_the_key_itself(place: Place) -> None:
    key = place.new_key()
    place.bucket.put(place.new(key, kms_key=place.alias), b"x", sha256=sha(b"x"))
    found = place.bucket.head(key)
    assert found is not None
    assert found.kms_key == place.key.text


@pytest.mark.lax("kms-key-must-exist")
def test_a_key_that_does_not_exist_encrypts_nothing(place: Place) -> None:
    key = place.new_key()
    absent = KeyArn.parse(f"arn:aws:kms:{REGION}:{PRODUCTION}:key/00000000-0000-4000-8000-00000000dead")
    with pytest.raises(WaybillError) as caught:
        place.bucket.put(place.new(key, kms_key=absent), b"x", sha256=sha(b"x"))
    assert not isinstance(caught.value, Unavailable)
    assert place.bucket.head(key) is None


CALLS: dict[str, Callable[[Place, Bucket, str], object]] = {
    "head": lambda place, bucket, key: bucket.head(key),
    "read": lambda place, bucket, key: bucket.read(key, limit=10),
    "stream": lambda place, bucket, key: list(bucket.stream(key)),
    "list": lambda place, bucket, key: list(bucket.list(key)),
    "entries": lambda place, bucket, key: list(bucket.entries(key)),
    "unfinished": lambda place, bucket, key: list(bucket.unfinished(key)),
    "delete": lambda place, bucket, key: bucket.delete(key),
    "default_encryption": lambda place, bucket, key: bucket.default_encryption(),
    "put": lambda place, bucket, key: bucket.put(place.new(key), b"x", sha256=sha(b"x")),
    "begin": lambda place, bucket, key: bucket.begin(place.new(key)),
}


@pytest.mark.lax("expected-owner")
@pytest.mark.parametrize("call", CALLS)
def test_p7_a_bucket_of_another_owner_than_expected_is_refused_by_every_call(place: Place, call: str) -> None:
    key = place.new_key()
    place.hands.plant(key, b"x")
    bucket = place.account.bucket(REGION, bucket_name(PRODUCTION, REGION), owner="333333333333")
    with pytest.raises(AccessDenied):
        CALLS[call](place, bucket, key)


@pytest.mark.parametrize("call", sorted(CALLS.keys() - {"head"}))
def test_a_bucket_that_does_not_exist_is_bad_input(place: Place, call: str) -> None:
    bucket = place.account.bucket(REGION, "waybill-no-such-bucket", owner=PRODUCTION)
    with pytest.raises(InputError) as caught:
        CALLS[call](place, bucket, place.new_key())
    assert [fault.name for fault in caught.value.faults] == ["bucket-parameter"]


@pytest.mark.lax("unlisted")
@pytest.mark.parametrize("call", ["head", "read", "stream"])
def test_a_missing_key_is_never_absent_to_who_may_not_list(place: Place, call: str) -> None:
    bucket = place.unlisted.bucket(REGION, bucket_name(PRODUCTION, REGION), owner=PRODUCTION)
    with pytest.raises(AccessDenied):
        CALLS[call](place, bucket, place.new_key())


@pytest.mark.lax("session-policy")
def test_p8_a_refusal_names_the_action_and_the_resource(place: Place) -> None:
    bucket = place.unlisted.bucket(REGION, bucket_name(PRODUCTION, REGION), owner=PRODUCTION)
    with pytest.raises(AccessDenied) as caught:
        list(bucket.list(place.new_key()))
    assert caught.value.action == "s3:ListBucket"
    assert caught.value.resource == f"arn:aws:s3:::{bucket_name(PRODUCTION, REGION)}"
