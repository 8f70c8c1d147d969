"""The inputs that say who a run is to be."""

from __future__ import annotations

import re
from collections.abc import Callable

from waybill.domain import identity as who
from waybill.domain.arns import RoleArn
from waybill.domain.identity import Identity
from waybill.domain.waybill import Origin
from waybill.inputs.reading import Reading

SHORTEST, LONGEST = 900, 43200
"""What STS takes as a session's seconds."""

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_AUDIENCE = re.compile(r"[\x21-\x7e]{1,255}")


def read_identity(reading: Reading, origin: Origin) -> Identity:
    """Return the roles to assume and what goes into their sessions; faults go to `reading`.

    A verb whose roles stand in a file has no inputs `role`, `role-external-id` and `expected-account`.
    """
    oidc_role = reading.parsed("oidc-role", RoleArn.parse)
    named = reading.has("role")
    role = reading.parsed("role", RoleArn.parse) if named else None
    name = reading.checked("role-session-name", who.is_session_name, "must be 2 to 64 of letters, digits and _+=,.@-.")
    account = read_account(reading, "expected-account") if named else ""
    last = role or oidc_role
    if account and last and last.account != account:
        reading.fault("expected-account", f"is another account than that of {last}.")
    external = read_external_id(reading, "role") if named else None
    tagged = reading.flag("session-tags")
    return Identity(
        oidc_role=oidc_role,
        audience=reading.checked("audience", _is(_AUDIENCE), "must be one word."),
        role=role,
        role_external_id=external,
        role_session_name=name or who.session_name(origin),
        role_duration=_duration(reading, chained=bool(oidc_role and role)),
        expected_account=account or None,
        tags=who.session_tags(origin) if tagged else (),
        source_identity=who.source_identity(origin) if tagged else None,
    )


def read_external_id(reading: Reading, role: str) -> str | None:
    """Return the external id that belongs to the input of a role; None where none is given."""
    name = f"{role}-external-id"
    rule = "must be 2 to 1224 of letters, digits and _ + = , . @ : / -."
    external = reading.checked(name, who.is_external_id, rule)
    if external and reading.given(role) is None:
        reading.fault(name, f"is of no use without `{role}`.")
    return external or None


def read_account(reading: Reading, name: str) -> str:
    """Return the number of an account that an input names; empty where none is given."""
    return reading.checked(name, _is(_ACCOUNT), "must be twelve digits.")


def _duration(reading: Reading, *, chained: bool) -> int:
    text = reading.text("role-duration")
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    if not SHORTEST <= seconds <= LONGEST:
        reading.fault("role-duration", f"must be seconds from {SHORTEST} to {LONGEST}.")
    elif chained and seconds > who.CHAINED_SECONDS:
        reading.fault(
            "role-duration", "must be at most 3600, since `role` is assumed from `oidc-role`'s session; it is renewed."
        )
    return seconds


def _is(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None
