"""What several types have in common: generated names, tags, documents, cleaning up after a half-made resource."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from botocore.exceptions import ClientError

from waybill.sandbox.engine.cloudformation.kinds import Place
from waybill.sandbox.engine.refusals import Refusal

_RANDOM: Final = 6


def named(place: Place, longest: int = 64) -> str:
    """Return a name as CloudFormation makes one up: STACK-RESOURCE-RANDOM, in at most `longest` characters."""
    room = longest - 2 * _RANDOM - 2
    resource = place.logical_id[: room // 2]
    return f"{place.stack[: room - len(resource)]}-{resource}-{secrets.token_hex(_RANDOM).upper()}"


def document(value: Any) -> str:
    """Return a policy document as text; a template has it as a mapping, or as text."""
    return value if isinstance(value, str) else json.dumps(value)


def tags(properties: Mapping[str, Any], place: Place) -> dict[str, str]:
    """Return the tags of a resource: the stack's, and its own, which win. `Tags` is a list of Key and Value."""
    own = {str(tag["Key"]): str(tag["Value"]) for tag in properties.get("Tags", [])}
    return {**place.tags, **own}


def tag_list(found: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Return tags as most services want them; `key` and `value` are the names that this one uses."""
    return [{key: name, value: text} for name, text in found.items()]


def only(properties: Mapping[str, Any], *names: str, **renamed: str) -> dict[str, Any]:
    """Return those of the properties that are there; `renamed` says what one is called in the request."""
    wanted = {**{name: name for name in names}, **renamed}
    return {asked: properties[name] for name, asked in wanted.items() if name in properties}


@contextmanager
def undoing(undo: Callable[[], Any]) -> Iterator[None]:
    """Call `undo` when what follows fails: a resource that failed halfway is not left behind."""
    try:
        yield
    except (ClientError, Refusal):
        with suppress(ClientError):
            undo()
        raise


@contextmanager
def gone(*codes: str) -> Iterator[None]:
    """Take an error with one of `codes` for what was wanted: what is to be deleted is not there."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise
