"""A version as the source account offers it: the regions to take it from, and what is taken."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from waybill.commands.account.find import Shelf
from waybill.commands.release.material import Material, body_of
from waybill.commands.together import together
from waybill.domain.digests import PART
from waybill.domain.names import Keys
from waybill.domain.observation import Observation, Stored
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError, IdentityError, Unavailable, WaybillError
from waybill.ports.copying import CopySource
from waybill.transfer.source import StoredSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A version as the source account holds it.

    `holders` are the regions that hold it whole, in the configuration's order; `waybill` the stored bytes of the
    waybill that was first, None where only Startifact staged it.
    """

    account: str
    keys: Keys
    subject: Subject
    waybill: bytes | None
    holders: Mapping[str, Shelf]
    found: Mapping[str, Observation]

    def nearest(self, region: str) -> str:
        """Return the region to take the bytes from: the same one where it has them."""
        return region if region in self.holders else next(iter(self.holders))

    def copy_source(self, region: str) -> CopySource:
        """Return the object that `region` copies from."""
        name = self.nearest(region)
        artifact = self.artifact(name)
        return CopySource(
            bucket=self.holders[name].bucket.name,
            owner=self.account,
            region=name,
            key=self.keys.artifact,
            version_id=artifact.version_id,
            size=artifact.size,
        )

    def artifact(self, region: str) -> Stored:
        """Return the artifact that a holder holds."""
        artifact = self.found[region].artifact
        if artifact is None:
            raise RuntimeError(f"{region} holds nothing")
        return artifact

    def material(self, *, needed: bool, written: Container[str] = ()) -> Material:
        """Return what is relayed through the runner; nothing is read where nothing is needed.

        It comes from the first holder that gives it. `written` are the regions that are written too, where source and
        target are one account. Raises `ArtifactError` where the bytes are not what the waybill says, or where no
        holder has them any more.
        """
        silent: list[WaybillError] = []
        for name, shelf in self.holders.items():
            try:
                found = self._of(name, shelf, needed=needed)
            except (Unavailable, IdentityError) as error:
                silent.append(error)
                continue
            if found is not None:
                source, body = found
                return Material(
                    source=source,
                    media_type=self.subject.media_type,
                    file_name=self.subject.file_name,
                    metadata=self.subject.metadata,
                    body=body,
                    subject=self.subject,
                    region=name if name in written else None,
                )
        raise together(silent) if silent else self._gone()

    def _of(self, name: str, shelf: Shelf, *, needed: bool) -> tuple[StoredSource, bytes | None] | None:
        size = self.subject.digests.size
        source = StoredSource(shelf.bucket, self.keys.artifact, size)
        if not needed:
            return source, None
        if size > PART:
            source.begin()
            return source, None
        body = body_of(shelf.bucket, self.keys.artifact, self.subject, name)
        return None if body is None else (source, body)

    def _gone(self) -> ArtifactError:
        return ArtifactError(
            f"{self.keys.artifact} was in account {self.account} and is gone.", "Somebody removed it. Look there."
        )
