"""Web identity tokens: what they say, unverified. A token that cannot be read says whatever a policy asks for. Pure.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from waybill.domain.iam.context import Value
from waybill.sandbox.engine.refusals import Refusal

_PARTS: Final = 3
_AWS: Final = ("aws:", "sts:")


class Provider(Protocol):
    """An identity provider as IAM has it: whose tokens it is for."""

    client_id_list: list[str]


@dataclass(frozen=True, slots=True)
class Token:
    """A token: who made it (a host and a path; "" where it cannot be read), and what it claims."""

    issuer: str
    said: Mapping[str, Any]

    @property
    def families(self) -> tuple[str, ...]:
        """What the condition keys of its claims begin with; nothing else is claimed."""
        own = (f"{self.issuer.lower()}:",) if self.issuer else ()
        return ("aws:requesttag/", *own)

    def claims(self) -> dict[str, Value]:
        """Return its claims by condition key, such as `token.actions.githubusercontent.com:sub`."""
        if not self.issuer:
            return {}
        return {f"{self.issuer}:{name}".lower(): _value(claim) for name, claim in self.said.items()}

    def grants(self, key: str) -> bool:
        """Tell whether a condition on `key` counts as met: on whatever an unreadable token might say."""
        return not self.issuer and not key.startswith(_AWS)

    def provider(self, account: str) -> str:
        """Return the ARN of its provider in an account, or ""."""
        return f"arn:aws:iam::{account}:oidc-provider/{self.issuer}" if self.issuer else ""

    def check(self, providers: Mapping[str, Provider], account: str) -> None:
        """Raise `Refusal` unless the account has its provider (`providers`, by ARN), for its audience."""
        if not self.issuer:
            return
        known = providers.get(self.provider(account))
        if known is None:
            raise _invalid(f"No OpenIDConnect provider found in your account for https://{self.issuer}")
        if not set(_values(self.said.get("aud"))) & set(known.client_id_list):
            raise _invalid("Incorrect token audience")


def read(text: str) -> Token:
    """Return what a token says. One that is no JSON Web Token with an issuer says nothing, and `grants` everything."""
    parts = text.split(".")
    if len(parts) != _PARTS:
        return Token("", {})
    try:
        said = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return Token("", {})
    issuer = said.get("iss") if isinstance(said, dict) else None
    return Token(issuer.removeprefix("https://"), said) if isinstance(issuer, str) else Token("", {})


def _values(claim: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in claim) if isinstance(claim, list) else () if claim is None else (str(claim),)


def _value(claim: Any) -> Value:
    values = _values(str(claim).lower() if isinstance(claim, bool) else claim)
    return values if isinstance(claim, list) else next(iter(values), None)


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidIdentityToken", message)
