"""What an input, an output and a verb are. Their tables are in `shared.py` and `verbs.py`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How an input is written."""

    TEXT = "text"
    LINES = "lines"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its YAML name, which is also the CLI's long option; what it means; its default as text.

    LINES may be given several times on the command line; FLAG alone means `true`. A `secret` one is never shown: not
    in a fault, nor in a command line.
    """

    name: str
    help: str
    default: str = ""
    kind: Kind = Kind.TEXT
    required: bool = False
    example: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """One output of the action."""

    name: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One command: `waybill NAME`, and the action `actions/NAME`.

    `does` ends the sentence that begins with its name, in help; `about` is the action's description. `positional` are
    the inputs that the command line also takes without their names, in this order; the last one takes all that is
    left where it is of LINES. `example` is a whole command line, shown in help. `outputs` is empty for a verb that has
    no action.
    """

    name: str
    does: str
    inputs: tuple[Input, ...]
    about: str = ""
    outputs: tuple[Output, ...] = ()
    positional: tuple[str, ...] = ()
    example: str = ""
    needless: frozenset[str] = frozenset()
    """Inputs that are asked for by most runs only, so that action.yml does not call them required."""

    def input(self, name: str) -> Input:
        """Return an input by its name."""
        return next(item for item in self.inputs if item.name == name)
