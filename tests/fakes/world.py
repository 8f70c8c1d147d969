"""What the world is made of, and how a test makes, plants and looks at things in it, outside the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count
from threading import RLock
from typing import TYPE_CHECKING

from awscrt.checksums import crc64nvme

from fakes.calls import Calls
from fakes.cloudformation import CloudFormation
from fakes.state import (
    EPOCH,
    MIN_PART,
    BucketState,
    CopyLimits,
    DeclaredState,
    ExaminedState,
    Item,
    KmsState,
    Marker,
    ParameterState,
    SettingsState,
)
from waybill.domain.arns import KeyArn
from waybill.domain.digests import crc_text
from waybill.errors import Unavailable
from waybill.ports.bucket import DefaultEncryption, Encryption

if TYPE_CHECKING:
    from fakes.codepipeline import FakePipeline
    from fakes.distributions import DistributionState
    from fakes.identity_policies import HolderState
    from fakes.packages import DomainState
    from fakes.policies import PolicyState
    from waybill.domain.access.holders import Holder
    from waybill.domain.access.refs import Ref


class World:
    """Buckets, parameters and keys. `page` is the length of a listing's page; `min_part_bytes` S3's 5 MiB, or less.

    `copy_limits` may be made smaller by a test, and `now` be its clock's; `seconds` are those since the fakes' epoch,
    by `now` unless a test has finer ones (`clock.monotonic`).
    """

    def __init__(self, *, regions: Iterable[str], page: int = 1000, min_part_bytes: int = MIN_PART) -> None:
        self.regions = tuple(regions)
        self.page = page
        self.min_part_bytes = min_part_bytes
        self.lock = RLock()
        self.calls = Calls()
        self.buckets: dict[str, BucketState] = {}
        self.parameters: dict[tuple[str, str, str], ParameterState] = {}
        self.kms = KmsState()
        self.pipelines: dict[tuple[str, str, str], FakePipeline] = {}
        self.distributions: dict[tuple[str, str], DistributionState] = {}
        self.packages: dict[tuple[str, str, str], DomainState] = {}
        self.cloudformation = CloudFormation()
        self.declarations: dict[tuple[str, str, str], DeclaredState] = {}
        self.policies: dict[Ref, PolicyState] = {}
        self.without_packages: set[str] = set()
        self.settings: defaultdict[str, SettingsState] = defaultdict(SettingsState)
        self.examined: defaultdict[str, ExaminedState] = defaultdict(ExaminedState)
        self.holders: defaultdict[str, dict[Holder, HolderState]] = defaultdict(dict)
        self.managed_policies: dict[str, str] = {}
        self.organisations: dict[str, str] = {}
        self.copy_limits = CopyLimits()
        self.now: Callable[[], str] = lambda: EPOCH
        self.seconds: Callable[[], float] = self._by_now
        self._numbers = count(1)

    def add_bucket(
        self,
        region: str,
        name: str,
        *,
        owner: str,
        key: KeyArn | str | None = None,
        default: DefaultEncryption | None = None,
        versioned: bool = True,
        shared_with: Iterable[str] = (),
    ) -> BucketState:
        """Make a bucket. `key` is its default KMS key; `default` says it in full."""
        if default is None:
            default = DefaultEncryption(Encryption.KMS if key else Encryption.NO_KMS, str(key) if key else None)
        bucket = BucketState(
            name=name,
            region=region,
            owner=owner,
            versioned=versioned,
            default=default,
            shared_with=frozenset(shared_with),
        )
        self.buckets[name] = bucket
        return bucket

    def add_key(self, region: str, account: str, *, alias: str | None = None, shared: bool = False) -> KeyArn:
        """Make a KMS key, and an alias for it."""
        key = KeyArn.parse(f"arn:aws:kms:{region}:{account}:key/{next(self._numbers):08x}-0000-4000-8000-000000000000")
        self.kms.keys[key.text] = key
        if alias is not None:
            self.kms.aliases[f"arn:aws:kms:{region}:{account}:alias/{alias}"] = key
        if shared:
            self.kms.shared.add(key.text)
        return key

    def share(self, owner: str, *, with_account: str) -> None:
        """Let another account read an account's buckets, and use its keys, by their own policies."""
        with self.lock:
            for bucket in self.buckets.values():
                if bucket.owner == owner:
                    bucket.shared_with |= {with_account}
            self.kms.shared |= {text for text, key in self.kms.keys.items() if key.account == owner}

    def managed_key(self, region: str, account: str) -> KeyArn:
        """Return the account's own `aws/s3` key, which nobody made."""
        alias = f"arn:aws:kms:{region}:{account}:alias/aws/s3"
        if alias not in self.kms.aliases:
            self.kms.aliases[alias] = self.add_key(region, account)
        return self.kms.aliases[alias]

    def set_parameter(self, region: str, account: str, name: str, *values: str) -> None:
        """Put values one after the other, outside the log."""
        with self.lock:
            state = self.parameters.setdefault((account, region, name), ParameterState())
            for value in values:
                state.put(value)

    def delete_parameter(self, region: str, account: str, name: str) -> None:
        """Delete a parameter; its history goes with it."""
        with self.lock:
            del self.parameters[account, region, name]

    def history(self, region: str, account: str, name: str) -> list[str]:
        """Return a parameter's values, oldest first, outside the log."""
        with self.lock:
            state = self.parameters.get((account, region, name))
            return list(state.values) if state else []

    def unfinished(self, bucket: str | None = None) -> int:
        """Return how many multipart uploads were begun and not ended."""
        with self.lock:
            return sum(len(state.uploads) for name, state in self.buckets.items() if bucket in {None, name})

    def plant(
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        sha256: str | None = None,
        kms_key: str | None = None,
        checksum: bool = True,
        summary: str = "",
    ) -> None:
        """Store an object, whatever was there, as another tool would: without `sha256` S3 knows the CRC64NVME only.

        Without `checksum` it knows one of another kind, as SDKs send it: none that could be compared.
        """
        with self.lock:
            state = self.buckets[bucket]
            crc = crc_text(crc64nvme(body)) if sha256 is None and checksum else None
            version = self.new_version() if state.versioned else None
            media = "binary/octet-stream"
            item = Item(
                body=body,
                media_type=media,
                version_id=version,
                modified=self.now(),
                sha256=sha256,
                crc64nvme=crc,
                kms_key=kms_key,
                summary=summary,
            )
            state.store(key, item)
            self.wrote(bucket, key)

    def wrote(self, bucket: str, key: str) -> None:
        """Have the pipelines hear of a write, which some of them watch for."""
        for pipe in list(self.pipelines.values()):
            pipe.wrote(bucket, key)

    def _by_now(self) -> float:
        return (datetime.fromisoformat(self.now()) - datetime.fromisoformat(EPOCH)).total_seconds()

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object: with versioning a marker covers it."""
        with self.lock:
            state = self.buckets[bucket]
            if state.versioned:
                state.objects.setdefault(key, []).append(Marker(self.new_version()))
            else:
                state.objects.pop(key, None)

    def body(self, bucket: str, key: str) -> bytes | None:
        """Return the bytes that a key names now, outside the log."""
        with self.lock:
            item = self.buckets[bucket].current(key)
            return None if item is None else item.body

    def contents(self, bucket: str) -> dict[str, bytes]:
        """Return everything that a bucket holds now, in S3's order."""
        with self.lock:
            state = self.buckets[bucket]
            return {key: item.body for key in state.listed() if (item := state.current(key)) is not None}

    def new_version(self) -> str:
        """Return an id that was never used."""
        return f"{next(self._numbers):06d}"

    def must_have(self, region: str) -> None:
        """Raise as a client does whose endpoint does not exist."""
        if region not in self.regions:
            raise Unavailable(f"no answer in {region}", "Check the region's name.")
