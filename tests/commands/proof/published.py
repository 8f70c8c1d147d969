"""A static site: staged as a zip, deployed into a bucket of production by a pipeline of development."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from awscrt.checksums import crc64nvme

from fakes.aws import DEVELOPMENT, PRODUCTION, FakeAws, bucket_name
from fakes.clock import FakeClock
from fakes.reporter import RecordingReporter
from waybill.cancel import Cancellation
from waybill.commands.proof.verify import verify_deployed
from waybill.commands.proof.zipped import StagedArtifact
from waybill.commands.tools import Tools
from waybill.domain.deploy.compared import Choice
from waybill.domain.deploy.files import DeployedFiles
from waybill.domain.deploy.pipeline import ActionDefinition, Mode, Pipeline, PipelineType
from waybill.domain.digests import Digests, crc_text
from waybill.domain.identity import Identity
from waybill.ports.account import Account, Gateway
from waybill.retry import Retry

REGION = "us-east-1"
OUTPUT = "codepipeline-output-bucket"
KEY = "site@1.0.0"
ROLE = f"arn:aws:iam::{PRODUCTION}:role/prods3role"
PAGES: Mapping[str, bytes] = {
    "index.html": b"<h1>Sugar</h1>" * 100,
    "css/site.css": b"body { margin: 0 }",
    "empty.txt": b"",
    "zażółć.html": "<p>gęś</p>".encode(),
}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files, with an entry for each folder."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in sorted({name.rpartition("/")[0] for name in files} - {""}):
            archive.writestr(f"{folder}/", b"")
        for name, body in files.items():
            archive.writestr(name, body)
    return made.getvalue()


def digests(body: bytes) -> Digests:
    return Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))


SOURCE = ActionDefinition(
    stage="Source",
    name="S3Source",
    category="Source",
    provider="S3",
    configuration={"S3Bucket": "codepipeline-input-bucket", "S3ObjectKey": "sample-website.zip"},
)


def deploy_action(name: str = "Deploy", role: str | None = ROLE, **configuration: str) -> ActionDefinition:
    return ActionDefinition(
        stage="Deploy",
        name=name,
        category="Deploy",
        provider="S3",
        role=role,
        configuration={"BucketName": OUTPUT, "Extract": "true", **configuration},
    )


def pipeline(*actions: ActionDefinition) -> Pipeline:
    return Pipeline(
        name="crossaccountdeploy",
        arn=f"arn:aws:codepipeline:{REGION}:{DEVELOPMENT}:crossaccountdeploy",
        region=REGION,
        account=DEVELOPMENT,
        version=1,
        type=PipelineType.V2,
        mode=Mode.SUPERSEDED,
        stages=("Source", "Build", "Deploy", "After"),
        actions=(SOURCE, *(actions or (deploy_action(),))),
    )


def nobody(identity: Identity) -> Gateway:
    raise NotImplementedError


def tools(clock: FakeClock | None = None, cancellation: Cancellation | None = None) -> Tools:
    clock = clock or FakeClock()
    return Tools(
        gateways=nobody,
        clock=clock,
        reporter=RecordingReporter(),
        cancellation=cancellation or Cancellation(),
        retry=Retry(clock=clock, random=lambda: 0.5),
        known_regions=frozenset(),
        run_id="42-1",
    )


@dataclass(slots=True)
class Site:
    """The zip that is staged, and the bucket that it was deployed to; `pages` are what the zip has."""

    pages: dict[str, bytes] = field(default_factory=lambda: dict(PAGES))
    world: FakeAws = field(default_factory=FakeAws.prepared)
    body: bytes = b""

    def __post_init__(self) -> None:
        self.world.add_bucket(REGION, OUTPUT, owner=PRODUCTION)
        self.stage(self.body or zipped(self.pages))

    def stage(self, body: bytes) -> None:
        self.body = body
        self.world.plant(bucket_name(DEVELOPMENT, REGION), KEY, body, sha256=digests(body).sha256)

    def deploy(self, prefix: str = "", *, checksum: bool = True, kms_key: str | None = None) -> None:
        """Put the pages as the pipeline would."""
        for name, body in self.pages.items():
            self.world.plant(OUTPUT, prefix + name, body, checksum=checksum, kms_key=kms_key)

    @property
    def artifact(self) -> StagedArtifact:
        bucket = self.world.account(DEVELOPMENT).bucket(REGION, bucket_name(DEVELOPMENT, REGION), owner=DEVELOPMENT)
        return StagedArtifact(bucket=bucket, key=KEY, digests=digests(self.body))

    def verify(
        self,
        *actions: ActionDefinition,
        choice: Choice = Choice.ALWAYS,
        accounts: Sequence[Account] = (),
        with_tools: Tools | None = None,
    ) -> tuple[DeployedFiles, ...]:
        accounts = accounts or [self.world.account(PRODUCTION)]
        return verify_deployed(pipeline(*actions), self.artifact, accounts, choice, with_tools or tools())

    def streamed(self) -> int:
        """Return how often something was read whole or in part."""
        return sum(call.call == "stream" for call in self.world.calls.log())
