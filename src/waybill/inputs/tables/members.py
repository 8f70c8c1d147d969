"""The inputs of every command that goes into the accounts of `waybill.yaml`."""

from __future__ import annotations

from waybill.inputs.shared import IDENTITY
from waybill.inputs.spec import Input, Kind, Output

CONFIG = Input("config", "The file that says which accounts and regions there are.", "waybill.yaml")
ACCOUNT = Input(
    "account",
    "Only these accounts, by their names in the file; once for each. Left out: all.",
    kind=Kind.LINES,
    example="production",
)
YES = Input("yes", "Do it. Without it, what would be done is shown.", "false", Kind.FLAG)

SESSIONS = tuple(item for item in IDENTITY if item.name not in {"role", "role-external-id", "expected-account"})
"""How the roles are assumed that the file names; which they are stands there."""

ENDED = (
    Output("changed", "`true` when anything was written, `false` otherwise."),
    Output("outcome", "How it ended: see the result document."),
    Output("result", "The result document, JSON."),
)
