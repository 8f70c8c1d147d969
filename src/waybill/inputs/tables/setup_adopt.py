"""What `setup adopt` takes and gives."""

from __future__ import annotations

from dataclasses import replace

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Kind, Verb
from waybill.inputs.tables.members import ACCOUNT, CONFIG, ENDED, SESSIONS, YES

SETUP_ADOPT = Verb(
    name="setup adopt",
    does="point the organisation configuration at buckets that somebody made, once they are found fit.",
    about="Points the organisation configuration at existing buckets, after a look at each of them.",
    inputs=(
        CONFIG,
        Input(
            "bucket",
            "Lines `region=NAME`, or `account/region=NAME` with an account's name in the file. Left out for a region: "
            "the bucket that its bucket-name parameter names now.",
            kind=Kind.LINES,
            example="us-east-1=acme-artifacts-us-east-1",
        ),
        replace(YES, help="Write the names and the configuration. Without it, what would be written is shown."),
        ACCOUNT,
        *SESSIONS,
        SUMMARY,
    ),
    outputs=ENDED,
)
