"""Sessions that may do no more than their policies say: each call is judged by the policy of the session that makes it.

What a policy does not allow is refused, as AWS would, and remembered; so is what every call needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from fakes.account import FakeAccount
from fakes.aws import FakeAws
from fakes.bucket import FakeBucket
from fakes.calls import Call
from fakes.deployed import FakeDeployedBucket
from fakes.refusals import denied
from fakes.source_bucket import FakeSourceBucket
from fakes.world import World
from promises.iam import Need, allows
from waybill.domain.arns import Caller
from waybill.domain.calls import On
from waybill.ports.copying import CopySource
from waybill.ports.pipeline import NewSource, SourceObject


@dataclass(slots=True)
class Judge:
    """What was needed under which policy, by account; `refused` is what a policy did not allow."""

    world: FakeAws
    policies: dict[str, list[str]] = field(default_factory=dict)
    needed: list[tuple[str, Need]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def hear(self, account: str, policy: str, needs: list[Need]) -> None:
        """Judge one call. Raises `AccessDenied`."""
        for need in needs:
            self.needed.append((account, need))
            if policy and not allows(policy, need):
                self.refused.append(f"{account}: {need}")
                raise denied(need.action, need.resource, "no session policy allows it")

    def of(self, account: str) -> set[tuple[str, On]]:
        """Return what was needed in an account, in the words of the tables."""
        return {(need.action, need.on) for where, need in self.needed if where == account}


@dataclass(slots=True)
class NarrowGateway:
    """Implements `ports.Gateway`: what it leads to is held to its policy."""

    judge: Judge
    caller: Caller

    def enter(self, policy: str) -> FakeAccount:
        """Return the account under a session policy."""
        self.judge.policies.setdefault(self.caller.account, []).append(policy)
        return Narrowed(self.judge, self.caller, policy)


class Narrowed(FakeAccount):
    """An account as one session sees it."""

    def __init__(self, judge: Judge, caller: Caller, policy: str) -> None:
        self._judge = judge
        self._policy = policy
        super().__init__(self._under("", "staging"), caller)

    def _under(self, bucket: str, what: str) -> World:
        return cast("World", Under(self._judge, self._policy, bucket, what))

    def bucket(self, region: str, name: str, *, owner: str) -> FakeBucket:
        """Return a staging bucket."""
        return FakeBucket(
            self._under(name, "staging"), region=region, name=name, owner=owner, caller=self._caller.account
        )

    def source_bucket(self, region: str, name: str, *, owner: str) -> FakeSourceBucket:
        """Return the bucket of a pipeline's source."""
        return Source(self._under(name, "source"), region=region, name=name, owner=owner, caller=self._caller.account)

    def deployed_bucket(self, region: str, name: str, *, owner: str | None) -> FakeDeployedBucket:
        """Return a bucket that a pipeline deploys to."""
        return FakeDeployedBucket(
            self._under(name, "output"), region=region, name=name, owner=owner, caller=self._caller.account
        )


class Source(FakeSourceBucket):
    """Says of a copy where it comes from, which its call does not."""

    def copy(self, new: NewSource, source: CopySource) -> SourceObject:
        """Copy the staged artifact to the key."""
        cast("Under", self._world).source = source
        return super().copy(new, source)


