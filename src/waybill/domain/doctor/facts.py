"""What doctor looks at, as values: parameters, keys, roles as AWS tells of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from waybill.domain.arns import KeyArn


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An SSM parameter as it is now. `version` counts its puts."""

    value: str
    version: int
    type: str = "String"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The versions of a parameter that are kept: how many, the number of the oldest, and its labels."""

    versions: int
    oldest: int = 1
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A KMS key. `arn` is the key's own, also where an alias was asked for; `state` KMS's word."""

    arn: KeyArn
    state: str = "Enabled"
    customers: bool = True
    usage: str = "ENCRYPT_DECRYPT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role: its ARN with its path, its trust policy as JSON, the seconds that a session may last."""

    arn: str
    trust: str
    longest: int = 3600

    @property
    def name(self) -> str:
        """Its name, without the path."""
        return self.arn.rpartition("/")[2]


class Said(StrEnum):
    """What a simulation says: IAM's words."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What IAM's policies say to one action on one resource. `boundary` False: the permissions boundary stops it.

    `organisation` False: a policy of the organisation does. `missing` are condition keys that policies ask for and the
    simulation was not told; `denied_by` the names of the policies that deny it.
    """

    action: str
    resource: str
    said: Said
    boundary: bool = True
    organisation: bool = True
    missing: tuple[str, ...] = ()
    denied_by: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it hangs on what the simulation was not told: a denial, too, may be for want of an address."""
        return self.said is not Said.ALLOWED and bool(self.missing)
