"""The one table of inputs. action.yml, the options of the CLI and README's tables are held against it by tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How an input is written."""

    TEXT = "text"
    LINES = "lines"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its YAML name, which is also the CLI's long option; what it means; its default as text.

    LINES may be given several times on the command line; FLAG alone means `true`.
    """

    name: str
    help: str
    default: str = ""
    kind: Kind = Kind.TEXT
    required: bool = False
    example: str = ""


STAGE = (
    Input("project", "What is released: letters, digits and `_ . -`.", required=True, example="SugarWater"),
    Input(
        "version",
        "The SemVer version, immutable once staged; `auto` takes it from the tag that is being built "
        "(`v1.2.3`, `project@1.2.3`, `project/v1.2.3`).",
        required=True,
        example="1.2.3",
    ),
    Input(
        "path",
        "A file (its bytes, untouched), or a directory or globs, one a line, `!` leaving out (a reproducible zip). "
        "Not needed with `resume`.",
        kind=Kind.LINES,
        required=True,
        example="dist/app.tar.gz",
    ),
    Input("metadata", "Lines `key=value`, split at the first `=`.", kind=Kind.LINES, example="lang=dotnet"),
    Input("filename", "Remember the file's name (Startifact's way).", "false", Kind.FLAG),
    Input(
        "content-type",
        "The artifact's media type. Left out: `application/zip` for a zip made here, else `application/octet-stream`.",
        example="application/gzip",
    ),
    Input("compress", "Deflate the zip; equal bytes are then promised only inside the image.", "false", Kind.FLAG),
    Input("allow-empty", "Take an artifact of 0 bytes, or a zip of no files.", "false", Kind.FLAG),
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
        "Tag the role's session with repository, commit, run, ref, actor and workflow, and set its source identity.",
        "true",
        Kind.FLAG,
    ),
    Input(
        "kms-key",
        "The KMS key: one ARN, or lines `region=ARN`; left out: the bucket's default key is looked up; `none`: none.",
        kind=Kind.LINES,
        example="us-east-1=arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    Input("channel", "The channel that is to name this version.", "latest"),
    Input(
        "update-channel",
        "`newer`: releases move the channel forward; `prerelease`: pre-releases too; `never`: it is left alone.",
        "newer",
    ),
    Input("reinstate", "Bring back a version that a rollback took off the channel.", "false", Kind.FLAG),
    Input("require", "How many regions must succeed before the channel moves: `all`, `majority` or a number.", "all"),
    Input("resume", "Complete the regions from one that is whole; the build is not needed.", "false", Kind.FLAG),
    Input("dry-run", "Show the plan and write nothing.", "false", Kind.FLAG),
    Input("summary", "Write the step summary (on a runner).", "true", Kind.FLAG),
)


@dataclass(frozen=True, slots=True)
class Output:
    """One output of the action."""

    name: str
    help: str


STAGE_OUTPUTS = (
    Output("version", "The version that was staged."),
    Output("sha256", "The artifact's SHA-256, 64 hex digits."),
    Output("size", "The artifact's size in bytes."),
    Output("key", "The artifact's S3 key, the same in every region."),
    Output("changed", "`true` when anything was written, `false` when all was there."),
    Output("outcome", "`created`, `already`, `planned`, `partial`, `failed` or `conflict`."),
    Output("regions", "JSON list of the regions that hold the version whole."),
    Output("locations", "JSON: region to bucket, key, version id and S3 URI."),
    Output("result", "The result document, JSON."),
)
