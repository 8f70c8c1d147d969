"""What `access apply` takes and gives."""

from __future__ import annotations

from dataclasses import replace

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Verb
from waybill.inputs.tables.access_plan import ENDS, GRANTS
from waybill.inputs.tables.members import SESSIONS, YES
from waybill.inputs.tables.setup_apply import SETUP_APPLY
from waybill.inputs.tables.setup_plan import DIGEST

ACCESS_APPLY = Verb(
    name="access apply",
    does="make every policy say what the file says; statements that are not Waybill's stay as they are.",
    about="Makes every policy say what access.yaml says, and touches no statement that is not Waybill's.",
    inputs=(
        GRANTS,
        replace(YES, help="Ask nobody. Without it you are asked, where there is a terminal."),
        replace(
            SETUP_APPLY.input("plan-digest"),
            help="The digest of the approved plan, as `access plan` says it: another plan is refused.",
        ),
        *SESSIONS,
        SUMMARY,
    ),
    outputs=(*ENDS, DIGEST),
    positional=("config",),
)
