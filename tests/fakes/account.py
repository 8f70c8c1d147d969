"""An account as one caller sees it: parameters, keys, buckets; and the way into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from fakes.bucket import FakeBucket
from fakes.buckets import FakeBuckets
from fakes.calls import Call
from fakes.declarations import FakeDeclarations
from fakes.deployed import FakeDeployedBucket
from fakes.distributions import FakeDistributions
from fakes.examination import FakeExamination, FakeIdentities
from fakes.identity_policies import FakeIdentityPolicies, FakeWhereabouts
from fakes.packages import FakePackages
from fakes.pipelines import FakePipelines
from fakes.policies import FakePolicies
from fakes.refusals import no_key, unknown
from fakes.settings import FakeSettings
from fakes.source_bucket import FakeSourceBucket
from fakes.stacks import FakeLeftovers, FakeStacks
from fakes.state import ParameterState
from fakes.world import World
from waybill.domain.arns import Caller, KeyArn
from waybill.domain.names import parameter_fault
from waybill.ports.account import PutResult, Region

MAX_VALUE = 4096


class FakeAccount:
    """Implements `ports.Account`."""

    def __init__(self, world: World, caller: Caller) -> None:
        self._world = world
        self._caller = caller

    def caller(self) -> Caller:
        """Return who asks."""
        with self._world.calls.making(Call(region="", call="caller", account=self._caller.account)):
            return self._caller

    def region(self, name: str) -> Region:
        """Return one region, whether or not there is such a one."""
        account = self._caller.account
        return Region(
            name=name,
            parameters=FakeParameters(self._world, region=name, account=account),
            keys=FakeKeys(self._world, region=name, account=account),
        )

    def bucket(self, region: str, name: str, *, owner: str) -> FakeBucket:
        """Return a bucket, whether or not it is there."""
        return FakeBucket(self._world, region=region, name=name, owner=owner, caller=self._caller.account)

    def pipelines(self, region: str) -> FakePipelines:
        """Return a region's CodePipeline."""
        return FakePipelines(self._world, region=region, account=self._caller.account)

    def stacks(self, region: str) -> FakeStacks:
        """Return a region's CloudFormation."""
        return FakeStacks(self._world, region=region, account=self._caller.account)

    def packages(self, region: str) -> FakePackages:
        """Return a region's CodeArtifact."""
        return FakePackages(self._world, region=region, account=self._caller.account)

    def leftovers(self, region: str) -> FakeLeftovers:
        """Return what holds data in a region."""
        return FakeLeftovers(self._world, region=region, account=self._caller.account)

    def policies(self, region: str) -> FakePolicies:
        """Return a region's policy documents."""
        return FakePolicies(self._world, region=region, account=self._caller.account)

    def buckets(self, region: str) -> FakeBuckets:
        """Return a region's buckets."""
        return FakeBuckets(self._world, region=region, caller=self._caller.account)

    def source_bucket(self, region: str, name: str, *, owner: str) -> FakeSourceBucket:
        """Return the bucket of a pipeline's source action, whether or not it is there."""
        return FakeSourceBucket(self._world, region=region, name=name, owner=owner, caller=self._caller.account)

    def deployed_bucket(self, region: str, name: str, *, owner: str | None) -> FakeDeployedBucket:
        """Return a bucket that a pipeline deploys to, whether or not it is there."""
        return FakeDeployedBucket(self._world, region=region, name=name, owner=owner, caller=self._caller.account)

    def declarations(self, region: str) -> FakeDeclarations:
        """Return a region's pipelines as they are declared."""
        return FakeDeclarations(self._world, region=region, account=self._caller.account)

    def settings(self) -> FakeSettings:
        """Return what the account itself is like."""
        return FakeSettings(self._world, account=self._caller.account)

    def examination(self, region: str) -> FakeExamination:
        """Return a region as doctor looks at it."""
        return FakeExamination(self._world, region=region, account=self._caller.account)

    def identities(self) -> FakeIdentities:
        """Return the account's IAM."""
        return FakeIdentities(self._world, account=self._caller.account)

    def identity_policies(self) -> FakeIdentityPolicies:
        """Return the policies of the account's users, roles and groups."""
        return FakeIdentityPolicies(self._world, account=self._caller.account)

    def whereabouts(self, region: str) -> FakeWhereabouts:
        """Return where things of the account are."""
        return FakeWhereabouts(self._world, region=region, account=self._caller.account)

    def distributions(self) -> FakeDistributions:
        """Return the account's CloudFront."""
        return FakeDistributions(self._world, account=self._caller.account)


