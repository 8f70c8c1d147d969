"""What `setup plan` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Kind, Output, Verb
from waybill.inputs.tables.members import CONFIG, ENDED, SESSIONS

DIGEST = Output("plan-digest", "The SHA-256 of the plan, 64 hex digits: the same for the same changes.")

DELETE_DATA = Input(
    "delete-data",
    "A project whose data goes for good with what the file no longer has: buckets, images, then keys. Once for each.",
    kind=Kind.LINES,
    example="SugarWater",
)

SETUP_PLAN = Verb(
    name="setup plan",
    does="show what would change in every account and region, stack by stack; nothing is changed.",
    about="Shows what setup would change in every account and region.",
    inputs=(CONFIG, DELETE_DATA, *SESSIONS, SUMMARY),
    outputs=(
        Output("changed", "`true` when anything would change."),
        *(one for one in ENDED if one.name != "changed"),
        DIGEST,
    ),
)
