"""CRC64NVME of bytes as they pass."""

from __future__ import annotations

from awscrt.checksums import crc64nvme

from waybill.domain.digests import crc_text


class RunningCrc:
    """A CRC64NVME in the making."""

    def __init__(self) -> None:
        self._crc = 0

    def update(self, data: bytes | memoryview) -> None:
        """Take the next bytes."""
        self._crc = crc64nvme(data, self._crc)

    def text(self) -> str:
        """Return it as S3 writes it."""
        return crc_text(self._crc)