class FakeGateway:
    """Implements `ports.Gateway`. `policies` are the session policies of every entry; they narrow nothing here."""

    def __init__(self, world: World, caller: Caller) -> None:
        self._world = world
        self._caller = caller
        self.policies: list[str] = []

    def enter(self, policy: str) -> FakeAccount:
        """Return the account."""
        with self._world.calls.making(Call(region="", call="enter", name=self._caller.arn)):
            self.policies.append(policy)
            return FakeAccount(self._world, self._caller)


class FakeParameters:
    """Implements `ports.Parameters` for one account and region."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def get(self, name: str) -> str | None:
        """Return the value."""
        with self._making("get-parameter", name), self._world.lock:
            found = self._find(name)
            return found.values[-1] if found else None

    def history(self, name: str) -> Sequence[str]:
        """Return the last hundred values, oldest first."""
        with self._making("history", name), self._world.lock:
            found = self._find(name)
            return tuple(found.values) if found else ()

    def below(self, path: str) -> Mapping[str, str]:
        """Return what lies below a path, at every depth."""
        with self._making("below", path), self._world.lock:
            self._world.must_have(self._region)
            parent = f"/{path.strip('/')}/" if path.strip("/") else "/"
            return {
                name: state.values[-1]
                for (account, region, name), state in sorted(self._world.parameters.items())
                if (account, region) == (self._account, self._region) and name.startswith(parent)
            }

    def put(self, name: str, value: str, *, create: bool) -> PutResult:
        """Write a version, as Systems Manager would take it."""
        with self._making("put-parameter", name), self._world.lock:
            if not value or len(value) > MAX_VALUE or "{{" in value:
                raise unknown(name, "ValidationException: the value")
            found = self._find(name)
            if create and found is not None:
                return PutResult.EXISTS
            self._world.parameters.setdefault((self._account, self._region, name), ParameterState()).put(value)
            return PutResult.WRITTEN

    def delete(self, name: str) -> bool:
        """Delete a parameter with its history."""
        with self._making("delete-parameter", name), self._world.lock:
            found = self._find(name)
            self._world.parameters.pop((self._account, self._region, name), None)
            return found is not None

    def _find(self, name: str) -> ParameterState | None:
        self._world.must_have(self._region)
        if fault := parameter_fault(name):
            raise unknown(name, f"ValidationException: {fault}")
        return self._world.parameters.get((self._account, self._region, name))

    def _making(self, call: str, name: str) -> AbstractContextManager[None]:
        return self._world.calls.making(Call(region=self._region, call=call, name=name, account=self._account))


class FakeKeys:
    """Implements `ports.Keys` for one region."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def resolve(self, key: KeyArn) -> KeyArn:
        """Return the key behind an alias; the ARN of a key is its own answer, and asks nobody."""
        if not key.is_alias:
            return key
        call = Call(region=self._region, call="resolve", name=key.text, account=self._account)
        with self._world.calls.making(call), self._world.lock:
            found = self._world.kms.behind(key)
            if found is None or found.region != self._region:
                raise no_key(key.text, self._region)
            return found

    def customer_managed(self, key: KeyArn) -> bool | None:
        """Return whether a key is the customer's own."""
        call = Call(region=self._region, call="customer-managed", name=key.text, account=self._account)
        with self._world.calls.making(call), self._world.lock:
            found = self._world.kms.behind(key)
            if found is None or found.region != self._region:
                return None
            aliases = self._world.kms.aliases.items()
            return not any(one == found and ":alias/aws/" in name for name, one in aliases)
