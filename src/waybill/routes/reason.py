"""The reason that a person gives is kept for good, so no secret of this run gets into it."""

from __future__ import annotations

from collections.abc import Mapping

from waybill.compose import Shop
from waybill.redaction import Redactor


def without_secrets(values: Mapping[str, str], shop: Shop) -> Mapping[str, str]:
    """Return the inputs, with every secret of the environment taken out of `reason`."""
    reason = values.get("reason")
    if reason is None:
        return values
    return {**values, "reason": Redactor.from_environ(shop.face.environ).redact(reason)}
