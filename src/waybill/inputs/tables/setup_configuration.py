"""What `setup configuration` takes and gives."""

from __future__ import annotations

from dataclasses import replace

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Kind, Verb
from waybill.inputs.tables.members import ACCOUNT, CONFIG, ENDED, SESSIONS, YES

SETUP_CONFIGURATION = Verb(
    name="setup configuration",
    does="show the organisation configuration of every account and region, and make it what the file says.",
    about="Reads, writes, repairs and deletes the organisation configuration in every account and region.",
    inputs=(
        CONFIG,
        Input("write", "Write it where it is absent or another.", "false", Kind.FLAG),
        Input("repair", "As `write`; also replace what is no configuration at all.", "false", Kind.FLAG),
        Input(
            "delete-from",
            "Delete it from these regions, which the file does not name any more; once for each.",
            kind=Kind.LINES,
            example="eu-west-1",
        ),
        replace(YES, help="Write and delete. Without it, what would be done is shown."),
        Input("check", "Exit 6 where anything is not as the file says.", "false", Kind.FLAG),
        ACCOUNT,
        *SESSIONS,
        SUMMARY,
    ),
    outputs=ENDED,
)
