"""What an account itself is like, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from fakes.calls import Call
from fakes.state import SettingsState
from fakes.world import World
from waybill.domain.setup.checking import AccessKey, PasswordPolicy


class FakeSettings:
    """Implements `ports.Settings` for one account."""

    def __init__(self, world: World, *, account: str) -> None:
        self._world = world
        self._account = account

    def aliases(self) -> Sequence[str]:
        """Return the account's aliases."""
        with self._making("aliases"):
            return list(self._state.aliases)

    def set_alias(self, alias: str) -> None:
        """Give the account an alias, in the place of the one that it has."""
        with self._making("set-alias"):
            self._state.aliases = [alias]

    def summary(self) -> Mapping[str, int]:
        """Return IAM's numbers."""
        with self._making("summary"):
            return dict(self._state.summary)

    def password_policy(self) -> PasswordPolicy | None:
        """Return what passwords must be."""
        with self._making("password-policy"):
            return self._state.password_policy

    def access_keys(self) -> Sequence[AccessKey]:
        """Return the users' access keys."""
        with self._making("access-keys"):
            return list(self._state.keys)

    def billing_contact(self) -> str | None:
        """Return who is written to about bills."""
        with self._making("billing-contact"):
            return self._state.billing_contact

    @property
    def _state(self) -> SettingsState:
        with self._world.lock:
            return self._world.settings[self._account]

    def _making(self, call: str) -> AbstractContextManager[None]:
        return self._world.calls.making(Call(region="", call=call, account=self._account))
