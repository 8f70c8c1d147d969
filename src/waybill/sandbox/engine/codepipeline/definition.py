"""A pipeline's definition: the declaration that callers send and get back, and what the machine reads of it. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

S3: Final = "S3"
PARALLEL: Final = "PARALLEL"
QUEUED: Final = "QUEUED"
SUPERSEDED: Final = "SUPERSEDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `region` is where it runs, `role` the ARN it assumes beyond the pipeline's own."""

    stage: str
    name: str
    category: str
    owner: str
    provider: str
    version: str
    order: int
    configuration: Mapping[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    region: str
    role: str | None
    namespace: str
    minutes: int | None

    @property
    def is_source(self) -> bool:
        """Whether revisions enter the pipeline here."""
        return self.category == "Source"

    @property
    def is_approval(self) -> bool:
        """Whether a person decides."""
        return self.category == "Approval"

    def says(self, key: str, default: str = "") -> bool:
        """Tell whether a configuration value is `true`."""
        return self.configuration.get(key, default).lower() == "true"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: `groups` are its actions by run order; those of one group run at the same time."""

    name: str
    groups: tuple[tuple[Action, ...], ...]
    on_failure: str = ""

    @property
    def actions(self) -> tuple[Action, ...]:
        """All of its actions, in order."""
        return tuple(action for group in self.groups for action in group)


@dataclass(frozen=True, slots=True)
class Store:
    """Where artifacts are kept; `key` is a KMS key, None for the bucket's own default."""

    bucket: str
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version of a pipeline. `stores` by region; `variables` with their defaults (None: must be given)."""

    name: str
    version: int
    type: str
    mode: str
    role: str
    region: str
    stages: tuple[Stage, ...]
    stores: Mapping[str, Store]
    variables: Mapping[str, str | None]
    declaration: Mapping[str, Any]

    @property
    def actions(self) -> tuple[Action, ...]:
        """All actions of all stages."""
        return tuple(action for stage in self.stages for action in stage.actions)

    @property
    def sources(self) -> tuple[Action, ...]:
        """The source actions."""
        return tuple(action for action in self.actions if action.is_source)

    def index(self, stage: str) -> int | None:
        """Return the position of a stage, or None."""
        return next((at for at, each in enumerate(self.stages) if each.name == stage), None)


def completed(declaration: Mapping[str, Any], version: int) -> dict[str, Any]:
    """Return a copy of `declaration` as CodePipeline gives it back: `version` and all defaults written out."""
    full = copy.deepcopy(dict(declaration))
    full["version"] = version
    full.setdefault("executionMode", SUPERSEDED)
    full.setdefault("pipelineType", "V1")
    for stage in full["stages"]:
        for action in stage["actions"]:
            action.setdefault("runOrder", 1)
            action.setdefault("configuration", {})
            action.setdefault("outputArtifacts", [])
            action.setdefault("inputArtifacts", [])
    return full


def read(declaration: Mapping[str, Any], version: int, region: str) -> Definition:
    """Read a declaration that has the members which the service model requires; `region` is the pipeline's."""
    full = completed(declaration, version)
    return Definition(
        name=full["name"],
        version=version,
        type=full["pipelineType"],
        mode=full["executionMode"],
        role=full["roleArn"],
        region=region,
        stages=tuple(_stage(stage, region) for stage in full["stages"]),
        stores=_stores(full, region),
        variables={each["name"]: each.get("defaultValue") for each in full.get("variables", [])},
        declaration=full,
    )


def _stores(full: Mapping[str, Any], region: str) -> dict[str, Store]:
    found: dict[str, Any] = dict(full.get("artifactStores") or {})
    if full.get("artifactStore"):
        found[region] = full["artifactStore"]
    return {name: Store(each["location"], each.get("encryptionKey", {}).get("id")) for name, each in found.items()}


def _stage(stage: Mapping[str, Any], region: str) -> Stage:
    actions = [_action(stage["name"], action, region) for action in stage["actions"]]
    orders = sorted({action.order for action in actions})
    groups = tuple(tuple(action for action in actions if action.order == order) for order in orders)
    return Stage(stage["name"], groups, str(stage.get("onFailure", {}).get("result", "")))


def _action(stage: str, action: Mapping[str, Any], region: str) -> Action:
    kind = action["actionTypeId"]
    return Action(
        stage=stage,
        name=action["name"],
        category=kind["category"],
        owner=kind["owner"],
        provider=kind["provider"],
        version=kind["version"],
        order=action["runOrder"],
        configuration=dict(action["configuration"]),
        inputs=tuple(each["name"] for each in action["inputArtifacts"]),
        outputs=tuple(each["name"] for each in action["outputArtifacts"]),
        region=action.get("region", region),
        role=action.get("roleArn"),
        namespace=action.get("namespace", ""),
        minutes=action.get("timeoutInMinutes"),
    )
