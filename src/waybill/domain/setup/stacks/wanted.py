"""The stacks that are wanted: each a template in an account and region; its parameters may be others' outputs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

SETUP_TAG = "waybill:setup"
PROJECT_TAG = "waybill:project"
"""Tags of a stack: whose it is (the stacks' prefix), and the project that it belongs to, where it is one's alone."""

_NO_NAME = re.compile(r"[^A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True, order=True)
class StackRef:
    """One stack. `account` is its name in `waybill.yaml`."""

    account: str
    region: str
    name: str

    def __str__(self) -> str:
        return f"{self.account}/{self.region}/{self.name}"


@dataclass(frozen=True, slots=True)
class OutputOf:
    """What a stack's output says, once that stack stands."""

    stack: StackRef
    output: str

    def __str__(self) -> str:
        return f"{self.output} of {self.stack}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of values, as CommaDelimitedList takes it."""

    parts: tuple[str | OutputOf, ...]


Value: TypeAlias = str | OutputOf | Listed
Known: TypeAlias = Callable[[OutputOf], str | None]
"""Tells an output's text, None while nobody knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedStack:
    """One stack that should stand. `template` is a file of `templates/`, without `.yaml`.

    `after`: stacks that must stand before, though no parameter comes from them.
    """

    ref: StackRef
    template: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    after: frozenset[StackRef] = frozenset()
    project: str | None = None

    @property
    def needs(self) -> frozenset[StackRef]:
        """Every stack that must stand before this one."""
        return self.after | {output.stack for value in self.parameters.values() for output in outputs_in(value)}

    def awaited(self, known: Known) -> tuple[OutputOf, ...]:
        """Return the outputs that it needs and that nobody knows yet."""
        every = (output for value in self.parameters.values() for output in outputs_in(value))
        return tuple(dict.fromkeys(output for output in every if known(output) is None))

    def texts(self, known: Known) -> dict[str, str]:
        """Return its parameters as CloudFormation takes them; `known` must know every output."""
        return {name: text(value, lambda output: known(output) or "") for name, value in self.parameters.items()}


def outputs_in(value: Value) -> Iterable[OutputOf]:
    """Yield the outputs that a value is made of."""
    parts = value.parts if isinstance(value, Listed) else (value,)
    return (part for part in parts if isinstance(part, OutputOf))


def text(value: Value, tell: Callable[[OutputOf], str]) -> str:
    """Return a value as one text, with what `tell` makes of outputs."""
    parts = value.parts if isinstance(value, Listed) else (value,)
    return ",".join(tell(part) if isinstance(part, OutputOf) else part for part in parts)


def listed(parts: Iterable[str | OutputOf]) -> Value:
    """Return a list, without doubles, in its order."""
    return Listed(tuple(dict.fromkeys(parts)))


def stack_name(prefix: str, kind: str, name: str = "") -> str:
    """Return a stack's name, `waybill-pipeline-crossaccountdeploy`: letters, digits and hyphens, 128 at most."""
    return shortened(_NO_NAME.sub("-", "-".join(filter(None, (prefix, kind, name)))).strip("-"), 128)


def shortened(name: str, most: int) -> str:
    """Return a name of so many characters at most: the end of a longer one is a digest, as names differ at the end."""
    if len(name) <= most:
        return name
    return f"{name[: most - 7]}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
