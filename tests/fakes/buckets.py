"""Existing buckets, as somebody looks at them from outside."""

from __future__ import annotations

from typing import TypeVar

from fakes.calls import Call
from fakes.world import World
from waybill.domain.findings import Seen, Unseen
from waybill.domain.setup.adoption.buckets import BucketFacts, Default, Lifecycle, Missing
from waybill.ports.bucket import Encryption

T = TypeVar("T")

WORDS = {Encryption.KMS: "aws:kms", Encryption.KMS_TWICE: "aws:kms:dsse", Encryption.NO_KMS: "AES256"}


class FakeBuckets:
    """Implements `ports.Buckets` for one account and region."""

    def __init__(self, world: World, *, region: str, caller: str) -> None:
        self._world = world
        self._region = region
        self._caller = caller

    def look(self, name: str, *, owner: str) -> BucketFacts | Missing:
        """Return what a bucket is like, or why it cannot be looked at."""
        call = Call(region=self._region, call="look-bucket", name=name, account=self._caller)
        with self._world.calls.making(call), self._world.lock:
            self._world.must_have(self._region)
            found = self._world.buckets.get(name)
            if found is None:
                return Missing.ABSENT
            if found.region != self._region:
                return Missing.ELSEWHERE
            if found.owner != owner or found.owner != self._caller:
                return Missing.FORBIDDEN
            manners = found.manners

            def fact(name: str, value: T) -> Seen[T] | Unseen:
                return Unseen(f"{name} is hidden") if name in manners.hidden else Seen(value)

            default = Default(
                algorithm=WORDS[found.default.kind],
                key=found.default.key or "",
                bucket_key=manners.bucket_key and found.default.kind is Encryption.KMS,
            )
            return BucketFacts(
                versioning=fact("versioning", "Enabled" if found.versioned else ""),
                encryption=fact("encryption", default),
                public_access_blocked=fact("public-access", manners.public_access_blocked),
                owner_enforced=fact("ownership", manners.owner_enforced),
                policy=fact("policy", manners.policy),
                lifecycle=fact("lifecycle", Lifecycle(expiring=manners.expiring, aborts=manners.aborts)),
            )
