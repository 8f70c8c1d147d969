"""What CodePipeline refuses in a declaration, beyond the shapes of its service model. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from waybill.sandbox.engine.codepipeline.definition import S3, SUPERSEDED, Action, Definition
from waybill.sandbox.engine.refusals import Refusal

_KNOWN: Final[Mapping[tuple[str, str], tuple[frozenset[str], frozenset[str]]]] = {
    ("Source", S3): (
        frozenset({"S3Bucket", "S3ObjectKey"}),
        frozenset({"PollForSourceChanges", "AllowOverrideForS3ObjectKey"}),
    ),
    ("Deploy", S3): (
        frozenset({"BucketName", "Extract"}),
        frozenset({"ObjectKey", "KMSEncryptionKeyARN", "CannedACL", "CacheControl"}),
    ),
    ("Approval", "Manual"): (
        frozenset(),
        frozenset({"NotificationArn", "ExternalEntityLink", "CustomData"}),
    ),
}
_ARTIFACTS: Final = {("Source", S3): (0, 1), ("Deploy", S3): (1, 0), ("Approval", "Manual"): (0, 0)}


def check(definition: Definition, declaration: Mapping[str, Any]) -> None:
    """Raise `Refusal` for the first thing wrong with `definition`, which was read from `declaration`."""
    _check_stages(definition)
    _check_type(definition, declaration)
    for action in definition.actions:
        _check_action(action)
    _check_artifacts(definition)
    _check_stores(definition, declaration)


def _check_stages(definition: Definition) -> None:
    if len(definition.stages) < 2:
        raise _structure(
            f"Pipeline has only {len(definition.stages)} stage(s). There should be a minimum of 2 stages in a pipeline"
        )
    _unique((stage.name for stage in definition.stages), "stage names")
    for at, stage in enumerate(definition.stages):
        if not stage.actions:
            raise Refusal("InvalidStageDeclarationException", f"Stage {stage.name} has no actions")
        _unique((action.name for action in stage.actions), f"action names in stage {stage.name}")
        for action in stage.actions:
            if action.is_source != (at == 0):
                where = "must be in the first stage" if action.is_source else "cannot be in the first stage"
                raise _structure(f"{action.category} action {action.name} {where}: only source actions can")


def _check_type(definition: Definition, declaration: Mapping[str, Any]) -> None:
    if definition.type == "V2":
        _unique((each["name"] for each in declaration.get("variables", [])), "variable names")
        return
    if definition.mode != SUPERSEDED:
        raise _structure(f"Execution mode {definition.mode} is not supported for V1 pipelines")
    if declaration.get("variables") or declaration.get("triggers"):
        raise _structure("Pipeline variables and triggers are not supported for V1 pipelines")


def _check_action(action: Action) -> None:
    kind = (action.category, action.provider)
    if kind not in _KNOWN or action.owner != "AWS":
        return
    needed, allowed = _KNOWN[kind]
    given = action.configuration.keys()
    if needed - given:
        raise _declaration(action, f"is missing required configuration: {', '.join(sorted(needed - given))}")
    if given - needed - allowed:
        raise _declaration(action, f"contains unknown configuration: {', '.join(sorted(given - needed - allowed))}")
    if kind == ("Deploy", S3) and not action.says("Extract") and not action.configuration.get("ObjectKey"):
        raise _declaration(action, "is missing required configuration: ObjectKey (it is required unless Extract)")
    inputs, outputs = _ARTIFACTS[kind]
    if (len(action.inputs), len(action.outputs)) != (inputs, outputs):
        raise _declaration(action, f"must have {inputs} input and {outputs} output artifacts")


def _check_artifacts(definition: Definition) -> None:
    made: set[str] = set()
    for stage in definition.stages:
        for group in stage.groups:
            for action in group:
                for name in action.inputs:
                    if name not in made:
                        raise _declaration(action, f"has an input artifact {name} that no earlier action produces")
            for action in group:
                for name in action.outputs:
                    if name in made:
                        raise _declaration(action, f"has an output artifact {name} that another action produces")
                    made.add(name)


def _check_stores(definition: Definition, declaration: Mapping[str, Any]) -> None:
    if bool(declaration.get("artifactStore")) == bool(declaration.get("artifactStores")):
        raise _structure("Pipeline should have one of artifactStore or artifactStores, and cannot have both")
    for region in sorted({definition.region, *(action.region for action in definition.actions)}):
        if region not in definition.stores:
            raise _structure(f"The artifact store for region {region} is missing: an action runs there")


def _unique(names: Iterable[str], what: str) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise _structure(f"Duplicate {what}: {', '.join(twice)}")


def _structure(message: str) -> Refusal:
    return Refusal("InvalidStructureException", message)


def _declaration(action: Action, message: str) -> Refusal:
    what = f"Action configuration for action '{action.name}' in stage '{action.stage}'"
    return Refusal("InvalidActionDeclarationException", f"{what} {message}")
