"""Pipelines as they are declared, for whoever changes a declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from waybill.domain.setup.pipelines.role import Declaration


class Declarations(Protocol):
    """One region's pipelines."""

    def read(self, name: str) -> Declaration | None:
        """Return a declaration as it is now; None where there is no pipeline of this name in this region."""

    def update(self, document: Mapping[str, Any]) -> Declaration:
        """Put another declaration in a pipeline's place, whichever is there by then; returns what AWS has now."""

    def under_way(self, name: str) -> Sequence[str]:
        """Return the ids of the executions that have not ended; an update cancels them."""
