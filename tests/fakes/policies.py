"""Policy documents in memory, with CodeArtifact's revisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from fakes.calls import Call
from fakes.world import World
from waybill.domain.access.meaning import same_document
from waybill.domain.access.refs import UNDELETABLE, Live, Ref
from waybill.domain.iam.documents import Kind
from waybill.errors import Fault, InputError
from waybill.ports.policies import PutEnd, Written

PACKAGES = frozenset({Kind.DOMAIN, Kind.REPOSITORY})


@dataclass(slots=True)
class PolicyState:
    """One thing that may have a policy; `revisions` counts its puts."""

    text: str | None = None
    revisions: int = 0

    def put(self, text: str | None) -> None:
        """Put a document, or take it away."""
        self.text = text
        self.revisions += 1


class FakePolicies:
    """Implements `ports.Policies` for one account and region."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def read(self, ref: Ref) -> Live | None:
        """Return a document."""
        with self._making("read-policy", ref):
            return self._live(ref)

    def put(self, ref: Ref, text: str, *, before: Live | None) -> Written:
        """Put a document in the place of `before`."""
        with self._making("put-policy", ref):
            now = self._live(ref)
            if not _same(ref, now, before):
                done = now is not None and same_document(now.text, text)
                return Written(PutEnd.DONE, now.revision if now else None) if done else Written(PutEnd.STALE)
            self._state(ref).put(text)
            put = self._live(ref)
            return Written(PutEnd.DONE, put.revision if put else None)

    def delete(self, ref: Ref, *, before: Live) -> PutEnd:
        """Delete a document."""
        assert ref.kind not in UNDELETABLE, f"nobody can delete {ref}"
        with self._making("delete-policy", ref):
            now = self._live(ref)
            if now is None:
                return PutEnd.DONE
            if not _same(ref, now, before):
                return PutEnd.STALE
            self._state(ref).put(None)
            return PutEnd.DONE

    def serves_packages(self) -> bool:
        """Whether CodeArtifact is in the region."""
        return self._region not in self._world.without_packages

    def package_documents(self) -> Sequence[Ref]:
        """Return the documents of all domains and repositories."""
        return [replace(ref, account="") for ref in self._all() if ref.kind in PACKAGES]

    def role_documents(self) -> Mapping[Ref, Live]:
        """Return the trust policies of all roles."""
        found = {ref: self._live(ref) for ref in self._all() if ref.kind is Kind.TRUST}
        return {replace(ref, account="", region=self._region): live for ref, live in found.items() if live}

    def _all(self) -> Iterator[Ref]:
        with self._making("list-policies", None):
            yield from (ref for ref in sorted(self._world.policies) if self._mine(ref))

    def _live(self, ref: Ref) -> Live | None:
        state = self._state(ref)
        if state.text is None:
            return None
        return Live(text=state.text, revision=f"{ref.name}-{state.revisions}" if ref.revised else None)

    def _state(self, ref: Ref) -> PolicyState:
        found = self._world.policies.get(_key(ref)) if self._mine(ref) else None
        if found is None:
            held = ref.kind.value.split()[0]
            rule = f"is no {held} in {ref.region} of the account {ref.account} ({ref.owner})."
            raise InputError([Fault(held, ref.name, rule)], "Make it first, or correct the file.")
        return found

    def _mine(self, ref: Ref) -> bool:
        return ref.owner == self._account and (ref.region == self._region or ref.kind is Kind.TRUST)

    @contextmanager
    def _making(self, call: str, ref: Ref | None) -> Iterator[None]:
        name = f"{ref.kind.value} {ref.name}" if ref else ""
        making: AbstractContextManager[None] = self._world.calls.making(
            Call(region=self._region, call=call, name=name, account=self._account)
        )
        with making, self._world.lock:
            self._world.must_have(self._region)
            yield


def _same(ref: Ref, now: Live | None, before: Live | None) -> bool:
    if now is None or before is None:
        return now is before
    return now.revision == before.revision if ref.revised else same_document(now.text, before.text)


def _key(ref: Ref) -> Ref:
    """Return how a world knows a document: by the numbers of accounts, and roles by no region."""
    return replace(ref, account="", region="us-east-1" if ref.kind is Kind.TRUST else ref.region)


def add_document(world: World, ref: Ref, text: str | None = None) -> PolicyState:
    """Make something that may have a policy, and that policy, outside the log."""
    state = PolicyState(text, 1 if text else 0)
    world.policies[_key(ref)] = state
    return state


def document(world: World, ref: Ref) -> PolicyState:
    """Return what there is, outside the log."""
    return world.policies[_key(ref)]
