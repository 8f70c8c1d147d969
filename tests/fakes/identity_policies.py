"""Users, roles and groups in memory, with their policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from fakes.calls import Call
from fakes.world import World
from waybill.domain.access.holders import Held, Holder


@dataclass(slots=True, kw_only=True)
class HolderState:
    """A user, a role or a group; `policies` are its own, `attached` are ARNs, `groups` names."""

    arn: str
    policies: dict[str, str] = field(default_factory=dict)
    attached: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


class FakeIdentityPolicies:
    """Implements `ports.IdentityPolicies` for one account."""

    def __init__(self, world: World, *, account: str) -> None:
        self._world = world
        self._account = account

    def held(self, holder: Holder) -> Held | None:
        """Return a user or a role."""
        with self._making("held", holder.name):
            found = self._find(holder)
            return Held(arn=found.arn, boundary=found.boundary, tags=found.tags) if found else None

    def groups(self, user: str) -> Sequence[str]:
        """Return a user's groups."""
        with self._making("groups", user):
            found = next((one for of, one in self._holders.items() if str(of) == f"user {user}"), None)
            return tuple(found.groups) if found else ()

    def inline(self, holder: Holder) -> Sequence[str]:
        """Return the names of a holder's own policies."""
        with self._making("inline", holder.name):
            found = self._find(holder)
            return tuple(found.policies) if found else ()

    def inline_policy(self, holder: Holder, name: str) -> str | None:
        """Return one of them."""
        with self._making("inline-policy", name):
            found = self._find(holder)
            return found.policies.get(name) if found else None

    def attached(self, holder: Holder) -> Sequence[str]:
        """Return the ARNs of a holder's managed policies."""
        with self._making("attached", holder.name):
            found = self._find(holder)
            return tuple(found.attached) if found else ()

    def managed_policy(self, arn: str) -> str | None:
        """Return a managed policy."""
        with self._making("managed-policy", arn):
            return self._world.managed_policies.get(arn)

    def organisation(self) -> str | None:
        """Return the account's organisation."""
        with self._making("organisation", ""):
            return self._world.organisations.get(self._account)

    @property
    def _holders(self) -> Mapping[Holder, HolderState]:
        return self._world.holders[self._account]

    def _find(self, holder: Holder) -> HolderState | None:
        return self._holders.get(holder)

    def _making(self, call: str, name: str) -> AbstractContextManager[None]:
        return self._world.calls.making(Call(region="", call=call, name=name, account=self._account))


class FakeWhereabouts:
    """Implements `ports.Whereabouts` for one account."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def bucket(self, name: str) -> str | None:
        """Return the region of a bucket of this account."""
        call = Call(region=self._region, call="own-bucket", name=name, account=self._account)
        with self._world.calls.making(call), self._world.lock:
            found = self._world.buckets.get(name)
            return found.region if found is not None and found.owner == self._account else None
