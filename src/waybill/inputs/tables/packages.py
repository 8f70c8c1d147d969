"""The inputs that speak of CodeArtifact."""

from __future__ import annotations

from waybill.inputs.spec import Input

_WHERE = (
    Input(
        "codeartifact-account",
        "The account that the domain belongs to. Left out: the account that the run ends up in.",
        example="111111111111",
    ),
    Input(
        "codeartifact-region",
        "The region of the domain. Left out: the first of `regions`.",
        example="us-east-1",
    ),
)

PUBLISHES = (
    Input(
        "codeartifact",
        "Publish the version to CodeArtifact as well, as a generic package called after the project: "
        "DOMAIN/REPOSITORY/NAMESPACE. The channel moves only once it is there.",
        example="acme/releases/web",
    ),
    *_WHERE,
)

COPIES = (
    PUBLISHES[0],
    Input(
        "from-codeartifact",
        "Where the version is published already: DOMAIN/REPOSITORY/NAMESPACE. Inside one domain CodeArtifact itself "
        "copies it from there. Left out, or of another domain: it is published from the buckets.",
        example="acme/staging/web",
    ),
    *_WHERE,
)

READS = (
    Input(
        "codeartifact",
        "Take the version from CodeArtifact, and not from the buckets: DOMAIN/REPOSITORY/NAMESPACE.",
        example="acme/releases/web",
    ),
    *_WHERE,
)
