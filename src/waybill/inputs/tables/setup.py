"""What the action `actions/setup` takes and gives: its input `command` is the second word of `waybill setup WORD`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from waybill.inputs.find import FAMILIES, find_verb
from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Verb
from waybill.inputs.tables.members import SESSIONS
from waybill.inputs.union import listed, united_inputs, united_outputs

COMMANDS: Mapping[str, Verb] = MappingProxyType(
    {word: verb for word in FAMILIES["setup"][1] if (verb := find_verb(f"setup {word}")) is not None and verb.outputs}
)
"""The verbs that the action runs, by their second words: those with outputs. The others are for a terminal."""

OWN_HELP: Mapping[str, str] = MappingProxyType(
    {
        "yes": "Do it. Without it, what would be done is shown.",
        "account": "Only these accounts, by their names in the file, one a line; `pipeline-role` takes one.",
        "delete-data": "Projects whose data goes for good with what the file does not have any more, one a line.",
        "delete-from": "Delete it from these regions, which the file does not name any more.",
    }
)
"""What is said here of an input whose verbs say different things, or speak of the command line."""

COMMAND = Input("command", f"What to do: {listed(tuple(COMMANDS))}.", required=True, example="plan")

SETUP = Verb(
    name="setup",
    does=FAMILIES["setup"][0],
    about="Prepares accounts, from templates that anyone can read, with regions, keys, roles and pipelines.",
    inputs=(
        COMMAND,
        *united_inputs(COMMANDS, OWN_HELP, (*(item.name for item in SESSIONS), SUMMARY.name)),
    ),
    outputs=united_outputs(COMMANDS),
)
