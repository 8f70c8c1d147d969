"""What `access remove` takes and gives."""

from __future__ import annotations

from dataclasses import replace

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Kind, Verb
from waybill.inputs.tables.access_plan import ENDS, GRANTS
from waybill.inputs.tables.members import SESSIONS, YES

ACCESS_REMOVE = Verb(
    name="access remove",
    does="take grants back: their statements go, and a policy that is empty then is deleted.",
    about="Takes grants back; a policy that is empty then is deleted, and what is not Waybill's stays.",
    inputs=(
        Input(
            "grant",
            "A grant that is taken back, by its name, whether the file still has it or not. Once for each.",
            kind=Kind.LINES,
            example="bob-publishes-ui",
        ),
        Input("everything", "Take back all that Waybill wrote of any grant.", "false", Kind.FLAG),
        replace(YES, help="Do it. Without it you are asked, where there is a terminal; elsewhere it is only shown."),
        GRANTS,
        *SESSIONS,
        SUMMARY,
    ),
    outputs=ENDS,
    positional=("grant",),
)
