"""Policies that nobody could read, and why: an answer may hang on them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from waybill.domain.iam.documents import Kind
from waybill.domain.iam.truth import Unknown

_GIVEN: Final = {
    Kind.IDENTITY: "identity-policy",
    Kind.BOUNDARY: "boundary",
    Kind.SESSION: "session-policy",
    Kind.SCP: "scp",
    Kind.RCP: "rcp",
    Kind.DOMAIN: "domain-policy",
}
_PLURAL: Final = {Kind.IDENTITY: "identity policies"}


def given_as(kind: Kind) -> str:
    """Return the input that takes a policy of a kind as a file."""
    return _GIVEN.get(kind, "resource-policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Policies of a kind that could not be read, or some of them.

    `of` is the ARN of what they are attached to, `account` whose; `why` is sentences. `call` is the call that was
    refused, `iam:GetUserPolicy`, empty where none was made. `mend` says what lets it be read.
    """

    kind: Kind
    of: str = ""
    account: str = ""
    why: str = ""
    call: str = ""
    mend: str = ""

    def __str__(self) -> str:
        return together([self])

    @property
    def unknown(self) -> Unknown:
        """What an answer hangs on, then."""
        return Unknown(str(self), unread=True)

    def to_json(self) -> dict[str, Any]:
        """Return it as a member of the result document."""
        return {
            "policy": self.kind.value,
            "of": self.of,
            "account": self.account,
            "why": self.why,
            "call": self.call or None,
            "give": given_as(self.kind),
        }


def together(unread: Iterable[Unread]) -> str:
    """Return in words which policies of one thing were not read: `the identity policies and the ... of ARN`."""
    some = list(unread)
    kinds = dict.fromkeys(f"the {_PLURAL.get(one.kind, one.kind.value)}" for one in some)
    return " and ".join(kinds) + (f" of {some[0].of}" if some[0].of else "")


def alike(unread: Iterable[Unread]) -> list[list[Unread]]:
    """Return what was not read for the same reason, of the same thing, together."""
    found: dict[tuple[str, str], list[Unread]] = {}
    for one in unread:
        found.setdefault((one.of, one.why), []).append(one)
    return list(found.values())
