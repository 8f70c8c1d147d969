"""What `access explain` takes and gives."""

from __future__ import annotations

from dataclasses import replace

from waybill.inputs.shared import SUMMARY
from waybill.inputs.spec import Input, Kind, Output, Verb
from waybill.inputs.tables.access_plan import ENDS, GRANTS
from waybill.inputs.tables.members import SESSIONS

OTHER_FILE = "waybill.yaml"
"""The file that is read where there is no `access.yaml`, and none is named."""

ACCESS_EXPLAIN = Verb(
    name="access explain",
    does="say whether somebody may do something, by which statement, or which one lacks and where.",
    example="waybill access explain --principal arn:aws:iam::222222222222:user/bob \\\n"
    "  --action s3:GetObject --resource arn:aws:s3:::acme-staging/SugarWater@1.2.3",
    about="Says whether a principal may do something, by which statement, or which one lacks, and where it belongs.",
    inputs=(
        Input(
            "principal",
            "Who asks: the ARN of a user, a role, a role's session, `:root` or an identity provider; or a service.",
            required=True,
            example="arn:aws:iam::222222222222:user/bob",
        ),
        Input("action", "What is asked.", required=True, example="codeartifact:PublishPackageVersion"),
        Input(
            "resource",
            "What it is asked of: an ARN; `*` for what is of no single thing.",
            required=True,
            example="arn:aws:codeartifact:us-east-1:111111111111:package/my_domain/my_repo/npm/parity/ui",
        ),
        Input(
            "context",
            "A value of a condition key, `KEY=VALUE`; once for each, a key with several values several times. "
            "`KEY=` says that the request has none.",
            kind=Kind.LINES,
            example="aws:PrincipalOrgID=o-exampleorg",
        ),
        Input(
            "principal-role",
            "The ARN of the session's role, where that has a path: a session's own ARN does not say it. Where the role "
            "may be read, nobody need say it.",
            example="arn:aws:iam::222222222222:role/team/waybill-stage",
        ),
        Input(
            "resource-account",
            "The account of the resource, where its ARN does not say it, as a bucket's.",
            example="111111111111",
        ),
        Input(
            "identity-policy",
            "A file with a policy of the principal, or of a group of it; once for each. Policies in files stand for "
            "all of their kind: those are not read live.",
            kind=Kind.LINES,
            example="bob.json",
        ),
        Input(
            "resource-policy",
            "A file with the resource's own policy: of a bucket, a key, a role's trust, a CodeArtifact repository.",
            example="repository.json",
        ),
        Input("domain-policy", "A file with the policy of the CodeArtifact domain.", example="domain.json"),
        Input("boundary", "A file with the principal's permissions boundary.", example="boundary.json"),
        Input(
            "session-policy",
            "A file with a policy that the session was begun with; once for each.",
            kind=Kind.LINES,
            example="session.json",
        ),
        Input(
            "scp",
            "Files with the service control policies of one level of the principal's organisation, parted by commas; "
            "once for each level (root, unit, account).",
            kind=Kind.LINES,
            example="root.json,guard.json",
        ),
        Input(
            "rcp",
            "Files with the resource control policies of one level of the resource's organisation, as `scp`.",
            kind=Kind.LINES,
            example="resources.json",
        ),
        Input("offline", "Ask no account: of what no file is given there is nothing.", "false", Kind.FLAG),
        replace(
            GRANTS,
            help="A file whose accounts name the roles by which policies are read there, of the form of access.yaml or "
            f"of {OTHER_FILE}. Where nobody names one: that of these that is in the folder, access.yaml first; where "
            "neither is there, the credentials at hand read what is in their own account.",
        ),
        *SESSIONS,
        SUMMARY,
    ),
    outputs=(
        Output("allowed", "`true`, `false`, or `unknown` where the answer depends on what is not known."),
        Output("because", "Why, in a sentence or two."),
        *ENDS,
    ),
)
