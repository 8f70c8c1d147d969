"""What `waybill sandbox --help` says. Pure."""

from __future__ import annotations

from typing import Final

from waybill.sandbox import layout, limits

USAGE: Final = """\
usage: waybill sandbox run [--empty] [--break KIND] [--subject SUBJECT] [--log FILE] -- COMMAND ...
       waybill sandbox start [--empty] [--break KIND] [--subject SUBJECT] [--port N] [--log FILE]
"""
_HELP: Final = f"""\
An AWS of your own on this machine: nothing leaves it, no AWS account is needed.

  run      start the sandbox, run COMMAND in it, stop everything, exit with COMMAND's code
           (128 + n when signal n ended it, 127 not found, 126 not executable).
           COMMAND's environment leads aws, boto3, startifact and waybill into the sandbox.
  start    start it and stay in the foreground until Ctrl-C; prints the environment to use.
           --port N takes port N of 127.0.0.1; left out, a free one.

  --empty      prepare nothing of what is listed below: the accounts are as AWS Organizations makes them, for
               `waybill setup apply` to prepare. You are user {layout.USER} of the management account
               {layout.MANAGEMENT}, which may assume {layout.organization_role_arn(layout.DEVELOPMENT)}
               and {layout.organization_role_arn(layout.PRODUCTION)}.
  --subject SUBJECT
               COMMAND is a job of GitHub with this subject, so that --oidc-role works: the sandbox gives it tokens
               (signed by nobody), for example repo:acme/website:environment:production. For a command of another
               subject, set ACTIONS_ID_TOKEN_REQUEST_URL to $AWS_ENDPOINT_URL{layout.TOKEN_PATH}?subject=SUBJECT
               and ACTIONS_ID_TOKEN_REQUEST_TOKEN to anything.
  --break KIND prepare it with something wrong, for `waybill doctor` to find; may be given several times.
               `--break list` says what kinds there are.
  --log FILE   append a line for each request to FILE

In it: accounts {layout.DEVELOPMENT} (development, where you are user {layout.USER})
and {layout.PRODUCTION} (production); regions {", ".join(layout.REGIONS)}.
In each account and region: a versioned, KMS-encrypted bucket, its name in the parameter
{layout.BUCKET_PARAMETER}, and the organisation configuration in {layout.CONFIGURATION_PARAMETER}.
Roles: {layout.STAGE_ROLE_ARN}, external id {layout.STAGE_EXTERNAL_ID}
       {layout.PROMOTE_ROLE_ARN}, the same; may read development's buckets
       {layout.OIDC_ROLE_ARN}, with the token of a job of repo:{layout.OIDC_OWNER}/...
Pipelines, in {layout.DEVELOPMENT}, {layout.HOME_REGION}, deploying into {layout.PRODUCTION} as {layout.DEPLOY_ROLE}:
       {layout.PIPELINE} unpacks {layout.INPUT_KEY} of the bucket {layout.INPUT_BUCKET}
           into {layout.OUTPUT_BUCKET}, to be seen at URL{layout.site_path(layout.OUTPUT_BUCKET)}
       {layout.STAGED_PIPELINE} takes a key that its start names from the staging bucket, and unpacks it
           into the folder {layout.STAGED_OUTPUT_FOLDER} of {layout.STAGED_OUTPUT_BUCKET}
Packages (CodeArtifact), in {layout.DEVELOPMENT}, {layout.HOME_REGION}:
       the domain {layout.PACKAGE_DOMAIN}, with the repository {layout.PACKAGE_REPOSITORY}
Faults on purpose: POST {{"pipeline": ..., "action": ...}} to URL{layout.FAULTS_PATH} with one or more of
       "fail": "message" (with "code", "url", "log"), "seconds": 2.5, "hold": true for its next run,
       "times": 3 for three;
       or {{"operation": "...", "code": "ThrottlingException", "times": 3}} for CodePipeline's next answers;
       {{"stack": ..., "resource": LOGICAL_ID}} with "fail", "seconds", "hold", "times" (and "on": "delete") for a
           resource of a CloudFormation stack; "service": "cloudformation" beside an operation for its answers;
       DELETE there (all, or of a pipeline and action) takes them back and lets go what is held.

Example:
  waybill sandbox run -- waybill stage --project Demo --version 1.0.0 --path README.md \\
      --role {layout.STAGE_ROLE_ARN} --role-external-id {layout.STAGE_EXTERNAL_ID}

  waybill sandbox run --empty -- waybill setup apply --config examples/waybill.yaml --yes

"""


def text() -> str:
    """Return the whole help, limits included."""
    return f"{USAGE}\n{_HELP}{limits.text()}\n"
