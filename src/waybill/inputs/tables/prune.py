"""What `prune` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import IDENTITY, KMS_KEY, PROJECT, SUMMARY, WHERE
from waybill.inputs.spec import Input, Kind, Output, Verb

PRUNE = Verb(
    name="prune",
    does="delete old versions from every region, never one that a channel names or that was deployed last.",
    about="Deletes old versions of a project from every region of one account; each leaves a tombstone.",
    inputs=(
        PROJECT,
        Input("keep", "How many of the highest versions stay.", example="20"),
        Input(
            "older-than",
            "Delete only what was written so long ago: days `d`, weeks `w`, hours `h`. With `keep`: what both let go.",
            example="90d",
        ),
        Input("yes", "Delete. Without it, what would be deleted is shown.", "false", Kind.FLAG),
        Input("reason", "Why: it is written into the tombstones.", example="older than a year"),
        *WHERE,
        *IDENTITY,
        KMS_KEY,
        SUMMARY,
    ),
    outputs=(
        Output("changed", "`true` when anything was written or deleted."),
        Output("outcome", "How it ended: see the result document."),
        Output("result", "The result document, JSON."),
    ),
    positional=("project",),
)
