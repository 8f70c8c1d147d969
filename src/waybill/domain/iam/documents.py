"""Policy documents: what kind each is, whose, and its statements. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from waybill.domain.iam.conditions import many

_WITH_VARIABLES: Final = "2012-10-17"


class Kind(StrEnum):
    """What a policy is attached to, as people call it."""

    IDENTITY = "identity policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "VPC endpoint policy"
    BUCKET = "bucket policy"
    KEY = "key policy"
    TRUST = "trust policy"
    DOMAIN = "domain policy"
    REPOSITORY = "repository policy"
    RESOURCE = "resource policy"

    @property
    def names_principals(self) -> bool:
        """Whether its statements say whom they are about."""
        return self not in {Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION, Kind.SCP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement: its number from 1 on, and what it says. `variables`: its document's version has them."""

    number: int
    body: Mapping[str, Any] = field(hash=False)
    variables: bool = True

    @property
    def sid(self) -> str:
        """Its name; empty where it has none."""
        return str(self.body.get("Sid") or "")

    @property
    def denies(self) -> bool:
        """Whether it denies."""
        return self.body.get("Effect") == "Deny"

    @property
    def allows(self) -> bool:
        """Whether it allows: what is neither is nothing."""
        return self.body.get("Effect") == "Allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A policy. `name` says where it is: a file, or the ARN or the name of what it is attached to; `account` whose.

    `holder` is who has it, `user bob`, where `name` is the policy's own.
    """

    kind: Kind
    text: str
    name: str = ""
    account: str = ""
    holder: str = ""

    @property
    def title(self) -> str:
        """Its name, and who has it."""
        return f"{self.name} of {self.holder}" if self.holder else self.name

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Its statements; none of what is no policy."""
        return statements_of(self.text)

    def __str__(self) -> str:
        return f"the {self.kind.value} {self.title}".rstrip()


@lru_cache(maxsize=256)
def statements_of(text: str) -> tuple[Statement, ...]:
    """Return the statements of a policy (JSON). Raises `ValueError` where it is no JSON."""
    document = json.loads(text)
    if not isinstance(document, dict):
        return ()
    variables = document.get("Version") == _WITH_VARIABLES
    bodies = (each for each in many(document.get("Statement", [])) if isinstance(each, dict))
    return tuple(Statement(number=number, body=body, variables=variables) for number, body in enumerate(bodies, 1))
