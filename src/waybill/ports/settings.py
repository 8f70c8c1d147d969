"""What an account itself is like, beside anything that stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from waybill.domain.setup.checking import AccessKey, PasswordPolicy


class Settings(Protocol):
    """One account's own settings. What may not be looked at raises, `AccessDenied` for one."""

    def aliases(self) -> Sequence[str]:
        """Return the account's aliases: AWS gives it one at most."""

    def set_alias(self, alias: str) -> None:
        """Give the account an alias, in the place of the one that it has. Raises `ConflictError` for another's."""

    def summary(self) -> Mapping[str, int]:
        """Return IAM's numbers of the account, by IAM's names: `AccountAccessKeysPresent`, `AccountMFAEnabled`, ..."""

    def password_policy(self) -> PasswordPolicy | None:
        """Return what users' passwords must be; None where nobody said, so that IAM's own rules hold."""

    def access_keys(self) -> Sequence[AccessKey]:
        """Return the access keys of all users."""

    def billing_contact(self) -> str | None:
        """Return who is written to about bills, beside the owner: a name and title; None where nobody is."""
