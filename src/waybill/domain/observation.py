"""What a run found in one region: facts, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.domain.arns import KeyArn
from waybill.domain.waybill import Waybill


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One object as S3 reports it. Checksums are of the full object; None where S3 has none of that kind.

    `sha256` is hex; `crc64nvme` base64 as S3 writes it; `size` bytes; `kms_key` the ARN that S3 says encrypts it.
    """

    key: str
    size: int
    version_id: str | None = None
    sha256: str | None = None
    crc64nvme: str | None = None
    kms_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One region: its bucket, what encrypts, and what is stored there under this version already.

    `kms_key` None: `kms-key: none` was said. `waybill_raw` are the waybill's stored bytes; `history` the values that
    the channel's parameter has had, oldest first (None: the channel is not to move, and was not read).
    """

    region: str
    account: str
    bucket: str
    kms_key: KeyArn | None
    artifact: Stored | None = None
    metadata: bytes | None = None
    waybill_raw: bytes | None = None
    waybill: Waybill | None = None
    history: tuple[str, ...] | None = None

    @property
    def channel(self) -> str | None:
        """What the channel names, None where it is absent or was not read."""
        return self.history[-1] if self.history else None
