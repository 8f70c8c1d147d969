"""What `stage` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import (
    DRY_RUN,
    GITHUB_TOKEN,
    IDENTITY,
    KMS_KEY,
    PROJECT,
    REINSTATE,
    REQUIRE,
    SUMMARY,
    UPDATE_CHANNEL,
    WHERE,
)
from waybill.inputs.spec import Input, Kind, Output, Verb
from waybill.inputs.tables.delivery import DEPLOYED, DEPLOYS_THEN
from waybill.inputs.tables.packages import PUBLISHES

STAGE = Verb(
    name="stage",
    does="put a new version into every region of one account.",
    about="Puts a build into every AWS region of a production account, encrypted, verified and versioned.",
    inputs=(
        PROJECT,
        Input(
            "version",
            "The SemVer version, immutable once staged; `auto` takes it from the tag that is being built "
            "(`v1.2.3`, `project@1.2.3`, `project/v1.2.3`).",
            required=True,
            example="1.2.3",
        ),
        Input(
            "path",
            "A file (its bytes, untouched), or a directory or globs, one a line, `!` leaving out (a reproducible zip); "
            "or `release:PATTERN`, one asset of the GitHub release. Not needed with `resume`.",
            kind=Kind.LINES,
            required=True,
            example="dist/app.tar.gz",
        ),
        Input("metadata", "Lines `key=value`, split at the first `=`.", kind=Kind.LINES, example="lang=dotnet"),
        Input("filename", "Remember the file's name (Startifact's way).", "false", Kind.FLAG),
        Input(
            "content-type",
            "The artifact's media type. Left out: `application/zip` for a zip made here, else "
            "`application/octet-stream`.",
            example="application/gzip",
        ),
        Input("compress", "Deflate the zip; equal bytes are then promised only inside the image.", "false", Kind.FLAG),
        Input("allow-empty", "Take an artifact of 0 bytes, or a zip of no files.", "false", Kind.FLAG),
        *WHERE,
        *IDENTITY,
        KMS_KEY,
        Input("channel", "The channel that is to name this version.", "latest"),
        UPDATE_CHANNEL,
        REINSTATE,
        REQUIRE,
        Input("resume", "Complete the regions from one that is whole; the build is not needed.", "false", Kind.FLAG),
        *PUBLISHES,
        *DEPLOYS_THEN,
        GITHUB_TOKEN,
        DRY_RUN,
        SUMMARY,
    ),
    outputs=(
        Output("version", "The version that was staged."),
        Output("sha256", "The artifact's SHA-256, 64 hex digits."),
        Output("size", "The artifact's size in bytes."),
        Output("key", "The artifact's S3 key, the same in every region."),
        Output("changed", "`true` when anything was written, `false` when all was there."),
        Output(
            "outcome",
            "`created`, `already`, `planned`, `partial`, `failed` or `conflict`; with `pipeline` also `deployed`, ...",
        ),
        Output("regions", "JSON list of the regions that hold the version whole."),
        Output("locations", "JSON: region to bucket, key, version id and S3 URI."),
        *DEPLOYED,
        Output("result", "The result document, JSON."),
    ),
    needless=frozenset({"path"}),
)
