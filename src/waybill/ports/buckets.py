"""Buckets that somebody made, as setup looks at them before it points anybody at them."""

from __future__ import annotations

from typing import Protocol

from waybill.domain.setup.adoption.buckets import BucketFacts, Missing


class Buckets(Protocol):
    """One region's buckets, by their names."""

    def look(self, name: str, *, owner: str) -> BucketFacts | Missing:
        """Return what a bucket is like, or why it cannot be looked at as one of `owner` in this region."""
