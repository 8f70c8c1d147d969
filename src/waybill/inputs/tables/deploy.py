"""What `deploy` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import DRY_RUN, GITHUB_TOKEN, IDENTITY, KMS_KEY, PROJECT, SUMMARY, WHERE
from waybill.inputs.spec import Input, Output, Verb
from waybill.inputs.tables.delivery import DELIVERY, DEPLOYED, PIPELINE

DEPLOY = Verb(
    name="deploy",
    does="run the CodePipeline that is pinned to a staged version, and follow it to its end.",
    about="Runs a CodePipeline pinned to exactly the staged version, and follows it to its end.",
    inputs=(
        PROJECT,
        Input(
            "version",
            "What to deploy: a staged version, or the name of a channel. Left out: what `channel` names.",
            example="1.2.3",
        ),
        PIPELINE,
        *DELIVERY,
        Input(
            "channel",
            "The channel whose events tell of the deploy, and which goes back with `on-failure: rollback`. Left out: "
            "the one that `version` names, else `latest`.",
            example="production",
        ),
        *WHERE,
        *IDENTITY,
        KMS_KEY,
        GITHUB_TOKEN,
        DRY_RUN,
        SUMMARY,
    ),
    outputs=(
        Output("version", "The version that was deployed."),
        Output("sha256", "The artifact's SHA-256, 64 hex digits."),
        *DEPLOYED,
        Output("changed", "`true` when anything was done, `false` when this version was deployed by this run before."),
        Output("outcome", "How it ended: see the result document."),
        Output("result", "The result document, JSON."),
    ),
)
