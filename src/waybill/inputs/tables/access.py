"""What the action `actions/access` takes and gives: its input `command` is the second word of `waybill access WORD`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from waybill.inputs.find import FAMILIES, find_verb
from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Verb
from waybill.inputs.tables.members import SESSIONS
from waybill.inputs.union import listed, united_inputs, united_outputs

COMMANDS: Mapping[str, Verb] = MappingProxyType(
    {word: verb for word in FAMILIES["access"][1] if (verb := find_verb(f"access {word}")) is not None and verb.outputs}
)
"""The verbs that the action runs, by their second words: those with outputs. The others are for a terminal."""

OWN_HELP: Mapping[str, str] = MappingProxyType(
    {
        "config": "The file that says who may do what. `explain`: its accounts name the roles that read policies.",
        "yes": "Do it. `apply` does it without, too, since nobody can be asked here; `remove` only shows then.",
        "grant": "Grants that are taken back, by their names, whether the file still has them or not, one a line.",
    }
)
"""What is said here of an input whose verbs say different things, or speak of the command line."""

COMMAND = Input("command", f"What to do: {listed(tuple(COMMANDS))}.", required=True, example="plan")

ACCESS = Verb(
    name="access",
    does=FAMILIES["access"][0],
    about="Shows, plans and writes who may do what across accounts, from one file, and explains what is refused.",
    inputs=(COMMAND, *united_inputs(COMMANDS, OWN_HELP, (*(item.name for item in SESSIONS), SUMMARY.name))),
    outputs=united_outputs(COMMANDS),
)
