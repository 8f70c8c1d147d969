"""What `promote` takes and gives."""

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
    UPDATE_CHANNEL,
    WHERE,
)
from waybill.inputs.spec import Input, Kind, Output, Verb
from waybill.inputs.tables.delivery import DEPLOYED, DEPLOYS_THEN
from waybill.inputs.tables.packages import COPIES

PROMOTE = Verb(
    name="promote",
    does="bring a staged version, the same bytes, into another account or channel.",
    about="Brings a staged version, the same bytes, into every region of another account or onto another channel.",
    inputs=(
        PROJECT,
        Input(
            "version",
            "What to promote: a version, a range such as `^1.4`, or the name of a channel in the source account.",
            example="1.2.3",
        ),
        Input(
            "from-channel",
            "Promote what this channel of the source account names; instead of `version`.",
            example="latest",
        ),
        Input(
            "from-role",
            "A role to assume in the source account, to read there. Left out: the credentials at hand.",
            example="arn:aws:iam::111111111111:role/waybill-read",
        ),
        Input("from-role-external-id", "The external id that `from-role` asks for.", example="acme-releases"),
        Input(
            "from-regions",
            "The source account's regions. Left out: its organisation configuration's; the other names (`key-prefix`, "
            "`bucket-parameter`, ...) are of both accounts.",
            example="us-east-1,eu-west-1",
        ),
        *WHERE,
        *IDENTITY,
        KMS_KEY,
        Input("channel", "The channel that is to name this version in the target account.", "production"),
        UPDATE_CHANNEL,
        REINSTATE,
        REQUIRE,
        Input(
            "transfer",
            "`copy`: server side, by one principal that may read the source and write the target; `relay`: through "
            "the runner; `auto`: copy, and relay where that is refused.",
            "auto",
        ),
        Input(
            "verify",
            "`checksum`: as S3 reports it (above 5 GiB a copy has CRC64NVME, which tells accidents, not attackers); "
            "`full`: every copy is read back and its SHA-256 computed.",
            "checksum",
        ),
        Input("plan", "Write the plan to this file and change nothing.", example="plan.json"),
        Input(
            "apply",
            "Carry out the plan in this file, or stop (exit 5) where a fact that it rests on has changed. The file has "
            "the inputs; give those beside it that say who carries it out, where that is another. On the command line "
            "one that contradicts the plan is refused.",
            example="plan.json",
        ),
        Input("plan-only", "Plan, set the output `plan-digest`, and change nothing.", "false", Kind.FLAG),
        Input(
            "plan-digest",
            "The digest of the plan that was approved: stop (exit 5) unless the plan made now has the same.",
            example="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
        *COPIES,
        *DEPLOYS_THEN,
        GITHUB_TOKEN,
        DRY_RUN,
        SUMMARY,
    ),
    outputs=(
        *RELEASED,
        *DEPLOYED,
        Output("plan-digest", "The digest of the plan, without caller, time and attempt: the same plan has the same."),
    ),
)
