"""What `setup pipeline-role` takes and gives."""

from __future__ import annotations

from dataclasses import replace

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Kind, Verb
from waybill.inputs.tables.members import CONFIG, ENDED, SESSIONS, YES

SETUP_PIPELINE_ROLE = Verb(
    name="setup pipeline-role",
    does="give the deploy actions of an existing pipeline a role of another account, after a diff.",
    about="Gives the deploy actions of an existing pipeline a role of another account.",
    inputs=(
        Input(
            "deploy-role",
            "The role that the actions take. Left out: that of the pipeline in the file.",
            example="arn:aws:iam::222222222222:role/prods3role",
        ),
        Input("pipeline", "The pipeline's name.", required=True, example="crossaccountdeploy"),
        Input("action", "The one action that gets the role. Left out: every S3 deploy action.", example="Deploy"),
        Input("region", "The pipeline's region. Left out: the file's for it, else home.", example="us-east-1"),
        Input("account", "The account that has the pipeline, by its name in the file.", example="development"),
        Input("same-account", "Take a role of the pipeline's own account, too.", "false", Kind.FLAG),
        replace(YES, help="Write it. Without it, the diff is shown."),
        CONFIG,
        *SESSIONS,
        SUMMARY,
    ),
    outputs=ENDED,
    positional=("deploy-role",),
    needless=frozenset({"pipeline"}),
)
