"""What a start may ask for: variables that are declared, revisions that a source action takes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from waybill.sandbox.engine.codepipeline.definition import QUEUED, S3, SUPERSEDED, Definition
from waybill.sandbox.engine.codepipeline.execution import Execution, Override, Trigger
from waybill.sandbox.engine.codepipeline.machine import Line
from waybill.sandbox.engine.refusals import Refusal

_MOST_AT_ONCE: Final = 50
_VERSION: Final = "S3_OBJECT_VERSION_ID"
_KEY: Final = "S3_OBJECT_KEY"


def start(line: Line, request: Mapping[str, Any], trigger: Trigger, now: float) -> Execution:
    """Add an execution as StartPipelineExecution's `request` asks; with a token that was seen, return that one.

    Raises `Refusal`.
    """
    token = request.get("clientRequestToken")
    before = line.find(line.tokens.get(token, "")) if token else None
    if before is not None:
        return before
    variables = _variables(line.definition, request.get("variables") or [])
    overrides = _overrides(line.definition, request.get("sourceRevisions") or [])
    if line.definition.mode != SUPERSEDED and len(list(line.under_way())) >= _MOST_AT_ONCE:
        raise Refusal(
            "ConcurrentPipelineExecutionsLimitExceededException",
            f"The pipeline {line.definition.name} has reached the limit for concurrent pipeline executions: "
            f"{_MOST_AT_ONCE} in {'QUEUED' if line.definition.mode == QUEUED else 'PARALLEL'} mode",
        )
    made = line.add(trigger, now, variables=variables, overrides=overrides)
    if token:
        line.tokens[token] = made.id
    return made


def _variables(definition: Definition, given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    if given and definition.type != "V2":
        raise _invalid(f"Pipeline variables are not supported for {definition.type} pipelines")
    values = {each["name"]: each["value"] for each in given}
    unknown = sorted(values.keys() - definition.variables.keys())
    if unknown:
        raise _invalid(f"Variables not declared in pipeline {definition.name}: {', '.join(unknown)}")
    merged = {**defaults(definition), **values}
    missing = sorted(definition.variables.keys() - merged.keys())
    if missing:
        raise _invalid(f"Variables without a default value must be given a value: {', '.join(missing)}")
    return merged


def defaults(definition: Definition) -> dict[str, str]:
    """Return the variables that have a default value."""
    return {name: value for name, value in definition.variables.items() if value is not None}


def _overrides(definition: Definition, given: Sequence[Mapping[str, str]]) -> dict[str, Override]:
    found: dict[str, dict[str, str]] = {}
    for each in given:
        name, kind, value = each["actionName"], each["revisionType"], each["revisionValue"]
        action = next((action for action in definition.sources if action.name == name), None)
        if action is None:
            raise _invalid(f"Source revision override: pipeline {definition.name} has no source action {name}")
        if action.provider == S3 and kind not in (_VERSION, _KEY):
            raise _invalid(f"Source revision override: {kind} is not supported by the S3 source action {name}")
        if action.provider != S3 and kind in (_VERSION, _KEY):
            raise _invalid(f"Source revision override: {kind} is not supported by the source action {name}")
        if kind == _KEY and not action.says("AllowOverrideForS3ObjectKey"):
            raise _invalid(
                f"Source revision override: {_KEY} is not allowed for the source action {name}, because its "
                "configuration does not have AllowOverrideForS3ObjectKey set to true"
            )
        if kind in found.setdefault(name, {}):
            raise _invalid(f"Source revision override: {kind} is given twice for the source action {name}")
        found[name][kind] = value
    return {name: Override(version=kinds.get(_VERSION), key=kinds.get(_KEY)) for name, kinds in found.items()}


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationException", message)
