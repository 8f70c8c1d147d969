"""What `versions` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import IDENTITY, PROJECT, SUMMARY, WHERE
from waybill.inputs.spec import Input, Output, Verb

VERSIONS = Verb(
    name="versions",
    does="list the versions of a project, the highest first.",
    about="Lists a project's versions with size, when and by whom they were staged, and the channels that name them.",
    inputs=(
        PROJECT,
        Input(
            "limit",
            "How many versions to show, the highest first, or `all`; those that a channel names are shown always.",
            "50",
            example="all",
        ),
        *WHERE,
        *IDENTITY,
        SUMMARY,
    ),
    outputs=(
        Output("outcome", "How it ended: see the result document."),
        Output("result", "The result document, JSON."),
    ),
    positional=("project",),
)
