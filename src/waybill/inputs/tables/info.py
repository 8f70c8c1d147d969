"""What `info` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import IDENTITY, PROJECT, SUMMARY, WHERE
from waybill.inputs.spec import Input, Output, Verb

INFO = Verb(
    name="info",
    does="show what is known of a version, region by region, or of a project.",
    about="Shows a version's waybill, metadata, chain, regions, events and channels; or an overview of a project.",
    inputs=(
        PROJECT,
        Input(
            "version",
            "A version, a channel that names it, or a range such as `^1.4`. Left out: an overview of the project.",
            example="1.2.3",
        ),
        *WHERE,
        *IDENTITY,
        SUMMARY,
    ),
    outputs=(
        Output("version", "The version that is shown; empty for an overview of the project."),
        Output("sha256", "The artifact's SHA-256, 64 hex digits; empty where only Startifact staged it."),
        Output("outcome", "How it ended: see the result document."),
        Output("result", "The result document, JSON."),
    ),
    positional=("project", "version"),
)
