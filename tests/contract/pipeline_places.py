"""Where the contract of pipelines is tried: in the fake, and in the sandbox through Waybill's own adapters.

Both have development's account, in which every test makes a pipeline of its own, and production's output bucket.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from contract.places import entered
from fakes.aws import DEVELOPMENT, PRODUCTION, FakeAws, bucket_name
from fakes.clock import FakeClock
from fakes.codepipeline import FakePipeline, Script
from fakes.site import OUTPUT, add_pipeline, site_pipeline
from fakes.state import Item
from waybill.domain.deploy.execution import ActionStatus
from waybill.domain.deploy.pipeline import Mode, PipelineType, Variable
from waybill.domain.identity import Identity
from waybill.ports.account import Account
from waybill.ports.pipeline import Pipelines, SourceBucket

REGION = "us-east-1"
INPUT = "codepipeline-input-bucket"
STAGED = bucket_name(DEVELOPMENT, REGION)
PATIENCE = 15.0
T = TypeVar("T")


def zipped(text: str) -> bytes:
    """Return a small site."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("index.html", text)
    return body.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The pipeline of a test: a source `Source`, with `approval` one `Manual`, a deploy action `Push`."""

    mode: Mode = Mode.SUPERSEDED
    type: PipelineType = PipelineType.V2
    approval: bool = False
    override: bool = False
    variables: tuple[Variable, ...] = ()
    name: str = field(default_factory=lambda: f"contract-{uuid4().hex[:12]}")

    @property
    def key(self) -> str:
        """Its source key."""
        return f"{self.name}.zip"


class PipelinePlace(Protocol):
    """One engine: development's account behind the ports, and what others do there."""

    @property
    def account(self) -> Account:
        """Development's account."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which clients are made."""

    def make(self, wanted: Wanted) -> str:
        """Make a pipeline."""

    def again(self, wanted: Wanted) -> None:
        """Define a pipeline anew, as it was."""

    def plant(self, key: str, body: bytes, bucket: str = INPUT) -> str:
        """Put an object; returns its version's id."""

    def deployed(self, key: str) -> bytes | None:
        """Return what lies in the output bucket."""

    def decide(self, name: str, *, approve: bool, says: str) -> None:
        """Decide the approval that waits."""

    def transition(self, name: str, *, closed: bool) -> None:
        """Close or open the way into `Deploy`."""

    def hold(self, name: str) -> None:
        """Have the deploy action take until it is released."""

    def release(self, name: str) -> None:
        """Let it go on."""

    def fail(self, name: str, message: str) -> None:
        """Have the next deploy action fail."""

    def rule(self, name: str) -> str:
        """Let an EventBridge rule start the pipeline; returns the rule's name."""

    def tick(self) -> None:
        """Let a moment pass."""

    def bucket(self, *, versioning: str = "") -> str:
        """Make a bucket in development; returns its name. `versioning` is `Enabled`, `Suspended`, or nothing."""

    def versions(self, key: str) -> int:
        """Count the versions of an object of the bucket that pipelines read."""

    def delete(self, key: str) -> str:
        """Cover an object of the bucket that pipelines read with a marker; returns the marker's id."""

    def unfinished(self) -> int:
        """Count the multipart uploads to the bucket that pipelines read that nobody ended."""


def pipelines(place: PipelinePlace) -> Pipelines:
    """Return the region's CodePipeline."""
    return place.account.pipelines(REGION)


def source(place: PipelinePlace) -> SourceBucket:
    """Return the bucket that pipelines read."""
    return place.account.source_bucket(REGION, INPUT, owner=DEVELOPMENT)


