"""The inputs that several verbs share."""

from __future__ import annotations

from waybill.inputs.spec import Input, Kind, Output

PROJECT = Input("project", "What is released: letters, digits and `_ . -`.", required=True, example="SugarWater")
KMS_KEY = Input(
    "kms-key",
    "The KMS key: one ARN, or lines `region=ARN`; left out: the bucket's default key is looked up; `none`: none.",
    kind=Kind.LINES,
    example="us-east-1=arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab",
)
UPDATE_CHANNEL = Input(
    "update-channel",
    "`newer`: releases move the channel forward; `prerelease`: pre-releases too; `never`: it is left alone.",
    "newer",
)
REINSTATE = Input("reinstate", "Bring back a version that a rollback took off the channel.", "false", Kind.FLAG)
REQUIRE = Input(
    "require", "How many regions must succeed before the channel moves: `all`, `majority` or a number.", "all"
)
DRY_RUN = Input("dry-run", "Show the plan and write nothing.", "false", Kind.FLAG)
GITHUB_TOKEN = Input(
    "github-token",
    "The token that GitHub is asked with, such as the job's `github.token`. Left out: the variable GITHUB_TOKEN's.",
    secret=True,
)
SUMMARY = Input("summary", "Write the step summary (on a runner).", "true", Kind.FLAG)

WHERE = (
    Input(
        "regions",
        "Regions, parted by commas, spaces or lines. Left out: the organisation configuration's.",
        example="us-east-1,eu-west-1",
    ),
    Input(
        "configuration-parameter",
        "The SSM parameter with the organisation configuration. Left out: STARTIFACT_PARAMETER, else `/startifact`.",
        example="/startifact",
    ),
    Input(
        "bucket-parameter",
        "The SSM parameter that holds the bucket's name in every region; with `regions`, no configuration is read.",
        example="/buckets/staging",
    ),
    Input("key-prefix", "Prefix of the S3 keys; `none` clears the configured one.", example="artifacts/"),
    Input("parameter-prefix", "Prefix of the channels' parameters; `none` clears it.", example="/artifacts"),
)

IDENTITY = (
    Input(
        "oidc-role",
        "A role to assume with the runner's OIDC token; needs `permissions: id-token: write`.",
        example="arn:aws:iam::111111111111:role/github",
    ),
    Input("audience", "The audience of the OIDC token.", "sts.amazonaws.com"),
    Input(
        "role",
        "A role to assume then, in the target account.",
        example="arn:aws:iam::222222222222:role/waybill-stage",
    ),
    Input("role-external-id", "The external id that `role` asks for.", example="acme-releases"),
    Input("role-session-name", "The name of the roles' sessions. Left out: `waybill-RUN_ID`.", example="waybill-42"),
    Input("role-duration", "Seconds that a session lasts; it is renewed while the run lasts.", "3600"),
    Input(
        "expected-account", "The account the run must end up in. Left out: that of the role.", example="222222222222"
    ),
    Input(
        "session-tags",
        "Tag the role's session with repository, commit, run, ref, actor and workflow, and set its source identity; "
        "`false` does neither (on a command line `--session-tags=false`).",
        "true",
        Kind.FLAG,
    ),
)

RELEASED = (
    Output("version", "The version that the channel is to name."),
    Output("sha256", "The artifact's SHA-256, 64 hex digits."),
    Output("size", "The artifact's size in bytes."),
    Output("key", "The artifact's S3 key, the same in every region."),
    Output("changed", "`true` when anything was written, `false` when all was so before."),
    Output("outcome", "How it ended: see the result document."),
    Output("regions", "JSON list of the regions that hold the version whole."),
    Output("locations", "JSON: region to bucket, key, version id and S3 URI."),
    Output("result", "The result document, JSON."),
)
