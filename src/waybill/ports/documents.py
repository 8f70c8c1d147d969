"""The policies that a question of access is held against, wherever they come from: files, or the accounts."""

from __future__ import annotations

from typing import Protocol

from waybill.domain.iam.question import Policies, Question


class Documents(Protocol):
    """Policies of callers and of resources."""

    def about(self, question: Question) -> Policies:
        """Return every policy that a question is held against; the kinds that may not be read are in `unread`.

        Raises `WaybillError` where nothing at all can be read.
        """
