"""Encryption is said in the request itself, because organisations' policies judge the request and not the bucket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aws.answers import KEY, s3_error
from aws.doors import OWNER, REGION, Told, lead
from aws.loopback import Answer, Loopback, loopback
from aws.test_wire import s3
from waybill.domain.arns import KeyArn
from waybill.errors import AccessDenied
from waybill.ports.bucket import Bucket, DefaultEncryption, Encryption, NewObject

SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
SAID = "x-amz-server-side-encryption"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    with loopback(s3) as found:
        lead(monkeypatch, found.url)
        yield found


@pytest.fixture
def bucket(server: Loopback) -> Bucket:
    return Told().account().bucket(REGION, "acme", owner=OWNER)


def encryption(headers: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix(SAID): value for name, value in headers.items() if name.startswith(SAID)}


@pytest.mark.parametrize("several", [False, True])
def test_the_keys_arn_and_the_bucket_key_are_said(server: Loopback, bucket: Bucket, several: bool) -> None:
    new = NewObject(key="k", media_type="a/b", kms_key=KeyArn.parse(KEY))
    if several:
        bucket.begin(new)
    else:
        bucket.put(new, b"hello", sha256=SHA256)
    assert encryption(dict(server.heard[0].headers)) == {
        "": "aws:kms",
        "-aws-kms-key-id": KEY,
        "-bucket-key-enabled": "true",
    }


@pytest.mark.parametrize("several", [False, True])
def test_without_a_key_nothing_is_said(server: Loopback, bucket: Bucket, several: bool) -> None:
    new = NewObject(key="k", media_type="a/b", kms_key=None)
    if several:
        bucket.begin(new)
    else:
        bucket.put(new, b"hello", sha256=SHA256)
    assert encryption(dict(server.heard[0].headers)) == {}


def test_no_access_list_is_sent(server: Loopback, bucket: Bucket) -> None:
    bucket.put(NewObject(key="k", media_type="a/b", kms_key=None), b"hello", sha256=SHA256)
    assert not [name for name in server.heard[0].headers if name.startswith(("x-amz-acl", "x-amz-grant"))]


RULE = "<ServerSideEncryptionConfiguration><Rule>{}</Rule></ServerSideEncryptionConfiguration>"
BY_DEFAULT = "<ApplyServerSideEncryptionByDefault>{}</ApplyServerSideEncryptionByDefault>"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (BY_DEFAULT.format(f"<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{KEY}</KMSMasterKeyID>"), KEY),
        (BY_DEFAULT.format("<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>alias/x</KMSMasterKeyID>"), "alias/x"),
        (BY_DEFAULT.format("<SSEAlgorithm>aws:kms</SSEAlgorithm>"), None),
    ],
)
def test_a_buckets_default_key_is_told_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch, answer: str, found: str | None
) -> None:
    with loopback(lambda heard: Answer(200, RULE.format(answer))) as server:
        lead(monkeypatch, server.url)
        told = Told().account().bucket(REGION, "acme", owner=OWNER).default_encryption()
    assert told == DefaultEncryption(Encryption.KMS, found)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, RULE.format(BY_DEFAULT.format("<SSEAlgorithm>AES256</SSEAlgorithm>"))),
        Answer(200, RULE.format("<BucketKeyEnabled>true</BucketKeyEnabled>")),
        s3_error(404, "ServerSideEncryptionConfigurationNotFoundError"),
    ],
)
def test_a_bucket_without_a_default_key_is_told(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    with loopback(lambda heard: answer) as server:
        lead(monkeypatch, server.url)
        told = Told().account().bucket(REGION, "acme", owner=OWNER).default_encryption()
    assert told == DefaultEncryption(Encryption.NO_KMS)


def test_a_refused_look_up_exits_3_and_names_kms_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(lambda heard: s3_error(403, "AccessDenied", "Access Denied")) as server:
        lead(monkeypatch, server.url)
        with pytest.raises(AccessDenied) as caught:
            Told().account().bucket(REGION, "acme", owner=OWNER).default_encryption()
    assert caught.value.what.startswith("kms-key: ")
    assert "`kms-key`" in caught.value.advice
    assert caught.value.action == "s3:GetEncryptionConfiguration"
