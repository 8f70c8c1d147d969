"""A start of a pipeline: its arguments, and which input is wrong where CodePipeline refuses them.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StartPipelineExecution.html
"""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from waybill.errors import Fault
from waybill.ports.pipeline import Start

VARIABLE = re.compile(r"[A-Za-z0-9@_-]{1,128}", re.ASCII)
MAX_VALUE = 1000
REFUSED = frozenset({"ValidationException", "InvalidStructureException", "InvalidActionDeclarationException"})


def arguments(start: Start) -> dict[str, Any]:
    """Return the arguments of StartPipelineExecution."""
    revisions = []
    for pin in start.pins:
        if pin.key is not None:
            revisions.append(_override(pin.action, "S3_OBJECT_KEY", pin.key))
        revisions.append(_override(pin.action, "S3_OBJECT_VERSION_ID", pin.version_id))
    given: dict[str, Any] = {"name": start.pipeline, "clientRequestToken": start.token}
    if revisions:
        given["sourceRevisions"] = revisions
    if start.variables:
        given["variables"] = [{"name": name, "value": value} for name, value in start.variables.items()]
    return given


def variable_faults(start: Start) -> list[Fault]:
    """Return what CodePipeline takes of no pipeline: botocore would only say that a parameter is wrong."""
    found = []
    for name, value in start.variables.items():
        if not VARIABLE.fullmatch(name):
            found.append(Fault("variables", name, "a name has 1 to 128 letters, digits and `@-_`.", "STAGE=blue"))
        elif not 1 <= len(value) <= MAX_VALUE:
            rule = f"{name} has {len(value)} characters; a value has 1 to {MAX_VALUE}."
            found.append(Fault("variables", "", rule, "STAGE=blue"))
    return found


def wrong_start(start: Start, error: ClientError) -> Fault | None:
    """Return the input that CodePipeline refuses, as far as its message tells; None where it refuses none."""
    told = error.response.get("Error", {})
    if told.get("Code") not in REFUSED:
        return None
    message = str(told.get("Message", "")).strip()
    said = f"CodePipeline refuses this start of {start.pipeline}: {message} ({told['Code']})"
    low = message.lower()
    if "variable" in low:
        return Fault("variables", ", ".join(start.variables), said)
    if start.pins and re.search(r"revision|override|object|version id|source", low):
        return Fault("source", ", ".join(pin.key or pin.version_id for pin in start.pins), said)
    return Fault("pipeline", start.pipeline, said)


def _override(action: str, kind: str, value: str) -> dict[str, str]:
    return {"actionName": action, "revisionType": kind, "revisionValue": value}
