"""What `info` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import IDENTITY, PROJECT, SUMMARY, WHERE
from waybill.inputs.spec import Input, Verb

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
    positional=("project", "version"),
)
