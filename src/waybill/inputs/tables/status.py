"""What `status` takes and gives."""

from __future__ import annotations

from dataclasses import replace

from waybill.inputs.shared import DRY_RUN, IDENTITY, KMS_KEY, SUMMARY, WHERE
from waybill.inputs.spec import Input, Kind, Output, Verb

ROLE = Input(
    "role",
    "A role to assume in an account to look at, or `ambient` for the credentials at hand; once for each account.",
    kind=Kind.LINES,
    example="arn:aws:iam::222222222222:role/waybill-stage",
)

STATUS = Verb(
    name="status",
    does="show where every version is, and what is not as it should be; mend it with `--repair`.",
    about="Shows every channel of every project in every region of the accounts given, and mends what can be mended.",
    inputs=(
        Input(
            "project",
            "The projects to look at. Left out: every project that has versions or channels.",
            kind=Kind.LINES,
            example="SugarWater",
        ),
        *WHERE,
        *(ROLE if item.name == "role" else item for item in IDENTITY),
        replace(KMS_KEY, help=f"With `repair`. {KMS_KEY.help}"),
        Input("html", "Write a page for people to this file: one file that needs no network.", example="status.html"),
        Input("check", "Exit 6 where anything needs attention: for a scheduled workflow.", "false", Kind.FLAG),
        Input(
            "repair",
            "Finish what can be finished: complete versions from a region that is whole, move channels to where they "
            "belong, finish rollbacks.",
            "false",
            Kind.FLAG,
        ),
        replace(DRY_RUN, help="With `repair`: show what it would do, and write nothing."),
        SUMMARY,
    ),
    outputs=(
        Output("changed", "`true` when a repair wrote anything, `false` otherwise."),
        Output("outcome", "How it ended: see the result document."),
        Output("result", "The result document, JSON."),
    ),
    positional=("project",),
)
