"""Policies that nobody could read, and why: an answer may hang on them. Pure."""

from __future__ import annotations

import json
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

    `of` is the ARN of what they are attached to, `account` whose; `why` is sentences, `mend` says what lets them be
    read. Where a call was refused, `call` is its action, `caller` who made it, `on` the ARN of what it was made on.
    `givable`: a file can stand for it. `what` says what was to be read, where that is no policy.
    """

    kind: Kind
    of: str = ""
    account: str = ""
    why: str = ""
    mend: str = ""
    call: str = ""
    caller: str = ""
    on: str = ""
    givable: bool = True
    what: str = ""

    def __str__(self) -> str:
        return Lost((self,)).policies

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
            "mend": self.mend or None,
            "call": self.call or None,
            "give": given_as(self.kind) if self.givable else None,
        }


@dataclass(frozen=True, slots=True)
class Lost:
    """What was not read of one thing, for one reason: that there is no way in, or that somebody may not."""

    unread: tuple[Unread, ...]

    @property
    def policies(self) -> str:
        """In words: `the identity policies and the permissions boundary of ARN`."""
        kinds = dict.fromkeys(f"the {one.what or _PLURAL.get(one.kind, one.kind.value)}" for one in self.unread)
        return _listed(kinds) + (f" of {self.unread[0].of}" if self.unread[0].of else "")

    @property
    def account(self) -> str:
        """Whose it is, where that is known."""
        return self.unread[0].account

    @property
    def why(self) -> str:
        """Why it was not read, in a sentence or two."""
        if self._calls <= 1:
            return self.unread[0].why
        calls = _listed(dict.fromkeys(one.call for one in self.unread))
        return f"{self.unread[0].caller} may not {calls} on {_listed(dict.fromkeys(one.on for one in self.unread))}."

    @property
    def mend(self) -> str:
        """What lets it be read; empty where nobody knows."""
        if self._calls <= 1:
            return self.unread[0].mend
        actions, on = sorted({one.call for one in self.unread}), sorted({one.on for one in self.unread})
        statement = {"Effect": "Allow", "Action": actions, "Resource": on[0] if len(on) == 1 else on}
        return f"What it lacks:\n{json.dumps(statement, indent=2)}"

    @property
    def give(self) -> str:
        """How to give it in files; empty where no file can stand for it."""
        if not all(one.givable for one in self.unread):
            return ""
        inputs = _listed(dict.fromkeys(f"`{given_as(one.kind)}`" for one in self.unread))
        single = len({one.kind for one in self.unread}) == 1 and self.unread[0].kind not in _PLURAL
        return f"Or give {'it as a file' if single else 'them as files'}: {inputs}."

    @property
    def _calls(self) -> int:
        return len({(one.call, one.on) for one in self.unread})


def lost(unread: Iterable[Unread]) -> list[Lost]:
    """Return what was not read, that of one thing and one reason together."""
    found: dict[tuple[str, str], list[Unread]] = {}
    for one in unread:
        found.setdefault((one.of, one.caller if one.call else one.why), []).append(one)
    return [Lost(tuple(some)) for some in found.values()]


def _listed(words: Iterable[str]) -> str:
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last
