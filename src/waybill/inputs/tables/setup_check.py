"""What `setup check` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Output, Verb
from waybill.inputs.tables.members import ACCOUNT, CONFIG, ENDED, SESSIONS

SETUP_CHECK = Verb(
    name="setup check",
    does="say what of the accounts is not as it should be: root's keys, aliases, contacts, old access keys.",
    about="Checks the accounts themselves: root's credentials, aliases, billing contacts, passwords, access keys.",
    inputs=(CONFIG, ACCOUNT, *SESSIONS, SUMMARY),
    outputs=(Output("changed", "`false`: a check writes nothing."), *(one for one in ENDED if one.name != "changed")),
)
