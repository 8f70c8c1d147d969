"""An account as doctor looks at it: reads, and dry runs. What may not be looked at raises, `AccessDenied` for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from waybill.domain.arns import KeyArn
from waybill.domain.doctor.facts import History, Key, Parameter, Role, Simulated


class Examination(Protocol):
    """One region of an account."""

    def time(self) -> str:
        """Return the time that AWS has there, ISO 8601 UTC to the second."""

    def parameter(self, name: str) -> Parameter | None:
        """Return a parameter; None where there is none."""

    def below(self, path: str) -> Mapping[str, Parameter]:
        """Return the parameters below a path, at every depth, by their whole names."""

    def history(self, name: str) -> History | None:
        """Return which versions of a parameter are kept; None where there is none."""

    def key(self, key: KeyArn) -> Key | None:
        """Return a key, or the one behind an alias; None where there is none."""

    def key_policy(self, key: KeyArn) -> str:
        """Return a key's policy, JSON."""

    def try_key(self, key: KeyArn) -> None:
        """Ask KMS, without doing it, whether a data key may be made. Raises `AccessDenied` where it may not."""

    def own_buckets(self) -> frozenset[str]:
        """Return the names of all buckets of the account, of every region."""

    def pipelines(self) -> Sequence[str]:
        """Return the names of the pipelines."""


class Identities(Protocol):
    """An account's IAM."""

    def role(self, name: str) -> Role | None:
        """Return a role by its name, without a path; None where there is none."""

    def roles(self) -> Sequence[Role]:
        """Return all roles."""

    def provider(self, arn: str) -> Sequence[str] | None:
        """Return the audiences of an OIDC provider; None where there is none."""

    def simulate(
        self, principal: str, actions: Sequence[str], resources: Sequence[str], context: Mapping[str, str]
    ) -> Sequence[Simulated]:
        """Return what the policies of a user or a role say to each action on each resource.

        `context` are condition keys of the requests, with their values.
        """
