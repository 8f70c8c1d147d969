"""The inputs of the action, as GitHub's runner hands them over.

The runner sets ``INPUT_`` and the input's name, upper-cased, spaces turned into ``_``, hyphens kept; an input that is
not given arrives as an empty string (or as its default). Unknown inputs are passed on too, after a warning of the
runner's own that names no neighbour.

Read here rather than with `actions_toolkit.core.get_input`, which does the same for one name: importing `core` costs
`requests` (about 110 ms) on every run, it reads `os.environ` only, and it cannot tell which inputs nobody asked for.
`get_boolean_input` raises TypeError for an unset input; here unset is absent, and what a value means is decided where
all faults are collected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PREFIX = "INPUT_"
# Every container action accepts these two in `with:`; the runner itself uses them up.
_RUNNERS_OWN = frozenset({"args", "entrypoint"})


@dataclass(frozen=True, slots=True)
class UnknownInput:
    """An input the action does not have: its name as far as the environment tells it, and the nearest known one."""

    name: str
    nearest: str | None

    def __str__(self) -> str:
        hint = f" Did you mean `{self.nearest}`?" if self.nearest else ""
        return f"There is no input `{self.name}`: it is ignored.{hint}"


def read_inputs(environ: Mapping[str, str], names: Iterable[str]) -> tuple[dict[str, str], list[UnknownInput]]:
    """Return the inputs that are set, by YAML name in the order of `names`, and the unknown ones, sorted.

    Values are stripped of surrounding whitespace, as actions-toolkit does; one that is then empty is unset, and absent.
    """
    variables = {_variable(name): name for name in names}
    given = {name: value for variable, name in variables.items() if (value := environ.get(variable, "").strip())}
    unknown = sorted(
        variable.removeprefix(_PREFIX).lower()
        for variable in environ
        if variable.startswith(_PREFIX) and variable != _PREFIX and variable not in variables
    )
    known = tuple(variables.values())
    return given, [UnknownInput(name, _nearest(name, known)) for name in unknown if name not in _RUNNERS_OWN]


def _variable(name: str) -> str:
    return _PREFIX + name.replace(" ", "_").upper()


def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    import difflib  # noqa: PLC0415 - needed only where an input is misspelt

    by_spelling = {one.lower().replace("_", "-").replace(" ", "-"): one for one in known}
    matches = difflib.get_close_matches(name.replace("_", "-"), by_spelling, n=1)
    return by_spelling[matches[0]] if matches else None
