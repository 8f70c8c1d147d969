"""Policy documents as they are: the body of the result of `access show`. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from waybill.domain.access.meaning import statements_in
from waybill.domain.access.refs import Live, Ref
from waybill.domain.access.wanted import is_ours


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDocument:
    """One document; `live` None: there is no policy."""

    ref: Ref
    live: Live | None

    @property
    def counts(self) -> tuple[int, int]:
        """How many statements are ours, and how many are not."""
        try:
            found = statements_in(self.live.text) if self.live else []
        except ValueError:
            return 0, 0
        ours = sum(map(is_ours, found))
        return ours, len(found) - ours

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document: `document` is what `text` says."""
        ours, others = self.counts
        return {
            "kind": self.ref.kind.value,
            "name": self.ref.name,
            "arn": self.ref.arn,
            "account": self.ref.account,
            "account_id": self.ref.owner,
            "region": self.ref.region,
            "revision": self.live.revision if self.live else None,
            "ours": ours,
            "others": others,
            "document": _parsed(self.live.text) if self.live else None,
            "text": self.live.text if self.live else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessShown:
    """All documents, by account, region and kind. Implements `result.Body`."""

    documents: tuple[ShownDocument, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {"documents": [one.to_json() for one in self.documents]}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
