"""The statements of a grant on staged artifacts: in the bucket's policy, and in that of the key behind it. Pure.

What is allowed is what Waybill's own calls need (`domain/calls.py`). Standard SSM parameters have no policies: who is
to move a channel takes a role of the account, by `through`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from waybill.domain.access.grants import Grant, May, Staged
from waybill.domain.access.refs import Ref
from waybill.domain.access.wanted import WantedStatement, stated
from waybill.domain.arns import KeyArn, s3_in
from waybill.domain.calls import PROMOTE_CALLS, READ_CALLS, STAGE_CALLS, Call, On
from waybill.domain.iam.documents import Kind

OBJECTS: Final = frozenset({On.VERSION, On.EVENTS, On.SOURCE})
KEYS: Final = frozenset({On.KEY, On.SOURCE_KEY})

CALLS: Final[Mapping[May, tuple[Call, ...]]] = {
    May.READ: READ_CALLS,
    May.DOWNLOAD: tuple(call for call in READ_CALLS if call.on is not On.LISTING),
    May.STAGE: STAGE_CALLS,
    May.PROMOTE: (*READ_CALLS, *(call for call in PROMOTE_CALLS if call.on in {On.SOURCE, On.SOURCE_KEY})),
}
"""To promote is said of the account that is promoted from: its artifacts are read, each by its version."""

OF_ITSELF: Final = frozenset({"kms:DescribeKey"})
"""What KMS is asked by the caller, and not by S3: it finds the key behind an alias, and nobody need do that here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One account's staging bucket in one region. `key`: the customer's own key that encrypts there, if one does.

    `managed`: AWS's own key does, which no other account can use.
    """

    bucket: str
    key: KeyArn | None = None
    managed: bool = False


Shelves = Mapping[tuple[str, str], Shelf]
"""By the account's name, and the region."""


def bucket_ref(account: str, owner: str, region: str, bucket: str) -> Ref:
    """Return the document of a bucket."""
    return Ref(account=account, owner=owner, region=region, kind=Kind.BUCKET, name=bucket)


def key_ref(account: str, key: KeyArn) -> Ref:
    """Return the document of a key, which is one of the account `account`."""
    return Ref(account=account, owner=key.account, region=key.region, kind=Kind.KEY, name=key.text)


def staged_statements(
    grant: Grant, what: Staged, shelves: Shelves, key_prefix: str, names: Mapping[str, str]
) -> Iterator[WantedStatement]:
    """Yield what a grant needs in every region. `names` are the accounts' names by their numbers."""
    begins = f"{key_prefix}{f'{what.project}@' if what.project is not None else what.prefix}"
    for region in what.regions:
        shelf = shelves[what.account.name, region]
        ref = bucket_ref(what.account.name, what.account.id, region, shelf.bucket)
        for may in grant.may:
            yield stated(ref, grant, may.value.capitalize(), _on(CALLS[may], OBJECTS), [f"{ref.arn}/{begins}*"])
        every = [call for may in grant.may for call in CALLS[may]]
        if listing := _on(every, {On.LISTING}):
            condition = {"StringLike": {"s3:prefix": f"{begins}*"}} if begins else None
            yield stated(ref, grant, "List", listing, [ref.arn], condition=condition)
        if looking := _on(every, {On.BUCKET}):
            yield stated(ref, grant, "Bucket", looking, [ref.arn])
        if shelf.key is not None and shelf.key.account in names:
            yield _of_key(grant, key_ref(names[shelf.key.account], shelf.key), every)


def _of_key(grant: Grant, ref: Ref, calls: list[Call]) -> WantedStatement:
    """Return what uses the key, by S3 only."""
    condition = {"StringEquals": {"kms:ViaService": s3_in(ref.region)}}
    return stated(
        ref, grant, "Key", [one for one in _on(calls, KEYS) if one not in OF_ITSELF], ["*"], condition=condition
    )


def _on(calls: list[Call] | tuple[Call, ...], on: frozenset[On] | set[On]) -> list[str]:
    return sorted({call.action for call in calls if call.on in on})
