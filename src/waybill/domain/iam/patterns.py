"""Wildcards as IAM means them, and the variables of policies. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
A filled text is an ordinary one, but that characters of Unicode's private use stand for what a variable brought in: a *
or ? which is no wildcard, and what is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from waybill.domain.iam.context import Context
from waybill.domain.iam.globs import Glob, Piece
from waybill.domain.iam.truth import Unknown

ARN_PARTS: Final = 6
_STAR, _MARK, _ANYTHING = "\ue000", "\ue001", "\ue002"
_SPECIAL: Final = {"*": _STAR, "?": _MARK, "$": "$"}
_LITERAL: Final = str.maketrans({"*": _STAR, "?": _MARK})
_PLAIN: Final = str.maketrans({_STAR: "*", _MARK: "?"})
_MEANS: Final[Mapping[str, Piece | str]] = {
    "*": Piece.MANY,
    "?": Piece.ONE,
    _ANYTHING: Piece.MANY,
    _STAR: "*",
    _MARK: "?",
}
_WITHIN: Final = {"*": Piece.MANY_WITHIN, "?": Piece.ONE_WITHIN}
"""What stands for what; `_WITHIN` in a part of an ARN that a wildcard does not leave."""

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_INSIDE: Final = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?\Z")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its variables filled in; None where the request has no value for one, and the policy no default."""

    text: str | None
    unknown: tuple[Unknown, ...] = ()


def fill(text: str, context: Context) -> Filled:
    """Fill a text's variables, `${aws:username}` or `${aws:PrincipalTag/team, 'none'}`, from a request."""
    if "${" not in text:
        return Filled(text)
    unknown: list[Unknown] = []
    lacking = False

    def value(match: re.Match[str]) -> str:
        nonlocal lacking
        if match[1] in _SPECIAL:
            return _SPECIAL[match[1]]
        inside = _INSIDE.match(match[1])
        key = inside[1].lower() if inside else ""
        if not context.knows(key):
            unknown.append(Unknown(inside[1] if inside else match[1], "variable", (match[0],)))
            return _ANYTHING
        found = context.all_of(key)
        if len(found) == 1:
            return found[0].translate(_LITERAL)
        default = inside[2] if inside else None
        lacking = lacking or default is None
        return (default or "").translate(_LITERAL)

    filled = _VARIABLE.sub(value, text)
    return Filled(None) if lacking else Filled(filled, tuple(unknown))


def plain(text: str) -> str:
    """Return a filled text as a value without wildcards."""
    return text.translate(_PLAIN)


def same(given: str, text: str) -> bool:
    """Tell whether `given` is the filled `text`, in which * and ? are themselves."""
    return given == plain(text) if _ANYTHING not in text else like(given, text.translate(_LITERAL))


def like(given: str, pattern: str) -> bool:
    """Tell whether `given` is like `pattern`, in which * is anything and ? one character."""
    return pattern == "*" or _pattern(pattern).matches(given)


def arn_like(given: str, pattern: str) -> bool:
    """Compare ARNs as conditions do: part by part; a * does not go past a colon, but in the last of six parts."""
    parts, patterns = given.split(":", ARN_PARTS - 1), pattern.split(":", ARN_PARTS - 1)
    return len(parts) == len(patterns) == ARN_PARTS and all(map(like, parts, patterns))


def resource_like(given: str, pattern: str) -> bool:
    """Compare ARNs as Resource does: a * that ends a part may go past its colon; so does any, behind the fifth one."""
    return pattern == "*" or _resource(pattern).matches(given)


@lru_cache(maxsize=2048)
def _pattern(text: str) -> Glob:
    return Glob.of(map(_anywhere, text))


@lru_cache(maxsize=2048)
def _resource(text: str) -> Glob:
    parts = text.split(":", ARN_PARTS - 1)
    # A * that ends the whole pattern stands for all the rest.
    head = parts[: ARN_PARTS - 1] if len(parts) == ARN_PARTS else parts
    pieces: list[Piece | str] = []
    for number, part in enumerate(head):
        pieces += [":"] if number else []
        pieces += map(_within, part[:-1])
        pieces += [Piece.MANY] if part.endswith("*") else map(_within, part[-1:])
    if len(parts) == ARN_PARTS:
        pieces += [":", *map(_anywhere, parts[-1])]
    return Glob.of(pieces)


def _anywhere(character: str) -> Piece | str:
    return _MEANS.get(character, character)


def _within(character: str) -> Piece | str:
    return _WITHIN.get(character) or _anywhere(character)
