"""Parameter Store as the sandbox answers: one request at a time, and the limits of names and of the standard tier.

moto reads the last version and then appends the next one: two threads could both create a parameter, or read one that
has no version yet. What a name and a value may be:
https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
"""

from __future__ import annotations

import re
import threading
from typing import ClassVar, Final

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.ssm import urls
from moto.ssm.responses import SimpleSystemManagerResponse

from waybill.sandbox.engine.refusals import Refusal, rendered

STANDARD_BYTES: Final = 4096
_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]+\Z|(/[a-zA-Z0-9_.-]+)+\Z")
_DEEPEST: Final = 15
_LONGEST: Final = 1011


class StrictSsm(SimpleSystemManagerResponse):
    """Requests to Systems Manager, one instance a request; `turn` is shared by all of them."""

    turn: ClassVar[threading.Lock]

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one request, alone."""
        with self.turn:
            try:
                return super().call_action()
            except Refusal as refusal:
                return rendered(refusal, "ssm")

    def put_parameter(self) -> ActionResult:
        """PutParameter: a name and a value that AWS would take."""
        _check_name(self._get_param("Name", ""))
        _check_value(self._get_param("Value", ""), self._get_param("Tier"))
        return super().put_parameter()


def install() -> None:
    """Let `StrictSsm` answer Systems Manager's requests."""
    StrictSsm.turn = threading.Lock()
    for pattern in urls.url_paths:
        urls.url_paths[pattern] = StrictSsm.dispatch


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        raise _invalid(
            "Parameter name must be a fully qualified name: letters, numbers and .-_ in parts divided by slashes, "
            "beginning with a slash when there is more than one part."
        )
    if name.count("/") > _DEEPEST or len(name) > _LONGEST:
        raise _invalid("Parameter name is too deep or too long: 15 levels and 1,011 characters at most.")


def _check_value(value: str, tier: str | None) -> None:
    if "{{" in value and "}}" in value:
        raise _invalid("Parameter value can't nest another parameter. Do not use {{}} in the value.")
    if tier in (None, "Standard") and len(value.encode()) > STANDARD_BYTES:
        raise _invalid(
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger "
            "parameter value, upgrade the parameter to use the advanced-parameter tier."
        )


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationException", message)
