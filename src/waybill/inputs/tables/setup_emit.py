"""What `setup emit` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Kind, Verb
from waybill.inputs.tables.members import CONFIG, ENDED

SETUP_EMIT = Verb(
    name="setup emit",
    does="write the templates, the parameters and the commands of aws, for who deploys by other means.",
    about="Writes the templates, the parameters and the commands of the aws CLI, for who deploys by other means.",
    inputs=(
        Input("directory", "The directory to write, made where it is not there.", required=True, example="build/setup"),
        CONFIG,
        Input("force", "Replace files there that somebody else wrote.", "false", Kind.FLAG),
        SUMMARY,
    ),
    outputs=ENDED,
    positional=("directory",),
)
