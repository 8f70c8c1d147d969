"""What the world holds. Plain data under one lock; the views that the ports ask for are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from waybill.domain.arns import KeyArn
from waybill.domain.digests import MIB
from waybill.domain.doctor.facts import Role
from waybill.domain.setup.checking import AccessKey, PasswordPolicy
from waybill.ports.bucket import DefaultEncryption, Encryption

HISTORY = 100
"""Systems Manager keeps so many versions of a parameter."""

MIN_PART = 5 * MIB
"""S3 refuses a smaller part, the last one excepted."""


EPOCH = "2026-01-31T12:00:00Z"
"""When everything happens, unless a world is given a clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One version of an object. S3 keeps the one checksum that was sent, or a CRC64NVME of its own making.

    `summary` is what its metadata tells a pipeline of it.
    """

    body: bytes
    media_type: str
    version_id: str | None
    modified: str = EPOCH
    sha256: str | None = None
    crc64nvme: str | None = None
    kms_key: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """A delete marker: the key is free, and older versions stay below it."""

    version_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLimits:
    """The largest object that is copied in one call, and the size of the parts above that, in bytes."""

    whole: int = 5 * 1024 * MIB
    part: int = 512 * MIB


@dataclass(slots=True, kw_only=True)
class UploadState:
    """A multipart upload that was begun and neither completed nor aborted; `parts` by number."""

    key: str
    media_type: str
    kms_key: str | None
    begun: str = EPOCH
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Manners:
    """What else a bucket is like. `hidden`: the facts that the caller may not look at."""

    bucket_key: bool = True
    public_access_blocked: bool = True
    owner_enforced: bool = True
    policy: str = ""
    expiring: tuple[str, ...] = ()
    aborts: bool = True
    hidden: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class BucketState:
    """One bucket. `listing` False: the caller has no s3:ListBucket, so a missing key answers 403."""

    name: str
    region: str
    owner: str
    versioned: bool = True
    default: DefaultEncryption = field(default_factory=lambda: DefaultEncryption(Encryption.NO_KMS))
    shared_with: frozenset[str] = frozenset()
    listing: bool = True
    objects: dict[str, list[Item | Marker]] = field(default_factory=dict)
    uploads: dict[str, UploadState] = field(default_factory=dict)
    manners: Manners = field(default_factory=Manners)

    def current(self, key: str) -> Item | None:
        """Return the object that the key names now."""
        last = self.objects.get(key, [None])[-1]
        return last if isinstance(last, Item) else None

    def version(self, key: str, version_id: str | None) -> Item | None:
        """Return one version of an object; the current one where none is named."""
        if version_id is None:
            return self.current(key)
        found = (item for item in self.objects.get(key, []) if item.version_id == version_id)
        return next((item for item in found if isinstance(item, Item)), None)

    def store(self, key: str, item: Item) -> None:
        """Make `item` the current version; without versioning it replaces what was there."""
        if not self.versioned:
            self.objects[key] = []
        self.objects.setdefault(key, []).append(item)

    def listed(self, prefix: str = "") -> list[str]:
        """Return the keys of current objects in S3's order: by their UTF-8 bytes."""
        found = [key for key in self.objects if key.startswith(prefix) and self.current(key) is not None]
        return sorted(found, key=lambda key: key.encode("utf-8"))


@dataclass(slots=True)
class ParameterState:
    """One parameter: its number of puts, and the last 100 of the values."""

    version: int = 0
    values: list[str] = field(default_factory=list)

    def put(self, value: str) -> None:
        """Add a version, even where the value is the same."""
        self.version += 1
        self.values = [*self.values, value][-HISTORY:]


@dataclass(slots=True, kw_only=True)
class SettingsState:
    """What an account itself is like: a good one. `keys` are its users' access keys."""

    aliases: list[str] = field(default_factory=lambda: ["acme"])
    summary: dict[str, int] = field(
        default_factory=lambda: {"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1, "AccountPasswordPresent": 1}
    )
    password_policy: PasswordPolicy | None = field(default_factory=lambda: PasswordPolicy(length=14))
    keys: list[AccessKey] = field(default_factory=list)
    billing_contact: str | None = "Ada, head of finance"


@dataclass(slots=True, kw_only=True)
class DeclaredState:
    """A pipeline as it is declared; an update cancels what is under way."""

    document: dict[str, Any]
    version: int = 1
    under_way: list[str] = field(default_factory=list)

    def update(self, document: dict[str, Any]) -> None:
        """Put another declaration in its place."""
        self.document = document
        self.version += 1
        self.under_way = []


@dataclass(slots=True)
class KmsState:
    """Keys and aliases by ARN. `shared` are keys whose policies let every account of this world use them."""

    keys: dict[str, KeyArn] = field(default_factory=dict)
    aliases: dict[str, KeyArn] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)

    def behind(self, arn: KeyArn) -> KeyArn | None:
        """Return the key that an ARN names, directly or as an alias."""
        return self.aliases.get(arn.text) if arn.is_alias else self.keys.get(arn.text)


@dataclass(slots=True, kw_only=True)
class ExaminedState:
    """What only doctor sees of an account: roles, providers, what policies deny, how the clock is off in seconds.

    `denied` are the IAM actions that nothing allows; `policies` the policies of keys, by ARN.
    """

    roles: dict[str, Role] = field(default_factory=dict)
    providers: dict[str, list[str]] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    policies: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    time: str = ""
