"""Names as CodeArtifact's model has them, and the one that AWS's own documentation uses beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from waybill.sandbox.engine.codepipeline import shapes

_MAKING: Final = "CreateDomain"


def faults(operation: Any, request: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a request, by the service model.

    A domain may be called `my_domain`, as AWS's documentation does it, though nobody can make one: the model has no
    underscore.
    """
    domain = request.get("domain")
    loose = isinstance(domain, str) and operation.name != _MAKING
    plain = {"domain": str(domain).replace("_", "-")} if loose else {}
    return shapes.faults(operation.input_shape, {**request, **plain})
