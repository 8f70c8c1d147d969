"""Calls of the sandbox's own services, with requests fitted to botocore's service models.

CloudFormation takes `"7"` for 7 and `"true"` for true, and refuses properties that a type does not have, however deep
they are; so does this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore import xform_name
from botocore.exceptions import ParamValidationError

from waybill.sandbox.engine.refusals import Refusal

_NUMBERS: Final = frozenset({"integer", "long"})
_FRACTIONS: Final = frozenset({"float", "double"})
Rename = Callable[[str], str]


def unfit(message: str, code: str = "") -> Refusal:
    """Return the reason of a resource that failed before, or without, a service's refusal.

    With a `code` (`AlreadyExists`, ...) it is said as the resource's handler says it; without, the properties are at
    fault.
    """
    if code:
        return Refusal(code, f'Resource handler returned message: "{message}" (HandlerErrorCode: {code})')
    return Refusal("ValidationError", f"Properties validation failed with message: {message}")


def ask(client: Any, operation: str, request: Mapping[str, Any], rename: Rename = str) -> dict[str, Any]:
    """Call `operation` (such as `PutBucketTagging`) and return its answer.

    `request` has the members of the service model or their names with a capital letter, which is how templates say
    them; `rename` gives the model's name where that is not enough. Lists become `{"Quantity": ..., "Items": ...}` where
    the model wants that. Raises the service's `ClientError`, or `Refusal`.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    fitted = fit(shape, request, operation, rename)
    try:
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**fitted)
    except ParamValidationError as fault:
        raise unfit(str(fault)) from fault
    return answer


def fit(shape: Any, value: Any, at: str, rename: Rename = str) -> Any:
    """Return `value` as `shape` wants it; raises `Refusal` naming the place in it."""
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, value, at, rename)
    if kind == "list":
        return [fit(shape.member, each, f"{at}[{number}]", rename) for number, each in enumerate(_a(list, value, at))]
    if kind == "map":
        return {key: fit(shape.value, each, f"{at}.{key}", rename) for key, each in _a(dict, value, at).items()}
    if kind == "boolean":
        return truth(value, at)
    if kind in _NUMBERS or kind in _FRACTIONS:
        return _number(value, at, int if kind in _NUMBERS else float)
    if kind == "string":
        return text(value, at)
    return value


def _structure(shape: Any, value: Any, at: str, rename: Rename) -> dict[str, Any]:
    if isinstance(value, list) and {"Quantity", "Items"} <= shape.members.keys():
        items = fit(shape.members["Items"], value, at, rename)
        return {"Quantity": len(items), **({"Items": items} if items else {})}
    fitted = {}
    for given, each in _a(dict, value, at).items():
        name = _member(shape, given, rename)
        if name is None:
            raise unfit(f"#/{at.replace('.', '/')}: extraneous key [{given}] is not permitted")
        fitted[name] = fit(shape.members[name], each, f"{at}.{given}", rename)
    return fitted


def _member(shape: Any, given: str, rename: Rename) -> str | None:
    lowered = given[:1].lower() + given[1:]
    return next((name for name in (rename(given), given, lowered) if name in shape.members), None)


def truth(value: Any, at: str = "") -> bool:
    """Read a truth value, which parameters give as text."""
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise unfit(f"#/{at.replace('.', '/')}: expected type: Boolean, found: {value!r}")


def text(value: Any, at: str = "") -> str:
    """Read a text: numbers and truth values are written as JSON has them."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    raise unfit(f"#/{at.replace('.', '/')}: expected type: String, found: {type(value).__name__}")


def _number(value: Any, at: str, convert: Callable[[Any], float]) -> float:
    try:
        return convert(value)
    except (TypeError, ValueError):
        raise unfit(f"#/{at.replace('.', '/')}: expected type: Number, found: {value!r}") from None


def _a(kind: type, value: Any, at: str) -> Any:
    if not isinstance(value, kind):
        raise unfit(f"#/{at.replace('.', '/')}: expected a {kind.__name__}, found: {value!r}")
    return value
