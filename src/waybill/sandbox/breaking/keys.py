"""Keys that are not as they should be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from waybill.sandbox import layout
from waybill.sandbox.breaking.buckets import encrypted
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.breaking.kinds import Kind, kind

_REGION: Final = "us-west-2"
_OTHER: Final = "eu-west-1"


def _key(hands: Hands, region: str = _REGION, alias: str = layout.KEY_ALIAS) -> str:
    arn: str = hands.client("kms", region).describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    return arn


def _foreign(hands: Hands) -> Iterator[None]:
    yield from encrypted(_default(_key(hands, _OTHER)), hands)


def _absent(hands: Hands) -> Iterator[None]:
    prefix = _key(hands).rpartition("/")[0]
    yield from encrypted(_default(f"{prefix}/00000000-0000-4000-8000-000000000000"), hands)


def _default(key: str) -> dict[str, Any]:
    return {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}


def _disabled(hands: Hands) -> Iterator[None]:
    kms = hands.client("kms", _REGION)
    identifier = _key(hands).rpartition("/")[2]
    kms.disable_key(KeyId=identifier)
    yield
    kms.enable_key(KeyId=identifier)


def policed(region: str, alias: str, change: Any, hands: Hands) -> Iterator[None]:
    """Change the statements of a key's policy."""
    kms, key = hands.client("kms", region), _key(hands, region, alias)
    before = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    document = json.loads(before)
    document["Statement"] = change(document["Statement"])
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document))
    yield
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=before)


def own_alone(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the account's own statement, and no other account's."""
    return statements[:1]


def _and_denial(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    user = f"arn:aws:iam::{layout.DEVELOPMENT}:user/{layout.USER}"
    denial = {"Effect": "Deny", "Principal": {"AWS": user}, "Action": "kms:GenerateDataKey", "Resource": "*"}
    return [*statements, denial]


KINDS: Final[tuple[Kind, ...]] = (
    kind("key", f"the bucket of {_REGION} names a key that is not there", _absent),
    kind("key-region", f"the bucket of {_REGION} names the key of {_OTHER}", _foreign),
    kind("key-enabled", f"the key of {_REGION} is disabled", _disabled),
    kind(
        "key-use",
        f"the policy of the key of {_REGION} denies the user to encrypt",
        partial(policed, _REGION, layout.KEY_ALIAS, _and_denial),
    ),
    kind(
        "key-readers",
        f"production may read the bucket of {_REGION}, and not decrypt",
        partial(policed, _REGION, layout.KEY_ALIAS, own_alone),
    ),
)
