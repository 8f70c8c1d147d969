"""The inputs that say how a version is deployed: of `deploy`, and of each command that may deploy last of all."""

from __future__ import annotations

from waybill.inputs.spec import Input, Kind, Output

PIPELINE = Input(
    "pipeline", "The CodePipeline to run: its name, or `region:name`.", example="us-east-1:crossaccountdeploy"
)
DEPLOYED_BY = Input(
    "pipeline",
    "Deploy then, last of all, with this CodePipeline (its name, or `region:name`), if the channel names this version.",
    example="us-east-1:crossaccountdeploy",
)

DELIVERY = (
    Input(
        "pipeline-role",
        "A role to assume in the pipeline's account. Left out: the credentials at hand.",
        example="arn:aws:iam::111111111111:role/waybill-deploy",
    ),
    Input("pipeline-role-external-id", "The external id that `pipeline-role` asks for.", example="acme-releases"),
    Input(
        "pipeline-account",
        "The account that the pipeline must be in. Left out: that of `pipeline-role`, or of the `oidc-role`.",
        example="111111111111",
    ),
    Input(
        "source",
        "How the pipeline gets the version. `staged`: its source action reads the staging bucket, at this key; "
        "`upload`: it is copied to the key that the source action reads; `auto`: as staged where the pipeline lets it.",
        "auto",
    ),
    Input(
        "variables",
        "The pipeline's variables (type V2), `name=value`, one a line.",
        kind=Kind.LINES,
        example="env=prod",
    ),
    Input("wait", "Follow the execution to its end; `false`: only start it.", "true", Kind.FLAG),
    Input("timeout", "How long to follow it: `90s`, `60m`, `2h`. After that exit 8; it goes on by itself.", "60m"),
    Input(
        "approval-timeout",
        "How long a manual approval may take. Left out: as long as `timeout` leaves.",
        example="30m",
    ),
    Input("on-cancel", "What becomes of the execution when the run is cancelled: `leave` or `stop`.", "leave"),
    Input(
        "on-failure",
        "`rollback`: what succeeded before is deployed again, and the channel goes back with it; the step fails all "
        "the same. `leave`: nothing.",
        "leave",
    ),
    Input(
        "allow-unpinned",
        "Also start a pipeline that cannot be pinned to this version: it takes whatever is newest.",
        "false",
        Kind.FLAG,
    ),
    Input(
        "verify-deployed",
        "Compare the deployed files with the zip's, after S3 deploy actions that unpack it. `auto`: where their bucket "
        "may be listed; `always`: or fail; `never`.",
        "auto",
    ),
    Input(
        "verify-url",
        "Ask this address after success until it answers as it should, or the time is over: failing it fails the "
        "deploy.",
        example="https://www.example.com/version.txt",
    ),
    Input("verify-status", "The status with which `verify-url` must answer.", "200"),
    Input("verify-text", "What its answer must contain; `{version}` stands for the version.", example="{version}"),
    Input(
        "invalidate",
        "After success, have a CloudFront distribution forget paths, and wait for it: `ID /path ...`, one "
        "distribution a line; no path means `/*`.",
        kind=Kind.LINES,
        example="E1ABCDEF2GHIJK /index.html /assets/*",
    ),
    Input(
        "environment",
        "The name of the GitHub environment to show the deploy in (with `github-token`).",
        example="production",
    ),
    Input("environment-url", "Its address there.", example="https://www.example.com"),
)
"""All but the pipeline itself and the token."""

DEPLOYS_THEN = (DEPLOYED_BY, *DELIVERY)
"""What stage, promote and rollback take."""

DEPLOYED = (
    Output("execution-id", "The id of the pipeline's execution."),
    Output("status", "How it ended, as CodePipeline says: `Succeeded`, `Failed`, `Superseded`, ..."),
    Output("console-url", "The execution in the AWS console."),
    Output("source-version-id", "The version id of the S3 object that it took."),
    Output("superseded-by", "The execution that took over, where one did."),
    Output("rolled-back", "The version that was deployed again after a failure, where that was done."),
)
