"""Where an engine does otherwise than AWS, by name; and where Waybill's own adapters do otherwise than the ports say.

A test that is marked with one of these names must fail there: when the engine mends its ways, or the adapter, the suite
says so. The in-memory fake has no entry, and must not have one.
"""

from __future__ import annotations

LAX: dict[str, dict[str, str]] = {
    "fake": {},
    "moto": {
        "unlisted": "the sandbox lets every session list",
        "session-policy": "the sandbox lets a session do what its policy does not",
        "caller-reference": "moto makes a new invalidation for a CallerReference that it has seen",
    },
    "ministack": {
        "expected-owner": "ministack does not look at x-amz-expected-bucket-owner",
        "default-crc": "ministack computes no CRC64NVME for an object that was put without a checksum",
        "full-object-crc": "ministack knows multipart checksums of checksums only, and refuses that of the whole",
        "unlisted": "ministack answers 404 for a missing key to callers without s3:ListBucket, where AWS answers 403",
        "copy-checksum": "ministack tells no checksum of a copy, and keeps the source's",
        "bucket-name": "ministack does not say which bucket does not exist",
        "copy-create-only": "ministack copies over what stands there",
        "copy-across-accounts": "ministack finds no bucket of another account to copy from",
        "history-of-100": "ministack keeps every version of a parameter",
        "simulated-resources": "ministack simulates the first of several resources alone",
        "kms-key-must-exist": "ministack encrypts S3 objects with keys that do not exist",
        "kms-alias": "ministack reports the alias as the key that encrypts, where S3 reports the key's own ARN",
        "alias-by-key": "ministack judges a call that names an alias by the alias's ARN, where KMS does by the key's",
    },
}

OWED: dict[str, str] = {}
"""By the adapters, whatever the engine: name and what they owe."""
