"""An account as doctor looks at it, in memory. What no test needs to be otherwise is good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from fakes.calls import Call
from fakes.state import ExaminedState
from fakes.world import World
from waybill.domain.arns import KeyArn
from waybill.domain.doctor.facts import History, Key, Parameter, Role, Said, Simulated


class FakeExamination:
    """Implements `ports.Examination` for one account and region."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def time(self) -> str:
        """Return the time."""
        with self._making("time"):
            return self._state.time or self._world.now()

    def parameter(self, name: str) -> Parameter | None:
        """Return a parameter."""
        with self._making("get-parameter", name):
            found = self._world.parameters.get((self._account, self._region, name))
            return Parameter(value=found.values[-1], version=found.version) if found else None

    def below(self, path: str) -> Mapping[str, Parameter]:
        """Return what lies below a path."""
        with self._making("below", path):
            parent = f"/{path.strip('/')}/" if path.strip("/") else "/"
            return {
                name: Parameter(value=state.values[-1], version=state.version)
                for (account, region, name), state in sorted(self._world.parameters.items())
                if (account, region) == (self._account, self._region) and name.startswith(parent)
            }

    def history(self, name: str) -> History | None:
        """Return which versions are kept."""
        with self._making("history", name):
            found = self._world.parameters.get((self._account, self._region, name))
            if found is None:
                return None
            kept = len(found.values)
            return History(versions=kept, oldest=found.version - kept + 1, labels=self._state.labels.get(name, ()))

    def key(self, key: KeyArn) -> Key | None:
        """Return a key."""
        with self._making("describe-key", key.text):
            found = self._world.kms.behind(key)
            if found is None or found.region != self._region:
                return None
            return Key(arn=found, state=self._state.states.get(found.text, "Enabled"))

    def key_policy(self, key: KeyArn) -> str:
        """Return a key's policy."""
        with self._making("key-policy", key.text):
            return self._state.policies.get(key.text, '{"Statement": []}')

    def try_key(self, key: KeyArn) -> None:
        """Ask whether a data key may be made."""
        with self._making("try-key", key.text):
            return

    def own_buckets(self) -> frozenset[str]:
        """Return the account's buckets."""
        with self._making("own-buckets"):
            return frozenset(name for name, state in self._world.buckets.items() if state.owner == self._account)

    def pipelines(self) -> Sequence[str]:
        """Return the pipelines' names."""
        with self._making("pipelines"):
            places = sorted(self._world.pipelines)
            return [name for account, region, name in places if (account, region) == (self._account, self._region)]

    @property
    def _state(self) -> ExaminedState:
        return self._world.examined[self._account]

    def _making(self, call: str, name: str = "") -> AbstractContextManager[None]:
        return self._world.calls.making(Call(region=self._region, call=call, name=name, account=self._account))


class FakeIdentities:
    """Implements `ports.Identities` for one account."""

    def __init__(self, world: World, *, account: str) -> None:
        self._world = world
        self._account = account

    def role(self, name: str) -> Role | None:
        """Return a role."""
        with self._making("role", name):
            return self._state.roles.get(name)

    def roles(self) -> Sequence[Role]:
        """Return all roles."""
        with self._making("roles"):
            return list(self._state.roles.values())

    def provider(self, arn: str) -> Sequence[str] | None:
        """Return a provider's audiences."""
        with self._making("provider", arn):
            return self._state.providers.get(arn)

    def simulate(
        self, principal: str, actions: Sequence[str], resources: Sequence[str], context: Mapping[str, str]
    ) -> Sequence[Simulated]:
        """Return what policies say."""
        with self._making("simulate", principal):
            denied = self._state.denied
            return [
                Simulated(
                    action=action, resource=resource, said=Said.IMPLICIT_DENY if action in denied else Said.ALLOWED
                )
                for resource in resources
                for action in actions
            ]

    @property
    def _state(self) -> ExaminedState:
        return self._world.examined[self._account]

    def _making(self, call: str, name: str = "") -> AbstractContextManager[None]:
        return self._world.calls.making(Call(region="", call=call, name=name, account=self._account))
