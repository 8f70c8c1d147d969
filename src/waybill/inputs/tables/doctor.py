"""What `doctor` takes and gives."""

from __future__ import annotations

from dataclasses import replace

from waybill.inputs.shared import IDENTITY, KMS_KEY, PROJECT, SUMMARY, WHERE
from waybill.inputs.spec import Input, Kind, Output, Verb
from waybill.inputs.tables.delivery import DELIVERY, PIPELINE
from waybill.inputs.tables.promote import PROMOTE

DOCTOR = Verb(
    name="doctor",
    does="say before a release whether it would go through, and what mends what is wrong. Nothing is written.",
    about="Checks, before a release and without writing anything, whether it would go through, and says what mends it.",
    inputs=(
        replace(PROJECT, help="The project that is to be released. Left out: every project.", required=False),
        *WHERE,
        *IDENTITY,
        KMS_KEY,
        replace(PIPELINE, help="The CodePipeline that deploys. Left out: every one that takes its source from S3."),
        *(item for item in DELIVERY if item.name.startswith("pipeline-")),
        Input(
            "from-channel",
            "What is promoted: look at the source account as well, and at what this channel names there.",
            example="latest",
        ),
        *(
            replace(item, help=f"{item.help} Look at that account as well, as promote reads it.")
            if item.name == "from-role"
            else item
            for item in PROMOTE.inputs
            if item.name in {"from-role", "from-role-external-id", "from-regions"}
        ),
        Input(
            "config",
            "Look at every account of this file, each by its `role` there, in the place of one account.",
            example="waybill.yaml",
        ),
        Input(
            "fix-plan",
            "With `config`: say which of the findings `setup apply` would mend, by making its plan (change sets, which "
            "are deleted again).",
            "false",
            Kind.FLAG,
        ),
        SUMMARY,
    ),
    outputs=(
        Output("changed", "`false`: nothing is written."),
        Output("outcome", "`failed` where anything fails, else `already`."),
        Output("result", "The result document, JSON: `findings`, and how many of each verdict there are."),
    ),
    positional=("project",),
)
