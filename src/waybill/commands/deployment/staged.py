"""The version that is deployed, as it is staged: verified, and where a pipeline can take it from."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.commands.promotion.goods import Offer
from waybill.domain.deploy.delivery import revision_summary
from waybill.domain.deploy.plan import Goods
from waybill.ports.pipeline import NewSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A version that is whole in at least one region; `commit` is what it was built from, empty where nobody knows."""

    offer: Offer
    commit: str

    @property
    def goods(self) -> Goods:
        """Return what a plan goes by."""
        offer, subject = self.offer, self.offer.subject
        shelves = offer.holders.items()
        return Goods(
            project=subject.project,
            version=subject.version,
            sha256=subject.digests.sha256,
            size=subject.digests.size,
            key=offer.keys.artifact,
            account=offer.account,
            buckets={name: (shelf.bucket.name, offer.artifact(name).version_id) for name, shelf in shelves},
        )

    @property
    def summary(self) -> str:
        """Return what an execution says that it deploys."""
        subject = self.offer.subject
        return revision_summary(subject.project, subject.version, subject.digests.sha256, self.commit)

    def new_source(self, key: str) -> NewSource:
        """Return what is put under a pipeline's source key."""
        subject = self.offer.subject
        return NewSource(key=key, media_type=subject.media_type, summary=self.summary, digests=subject.digests)
