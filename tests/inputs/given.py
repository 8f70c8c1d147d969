"""What tests of inputs have in common: where they are read, and a wrong value for every input that says where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.domain.waybill import Origin
from waybill.inputs.surroundings import Surroundings
from waybill.packing import Selection


def _survey(path: str, allow_empty: bool, compress: bool) -> Selection:
    raise AssertionError("nobody packs anything")


def around(**changes: Any) -> Surroundings:
    """Return a machine near us-east-1, on which there is nothing to pack."""
    given: dict[str, Any] = {
        "origin": Origin(),
        "tag": None,
        "places": ("us-east-1",),
        "parameter": "",
        "regions": frozenset({"us-east-1", "eu-west-1"}),
        "survey": _survey,
    }
    return Surroundings(**{**given, **changes})


WRONG_PLACE: Mapping[str, str] = {
    "regions": "us-nowhere-1",
    "configuration-parameter": "no spaces please",
    "bucket-parameter": "no spaces please",
    "key-prefix": "no spaces please",
    "parameter-prefix": "no-slash",
    "oidc-role": "github",
    "audience": "two words",
    "role": "waybill-stage",
    "role-external-id": "no spaces please",
    "role-session-name": "no spaces please",
    "role-duration": "a while",
    "expected-account": "production",
    "session-tags": "maybe",
    "summary": "maybe",
}
"""A wrong value for each of the inputs that every command has beside `project`, in the order of the tables."""