class Under:
    """The world, through one session: `bucket` is the one that calls are made on, `what` what it is."""

    def __init__(self, judge: Judge, policy: str, bucket: str, what: str) -> None:
        self._judge = judge
        self._policy = policy
        self._bucket = bucket
        self._what = what
        self.source: CopySource | None = None
        self.calls = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._judge.world, name)

    @contextmanager
    def making(self, call: Call) -> Iterator[None]:
        """Judge the call, and make it."""
        self._judge.hear(call.account, self._policy, self._needs(call))
        with self._judge.world.calls.making(call):
            yield

    def strike(self, call: Call, when: Any) -> None:
        """Let the world's rules act."""
        self._judge.world.calls.strike(call, when)

    def _needs(self, call: Call) -> list[Need]:
        if self._bucket:
            return {"staging": self._staging, "source": self._source, "output": self._output}[self._what](call)
        if call.call in CODEPIPELINE:
            arn = f"arn:aws:codepipeline:{call.region}:{call.account}:{call.name}"
            return [Need(f"codepipeline:{CODEPIPELINE[call.call]}", arn, On.PIPELINE)]
        if call.call == "roll-back":
            arn = f"arn:aws:codepipeline:{call.region}:{call.account}:{call.name}/Deploy"
            return [Need("codepipeline:RollbackStage", arn, On.PIPELINE_STAGE)]
        if call.call == "watchers":
            return [Need("events:ListRuleNamesByTarget", f"arn:aws:events:{call.region}:{call.account}:*", On.ANYTHING)]
        if call.call in CLOUDFRONT:
            arn = f"arn:aws:cloudfront::{call.account}:distribution/{call.name}"
            return [Need(f"cloudfront:{CLOUDFRONT[call.call]}", arn, On.DISTRIBUTION)]
        if call.call == "resolve":
            return [Need("kms:DescribeKey", self._resolved(call.name), On.KEY)]
        if call.call in SSM:
            on = On.CHANNEL if call.name.startswith("/artifacts/") else On.CONFIGURATION
            arn = f"arn:aws:ssm:{call.region}:{call.account}:parameter{call.name}"
            return [Need(f"ssm:{SSM[call.call]}", arn, on)]
        assert call.call in {"caller", "enter"}, call
        return []

    def _staging(self, call: Call) -> list[Need]:
        arn, owner = f"arn:aws:s3:::{self._bucket}", self._owner()
        if call.call == "list":
            return [Need("s3:ListBucket", arn, On.LISTING, {**owner, "s3:prefix": call.name})]
        if call.call == "default-encryption":
            return [Need("s3:GetEncryptionConfiguration", arn, On.BUCKET, owner)]
        if call.call == "put":
            return [
                Need("s3:PutObject", f"{arn}/{call.name}", On.RECORDS, owner),
                *self._keys(On.KEY, "GenerateDataKey"),
            ]
        assert call.call in {"head", "read", "stream"}, call
        found = [Need("s3:GetObject", f"{arn}/{call.name}", On.VERSION, owner), Need("s3:ListBucket", arn, On.LISTING)]
        return found if call.call == "head" else [*found, *self._keys(On.KEY, "Decrypt")]

    def _source(self, call: Call) -> list[Need]:
        arn, owner = f"arn:aws:s3:::{self._bucket}", self._owner()
        if call.call == "versioned":
            return [Need("s3:GetBucketVersioning", arn, On.PIPELINE_BUCKET, owner)]
        key = f"{arn}/{call.name}"
        looks = [
            Need("s3:GetObject", key, On.PIPELINE_SOURCE, owner),
            Need("s3:GetObjectVersion", key, On.PIPELINE_SOURCE, owner),
            Need("s3:ListBucket", arn, On.PIPELINE_BUCKET, owner),
        ]
        if call.call == "head-source":
            return looks
        assert call.call in {"copy-source", "put-source"}, call
        writes = [
            Need("s3:PutObject", key, On.PIPELINE_SOURCE, owner),
            *self._keys(On.PIPELINE_KEY, "GenerateDataKey", "Decrypt"),
        ]
        if call.call == "put-source":
            return [*writes, Need("s3:AbortMultipartUpload", key, On.PIPELINE_SOURCE, owner), *looks]
        assert self.source is not None
        staged = f"arn:aws:s3:::{self.source.bucket}/{self.source.key}"
        theirs = {"aws:ResourceAccount": self._judge.world.buckets[self.source.bucket].owner}
        reads = [Need(f"s3:{verb}", staged, On.STAGED, theirs) for verb in ("GetObject", "GetObjectVersion")]
        return [*writes, *reads, *self._keys(On.PIPELINE_KEY, "Decrypt", bucket=self.source.bucket), *looks]

    def _output(self, call: Call) -> list[Need]:
        arn = f"arn:aws:s3:::{self._bucket}"
        if call.call == "list":
            return [Need("s3:ListBucket", arn, On.OUTPUT_BUCKET, {"s3:prefix": call.name})]
        assert call.call in {"head", "stream"}, call
        look = [Need("s3:GetObject", f"{arn}/{call.name}", On.OUTPUT), Need("s3:ListBucket", arn, On.OUTPUT_BUCKET)]
        return [*look, *self._keys(On.KEY, "Decrypt")]

    def _owner(self) -> Mapping[str, str]:
        state = self._judge.world.buckets.get(self._bucket)
        return {"aws:ResourceAccount": state.owner} if state else {}

    def _keys(self, on: On, *verbs: str, bucket: str = "") -> list[Need]:
        """Return the use of the key that encrypts in a bucket, where one does."""
        default = self._judge.world.buckets[bucket or self._bucket].default.key
        if default is None:
            return []
        owner = self._judge.world.buckets[bucket or self._bucket].owner
        region = self._judge.world.buckets[bucket or self._bucket].region
        arn = default if default.startswith("arn:") else f"arn:aws:kms:{region}:{owner}:{default}"
        return [Need(f"kms:{verb}", self._resolved(arn), on) for verb in verbs]

    def _resolved(self, arn: str) -> str:
        found = self._judge.world.kms.aliases.get(arn)
        return found.text if found else arn


CODEPIPELINE = {
    "definition": "GetPipeline",
    "start": "StartPipelineExecution",
    "executions": "ListPipelineExecutions",
    "succeeded-in": "ListPipelineExecutions",
    "execution": "GetPipelineExecution",
    "actions": "ListActionExecutions",
    "stages": "GetPipelineState",
    "stop": "StopPipelineExecution",
}
CLOUDFRONT = {"invalidate": "CreateInvalidation", "look-invalidation": "GetInvalidation"}
SSM = {"get-parameter": "GetParameter", "history": "GetParameterHistory", "put-parameter": "PutParameter"}