def until(place: PipelinePlace, found: Callable[[], T | None]) -> T:
    """Return what `found` finds, once it does."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        place.tick()
    raise AssertionError("it never came")


@dataclass(slots=True)
class FakePipelinePlace:
    """The fake, with its clock."""

    world: FakeAws = field(default_factory=FakeAws.prepared)
    clock: FakeClock = field(default_factory=FakeClock)
    environment: dict[str, str] = field(default_factory=dict)
    pipes: dict[str, FakePipeline] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.now, self.world.seconds = self.clock.now, self.clock.monotonic
        self.world.add_bucket(REGION, INPUT, owner=DEVELOPMENT)

    @property
    def account(self) -> Account:
        return self.world.account(DEVELOPMENT)

    def make(self, wanted: Wanted) -> str:
        definition = site_pipeline(
            name=wanted.name,
            arn=f"arn:aws:codepipeline:{REGION}:{DEVELOPMENT}:{wanted.name}",
            mode=wanted.mode,
            type=wanted.type,
            approval=wanted.approval,
            override=wanted.override,
            variables=wanted.variables,
            key=wanted.key,
        )
        self.pipes[wanted.name] = add_pipeline(self.world, definition)
        return wanted.name

    def again(self, wanted: Wanted) -> None:
        self.pipes[wanted.name].update()

    def plant(self, key: str, body: bytes, bucket: str = INPUT) -> str:
        self.world.plant(bucket, key, body)
        item = self.world.buckets[bucket].current(key)
        assert item is not None
        return item.version_id or ""

    def deployed(self, key: str) -> bytes | None:
        return self.world.body(OUTPUT, key)

    def decide(self, name: str, *, approve: bool, says: str) -> None:
        self.pipes[name].decide("Manual", approve=approve, says=says)

    def transition(self, name: str, *, closed: bool) -> None:
        if closed:
            self.pipes[name].close("Deploy", reason="freeze", by="somebody")
        else:
            self.pipes[name].open("Deploy")

    def hold(self, name: str) -> None:
        self.pipes[name].scripts["Push"] = Script(seconds=1e9)

    def release(self, name: str) -> None:
        pipe = self.pipes[name]
        pipe.scripts.clear()
        for run in pipe.under_way():
            for state in run.actions:
                state.due = None if state.definition.is_approval else self.clock.monotonic()

    def fail(self, name: str, message: str) -> None:
        self.pipes[name].scripts["Push"] = Script(status=ActionStatus.FAILED, error=message)

    def rule(self, name: str) -> str:
        self.pipes[name].rules = (f"start-{name}",)
        return f"start-{name}"

    def tick(self) -> None:
        self.clock.advance(1)

    def bucket(self, *, versioning: str = "") -> str:
        name = f"contract-{uuid4().hex[:12]}"
        self.world.add_bucket(REGION, name, owner=DEVELOPMENT, versioned=versioning == "Enabled")
        return name

    def versions(self, key: str) -> int:
        return sum(isinstance(item, Item) for item in self.world.buckets[INPUT].objects.get(key, []))

    def delete(self, key: str) -> str:
        self.world.delete(INPUT, key)
        marker = self.world.buckets[INPUT].objects[key][-1]
        return marker.version_id or ""

    def unfinished(self) -> int:
        return self.world.unfinished(INPUT)


@dataclass(slots=True)
class SandboxPlace:
    """The sandbox, seen through Waybill's own adapters with development's ambient credentials."""

    sandbox: Any
    account: Account
    environment: dict[str, str]
    client: Callable[[str], Any]
    production: Callable[[str], Any]

    def make(self, wanted: Wanted) -> str:
        self.client("codepipeline").create_pipeline(pipeline=self._declared(wanted))
        return wanted.name

    def again(self, wanted: Wanted) -> None:
        self.client("codepipeline").update_pipeline(pipeline=self._declared(wanted))

    def _declared(self, wanted: Wanted) -> dict[str, Any]:
        from waybill.sandbox.engine.codepipeline import opening

        key = self.client("codepipeline").get_pipeline(name="crossaccountdeploy")["pipeline"]["artifactStore"]
        declared = opening.upload(key["encryptionKey"]["id"])
        declared |= {"name": wanted.name, "pipelineType": wanted.type.value, "executionMode": wanted.mode.value}
        if wanted.variables:
            declared["variables"] = [
                {"name": one.name, **({"defaultValue": one.default} if one.default else {})} for one in wanted.variables
            ]
        first, last = declared["stages"]
        first["actions"][0]["configuration"] |= {
            "S3ObjectKey": wanted.key,
            "AllowOverrideForS3ObjectKey": str(wanted.override).lower(),
        }
        last["actions"][0]["name"] = "Push"
        if wanted.approval:
            manual = {
                "name": "Manual",
                "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
                "configuration": {"CustomData": "Look at it.", "ExternalEntityLink": "https://example.com/preview"},
            }
            declared["stages"] = [first, {"name": "Approve", "actions": [manual]}, last]
        return declared

    def plant(self, key: str, body: bytes, bucket: str = INPUT) -> str:
        return str(self.client("s3").put_object(Bucket=bucket, Key=key, Body=body)["VersionId"])

    def deployed(self, key: str) -> bytes | None:
        s3 = self.production("s3")
        try:
            body: bytes = s3.get_object(Bucket=OUTPUT, Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            return None
        return body

    def decide(self, name: str, *, approve: bool, says: str) -> None:
        client = self.client("codepipeline")
        for stage in client.get_pipeline_state(name=name)["stageStates"]:
            for action in stage["actionStates"]:
                if token := action.get("latestExecution", {}).get("token"):
                    client.put_approval_result(
                        pipelineName=name,
                        stageName=stage["stageName"],
                        actionName=action["actionName"],
                        result={"summary": says, "status": "Approved" if approve else "Rejected"},
                        token=token,
                    )

    def transition(self, name: str, *, closed: bool) -> None:
        given: dict[str, str] = {"pipelineName": name, "stageName": "Deploy", "transitionType": "Inbound"}
        if closed:
            self.client("codepipeline").disable_stage_transition(**given, reason="freeze")
        else:
            self.client("codepipeline").enable_stage_transition(**given)

    def hold(self, name: str) -> None:
        self.sandbox.disturb(name, "Push", hold=True)

    def release(self, name: str) -> None:
        self.sandbox.release(name)

    def fail(self, name: str, message: str) -> None:
        self.sandbox.disturb(name, "Push", fail=message)

    def rule(self, name: str) -> str:
        events, rule = self.client("events"), f"start-{name}"
        events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["contract"]}))
        arn = f"arn:aws:codepipeline:{REGION}:{DEVELOPMENT}:{name}"
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])
        return rule

    def tick(self) -> None:
        time.sleep(0.05)

    def bucket(self, *, versioning: str = "") -> str:
        s3, name = self.client("s3"), f"contract-{uuid4().hex[:12]}"
        s3.create_bucket(Bucket=name)
        if versioning:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": versioning})
        return name

    def versions(self, key: str) -> int:
        found = self.client("s3").list_object_versions(Bucket=INPUT, Prefix=key).get("Versions", [])
        return sum(one["Key"] == key for one in found)

    def delete(self, key: str) -> str:
        return str(self.client("s3").delete_object(Bucket=INPUT, Key=key)["VersionId"])

    def unfinished(self) -> int:
        return len(self.client("s3").list_multipart_uploads(Bucket=INPUT).get("Uploads", []))


@contextmanager
def in_the_sandbox() -> Iterator[SandboxPlace]:
    """Start a sandbox; yield a place in it."""
    import boto3

    from waybill.sandbox.server import running

    with running({}) as sandbox:

        def client(account: str, service: str) -> Any:
            own = sandbox.accounts[account]["user"]
            return boto3.client(
                service,
                aws_access_key_id=own["access_key_id"],
                aws_secret_access_key=own["secret_access_key"],
                endpoint_url=sandbox.url,
                region_name=REGION,
            )

        yield SandboxPlace(
            sandbox=sandbox,
            account=ambient_account(sandbox.environment({})),
            environment=sandbox.environment({}),
            client=lambda service: client(DEVELOPMENT, service),
            production=lambda service: client(PRODUCTION, service),
        )


def ambient_account(environment: dict[str, str]) -> Account:
    """Return the account of the credentials in an environment, through Waybill's own adapters."""
    (account,) = entered(environment, Identity(), "")
    return account
