"""Whether a file has the form of its JSON schema, in words of ours, with what was meant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from waybill.inputs.file.places import Place, Places, shown

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

_TYPES = {
    "object": "must have keys with values of their own below it.",
    "array": "must be a list: `[one, another]`, or a line `- one` for each.",
    "string": "must be a text.",
    "integer": "must be a whole number.",
    "boolean": "must be `true` or `false`.",
}


def schema(name: str = "waybill") -> dict[str, Any]:
    """Return the JSON schema of a file, as it ships: that of `waybill.yaml`, or of `access`.yaml."""
    text = files("waybill").joinpath("schemas", f"{name}.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def validator(form: Mapping[str, Any]) -> Draft202012Validator:
    """Return what checks a value against the schema."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - setup only, and it takes 100 ms to read

    return Draft202012Validator(form)


def check_shape(value: Any, places: Places, checker: Draft202012Validator, below: Place = ()) -> None:
    """Tell `places` of everything in `value` that has not the form; `below`: where in the file the value stands."""
    for error in checker.iter_errors(value):
        _tell(error, places, below)


def _tell(error: ValidationError, places: Places, below: Place) -> None:
    place = (*below, *error.absolute_path)
    if places.told(place) and error.validator not in {"additionalProperties", "required", "dependentRequired"}:
        return  # the reading has said what is wrong
    form: Mapping[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    example = _example(form)
    match error.validator:
        case "additionalProperties":
            _tell_of_keys(error, form, places, place)
        case "required" | "dependentRequired":
            _tell_of_missing(error, form, places, place)
        case "type":
            places.fault(place, _type_rule(error), value=_written(places, place, error.instance), example=example)
        case "anyOf":
            _tell_of_choice(error, form, places, below)
        case "uniqueItems":
            given: Any = error.instance
            twice = next(item for number, item in enumerate(given) if item in given[:number])
            places.fault(place, f"has {shown(twice)} twice.", value="")
        case _ if "propertyNames" in error.absolute_schema_path:
            key = str(error.instance)
            places.fault((*place, key), f"this name {_rule(error, form)}", value="", example=_key_example(error))
        case _:
            places.fault(place, _rule(error, form), value=_written(places, place, error.instance), example=example)


def _tell_of_keys(error: ValidationError, form: Mapping[str, Any], places: Places, place: Place) -> None:
    known = sorted(form.get("properties", {}))
    given: Any = error.instance
    for key in given:
        if key not in known:
            places.fault((*place, key), f"there is no key `{key}` here.{meant(key, known)}", value="")


def _tell_of_missing(error: ValidationError, form: Mapping[str, Any], places: Places, place: Place) -> None:
    given: Any = error.instance
    needs: Any = error.validator_value
    if error.validator == "required":
        wanted = {key: "is missing." for key in needs if key not in given}
    else:
        pairs = ((key, other) for key, others in needs.items() if key in given for other in others)
        wanted = {other: f"is missing: `{key}` needs it." for key, other in pairs if other not in given}
    for key, rule in wanted.items():
        if not places.told((*place, key)):  # the library speaks of them one at a time
            example = _example(form.get("properties", {}).get(key, {}))
            places.fault((*place, key), rule, value="", example=example)


def _tell_of_choice(error: ValidationError, form: Mapping[str, Any], places: Places, below: Place) -> None:
    """Say what is wrong with the alternative that was meant: that of the same type."""
    context: Iterable[ValidationError] = error.context or ()
    nearer = [inner for inner in context if inner.validator not in {"type", "const"}]
    for inner in nearer:
        _tell(inner, places, below)
    if not nearer:
        place = (*below, *error.absolute_path)
        value = _written(places, place, error.instance)
        places.fault(place, str(form["errorMessage"]), value=value, example=_example(form))


def _type_rule(error: ValidationError) -> str:
    wanted = str(error.validator_value)
    if error.instance is None:
        return "is empty: give it a value, or leave the key out."
    if wanted == "string" and isinstance(error.instance, int):
        kind = "`true` or `false`" if isinstance(error.instance, bool) else "a number"
        return f"is read as {kind}, and must be a text: write it in quotes."
    return _TYPES[wanted]


def _rule(error: ValidationError, form: Mapping[str, Any]) -> str:
    limit: Any = error.validator_value
    given: Any = error.instance
    match error.validator:
        case "pattern":
            return str(form["patternErrorMessage"])
        case "const":
            return f"must be {shown(limit)}."
        case "enum":
            return f"must be one of {', '.join(f'`{word}`' for word in limit)}.{meant(str(given), limit)}"
        case "minItems" | "minProperties":
            return "is empty, and must name one at least."
        case "maxItems":
            return f"has {len(given)}, and may have {limit} at most."
        case "minLength" | "maxLength":
            return f"must have at {'least' if error.validator == 'minLength' else 'most'} {limit} characters."
        case "minimum":
            return f"must be {limit} or more."
        case _:
            return f"breaks the rule `{error.validator}` of the schema: {limit}."


def meant(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean ...?` with the nearest of the words known, or nothing."""
    plain = {name.lower(): name for name in known}
    near = get_close_matches(word.lower().replace("_", "-"), plain, 1, 0.5) or get_close_matches(word, plain, 1, 0.5)
    return f" Did you mean `{plain[near[0]]}`?" if near else ""


def _written(places: Places, place: Place, value: Any) -> str:
    if isinstance(value, dict | list):
        return ""  # the rule says how many, or of which kind
    return places.texts.get(place, shown(value))


def _example(form: Mapping[str, Any]) -> str:
    examples = form.get("examples")
    return shown(examples[0]) if examples else ""


def _key_example(error: ValidationError) -> str:
    return _example(error.schema) if isinstance(error.schema, dict) else ""
