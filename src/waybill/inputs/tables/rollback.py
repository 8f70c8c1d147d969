"""What `rollback` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import (
    DRY_RUN,
    GITHUB_TOKEN,
    IDENTITY,
    KMS_KEY,
    PROJECT,
    REINSTATE,
    RELEASED,
    REQUIRE,
    SUMMARY,
    WHERE,
)
from waybill.inputs.spec import Input, Verb
from waybill.inputs.tables.delivery import DEPLOYED, DEPLOYS_THEN

ROLLBACK = Verb(
    name="rollback",
    does="point a channel at an earlier version, on purpose.",
    about="Points a channel at an earlier version in every region, after verifying that the version is whole there.",
    inputs=(
        PROJECT,
        Input(
            "to",
            "The version to go back to, or `previous`: the highest earlier one that the channel named and that is not "
            "withdrawn.",
            required=True,
            example="previous",
        ),
        Input(
            "reason",
            "Why: it is written beside each version that is withdrawn.",
            required=True,
            example="checkout fails",
        ),
        Input("channel", "The channel to roll back.", "production"),
        *WHERE,
        *IDENTITY,
        KMS_KEY,
        REINSTATE,
        REQUIRE,
        *(item for item in DEPLOYS_THEN if item.name != "on-failure"),  # what failed would come back
        GITHUB_TOKEN,
        DRY_RUN,
        SUMMARY,
    ),
    outputs=(*RELEASED, *DEPLOYED),
)
