"""What `setup apply` takes and gives."""

from __future__ import annotations

from dataclasses import replace

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Verb
from waybill.inputs.tables.members import CONFIG, ENDED, SESSIONS, YES
from waybill.inputs.tables.setup_plan import DELETE_DATA, DIGEST

SETUP_APPLY = Verb(
    name="setup apply",
    does="make every account and region what the file says: the plan, and then just that.",
    about="Makes every account and region what waybill.yaml says, and nothing else.",
    inputs=(
        CONFIG,
        replace(YES, help="Do what the plan says. Without it you are asked, where there is a terminal."),
        Input(
            "plan-digest",
            "The digest of the approved plan, as `setup plan` says it: another plan is refused.",
            example="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
        DELETE_DATA,
        *SESSIONS,
        SUMMARY,
    ),
    outputs=(*ENDED, DIGEST),
)
