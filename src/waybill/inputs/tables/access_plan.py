"""What `access plan` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Output, Verb
from waybill.inputs.tables.members import ENDED, SESSIONS
from waybill.inputs.tables.setup_plan import DIGEST

GRANTS = Input("config", "The file that says who may do what.", "access.yaml")

CHANGED = Output(
    "changed",
    "Of `apply` and `remove`, `true` when any policy was written; of `plan`, when any would be. Of the others `false`.",
)
ENDS = (CHANGED, *(one for one in ENDED if one.name != "changed"))
"""What every verb of `access` gives: they are one action, which has one text for each."""

ACCESS_PLAN = Verb(
    name="access plan",
    does="show what would change of which policies, in words; nothing is changed.",
    about="Shows what `access apply` would change of which policies, in words.",
    inputs=(GRANTS, *SESSIONS, SUMMARY),
    outputs=(*ENDS, DIGEST),
    positional=("config",),
)
