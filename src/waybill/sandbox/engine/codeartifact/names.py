"""Names as CodeArtifact's model has them, and the one that AWS's own documentation uses beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.codepipeline import shapes


def faults(shape: Any, request: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a request. A domain may be called `my_domain`, though the model has no underscore."""
    domain = request.get("domain")
    plain = {"domain": domain.replace("_", "-")} if isinstance(domain, str) else {}
    return shapes.faults(shape, {**request, **plain})
