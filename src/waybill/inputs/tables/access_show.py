"""What `access show` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Verb
from waybill.inputs.tables.access_plan import ENDS, GRANTS
from waybill.inputs.tables.members import ACCOUNT, SESSIONS

ACCESS_SHOW = Verb(
    name="access show",
    does="show the policies of every account and region, as they are: packages, buckets, keys, roles.",
    about="Shows the policies of every account and region, as they are.",
    inputs=(GRANTS, ACCOUNT, *SESSIONS, SUMMARY),
    outputs=ENDS,
    positional=("config",),
)
