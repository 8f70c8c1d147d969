"""What `access plan` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Output, Verb
from waybill.inputs.tables.members import ENDED, SESSIONS
from waybill.inputs.tables.setup_plan import DIGEST

GRANTS = Input("config", "The file that says who may do what.", "access.yaml")

ACCESS_PLAN = Verb(
    name="access plan",
    does="show what would change of which policies, in words; nothing is changed.",
    about="Shows what `access apply` would change of which policies, in words.",
    inputs=(GRANTS, *SESSIONS, SUMMARY),
    outputs=(
        Output("changed", "`true` when anything would change, `false` when all policies say what the file says."),
        *(one for one in ENDED if one.name != "changed"),
        DIGEST,
    ),
    positional=("config",),
)
