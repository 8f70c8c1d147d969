"""What `download` takes and gives."""

from __future__ import annotations

from waybill.inputs.shared import IDENTITY, PROJECT, SUMMARY, WHERE
from waybill.inputs.spec import Input, Kind, Output, Verb
from waybill.inputs.tables.packages import READS

DOWNLOAD = Verb(
    name="download",
    does="bring a stored version to this machine, from the nearest region that is whole.",
    about="Brings a stored version onto the runner from the nearest region that is whole, and verifies it.",
    inputs=(
        PROJECT,
        Input(
            "version",
            "What to download: a version, a range such as `^1.4` (the highest that is stored), or a channel's name.",
            required=True,
            example="production",
        ),
        Input(
            "to",
            "A file, or a directory (one that is there, or with `/` at its end). A file that is there is replaced, by "
            "one rename, once the new bytes are verified. Left out: the current directory, and the stored file name, "
            "else `PROJECT-VERSION`.",
            example="dist/",
        ),
        Input(
            "filename",
            "Restore the stored file name inside the directory `to`; a name that could do harm is refused. Without it "
            "the name in a directory is `PROJECT-VERSION`.",
            "false",
            Kind.FLAG,
        ),
        Input(
            "extract",
            "Unpack a zip or a tar (`.gz`, `.bz2`, `.xz`) into the directory `to`, new or empty; left out: into "
            "`PROJECT-VERSION`. What escapes, or is no file, directory or link inside, is refused.",
            "false",
            Kind.FLAG,
        ),
        Input(
            "extract-limit",
            "The most that `extract` writes in all: bytes, or a number with `KiB`, `MiB`, `GiB` or `TiB`.",
            "10GiB",
        ),
        Input("extract-entries", "The most files, directories and links that `extract` makes.", "100000"),
        *READS,
        *WHERE,
        *IDENTITY,
        SUMMARY,
    ),
    outputs=(
        Output("version", "The version that was downloaded."),
        Output("sha256", "The artifact's SHA-256, 64 hex digits."),
        Output("size", "The artifact's size in bytes."),
        Output("key", "The artifact's S3 key, the same in every region."),
        Output("path", "Where it is now: the file, or with `extract` the directory."),
        Output("changed", "`true` when anything was written, `false` when the same bytes were there."),
        Output("outcome", "`created`, `already` or `failed`."),
        Output("result", "The result document, JSON."),
    ),
    positional=("project", "version"),
)
