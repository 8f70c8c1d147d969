from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.domain.digests import MAX_PARTS, MAX_SIZE, MIB, PART, crc_text, part_size, sha256_base64, sha256_hex


@given(st.integers(0, MAX_SIZE))
def test_any_artifact_that_s3_takes_is_cut_into_parts_that_s3_takes(size: int) -> None:
    part = part_size(size)
    assert part % MIB == 0
    assert PART <= part <= 5 * 1024 * MIB
    assert -(-size // part) <= MAX_PARTS


@pytest.mark.parametrize("size", [MAX_SIZE, MAX_SIZE - 1, PART * MAX_PARTS, PART * MAX_PARTS + 1])
def test_the_edges_keep_within_ten_thousand_parts(size: int) -> None:
    assert -(-size // part_size(size)) <= MAX_PARTS


def test_parts_have_the_usual_size_as_long_as_they_can() -> None:
    assert part_size(0) == part_size(PART) == part_size(PART * MAX_PARTS) == PART
    assert part_size(PART * MAX_PARTS + 1) == PART + MIB


@given(st.binary(max_size=40))
def test_a_sha256_is_written_and_read_as_s3_does(body: bytes) -> None:
    digest = hashlib.sha256(body)
    assert sha256_base64(digest.hexdigest()) == b64encode(digest.digest()).decode()
    assert sha256_hex(sha256_base64(digest.hexdigest())) == digest.hexdigest()


def test_a_checksum_of_checksums_is_no_sha256_of_the_whole() -> None:
    assert sha256_hex(sha256_base64(hashlib.sha256(b"").hexdigest()) + "-3") is None


def test_a_crc_is_eight_bytes_big_endian() -> None:
    assert crc_text(0) == "AAAAAAAAAAA="
    assert crc_text(1) == "AAAAAAAAAAE="
    assert crc_text(2**64 - 1) == "//////////8="
