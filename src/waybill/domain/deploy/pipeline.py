"""A pipeline as CodePipeline defines it: what of its definition a deploy rests on. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NAME = re.compile(r"[A-Za-z0-9.@_-]{1,100}", re.ASCII)
REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d+", re.ASCII)
S3 = "S3"
RULE = "must be a pipeline's name of 1 to 100 letters, digits and `.@-_`, or `region:name`."


@dataclass(frozen=True, slots=True)
class PipelineRef:
    """The input `pipeline`. `region` None: the region that the run works in first."""

    name: str
    region: str | None = None

    @property
    def text(self) -> str:
        """It as a person writes it."""
        return f"{self.region}:{self.name}" if self.region else self.name

    @classmethod
    def parse(cls, text: str) -> PipelineRef:
        """Read `name` or `region:name`. Raises `ValueError` with the rule."""
        region, colon, name = text.strip().rpartition(":")
        if not NAME.fullmatch(name) or (colon and not REGION.fullmatch(region)):
            raise ValueError(RULE)
        return cls(name=name, region=region or None)


class PipelineType(StrEnum):
    """V2 has variables, modes and overrides of a source's key."""

    V1 = "V1"
    V2 = "V2"


class Mode(StrEnum):
    """What becomes of an execution that starts while another is under way."""

    SUPERSEDED = "SUPERSEDED"
    QUEUED = "QUEUED"
    PARALLEL = "PARALLEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDefinition:
    """One action: `configuration` as written, `role` the ARN that it assumes, `region` None: that of the pipeline.

    `minutes` is its own time limit, None: the provider's default.
    """

    stage: str
    name: str
    category: str
    provider: str
    owner: str = "AWS"
    run_order: int = 1
    region: str | None = None
    role: str | None = None
    configuration: Mapping[str, str] = field(default_factory=dict)
    minutes: int | None = None

    @property
    def is_s3_source(self) -> bool:
        """Whether it is where an S3 object enters the pipeline."""
        return self.category == "Source" and self.provider == S3

    @property
    def is_s3_deploy(self) -> bool:
        """Whether it puts files into a bucket."""
        return self.category == "Deploy" and self.provider == S3

    @property
    def is_approval(self) -> bool:
        """Whether a person decides there."""
        return self.category == "Approval"

    @property
    def bucket(self) -> str:
        """The bucket of an S3 source or deploy action."""
        return self.configuration.get("S3Bucket" if self.category == "Source" else "BucketName", "")

    @property
    def key(self) -> str:
        """The key of an S3 source; of an S3 deploy action the key, or with `Extract` the folder."""
        return self.configuration.get("S3ObjectKey" if self.category == "Source" else "ObjectKey", "")

    @property
    def extracts(self) -> bool:
        """Whether an S3 deploy action unpacks the zip."""
        return self.configuration.get("Extract", "").lower() == "true"

    @property
    def polls(self) -> bool:
        """Whether CodePipeline itself watches an S3 source; it does where nothing is said.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
        """
        return self.configuration.get("PollForSourceChanges", "true").lower() != "false"

    @property
    def lets_key_be_overridden(self) -> bool:
        """Whether a start may name another key of the bucket."""
        return self.configuration.get("AllowOverrideForS3ObjectKey", "false").lower() == "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable that a V2 pipeline declares; `default` None: a start must give it."""

    name: str
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline's definition. `version` counts its updates; `stages` are names in order."""

    name: str
    arn: str
    region: str
    account: str
    version: int
    type: PipelineType
    mode: Mode
    stages: tuple[str, ...]
    actions: tuple[ActionDefinition, ...]
    variables: tuple[Variable, ...] = ()

    @property
    def sources(self) -> tuple[ActionDefinition, ...]:
        """All source actions, of whatever provider."""
        return tuple(action for action in self.actions if action.category == "Source")

    @property
    def s3_sources(self) -> tuple[ActionDefinition, ...]:
        """The source actions that read S3."""
        return tuple(action for action in self.actions if action.is_s3_source)

    def action(self, stage: str, name: str) -> ActionDefinition | None:
        """Return one action's definition."""
        return next((action for action in self.actions if (action.stage, action.name) == (stage, name)), None)
