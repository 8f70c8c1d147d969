"""Sentences of AWS's, as it says them: its documentation's, and what its services were seen to answer."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.domain.iam.documents import Kind

JOHN = "arn:aws:iam::123456789012:user/John"
MARY = "arn:aws:iam::777788889999:user/MaryMajor"
SESSION = "arn:aws:sts::222222222222:assumed-role/waybill-stage/waybill-42"
OBJECT = "arn:aws:s3:::amzn-s3-demo-bucket1/object-name"
GROUPS = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*"
SCP = "arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd"
RCP = "arn:aws:organizations::987654321098:policy/o-qv5af4abcd/resource_control_policy/p-9xyz"
MANAGED = "arn:aws:iam::123456789012:policy/deny-deploys"
KEY = "arn:aws:kms:us-west-2:462498369025:key/e9b37450-f4df-45d6-a336-aefd3b1d0896"
OPEN = (
    "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based "
    "policy explicitly denies access"
)
ENCODED = (
    "4Ai9qvVQYCx3kKoQaOtnKpzKCvrDlzzn_8R3vhbWP-TGw5hHcV-nA1oa2OYqRJGLTVXT5ObYDbfI1VxJv6wIxIkcDra0jmVs3wbRel4fvv9Q="
)


@dataclass(frozen=True)
class Told:
    """A sentence, and what it tells."""

    message: str
    caller: str = ""
    action: str = ""
    resource: str = ""
    kind: Kind | None = None
    explicit: bool = False
    policy: str = ""
    encoded: str = ""
    open: bool = False
    setting: bool = False
    silent: bool = False


def may_not(who: str, action: str, rest: str, **tells: object) -> Told:
    """A sentence in the form of most."""
    message = f"User: {who} is not authorized to perform: {action}{rest}"
    return Told(message, caller=who, action=action, **tells)  # type: ignore[arg-type]


def no(policy: str, action: str) -> str:
    return f" because no {policy} allows the {action} action"


# Of the page on troubleshooting access denied errors (IAM's guide), in its order.
OF_IAM = {
    "scp": may_not(
        JOHN,
        "codecommit:ListRepositories",
        " because no service control policy allows the codecommit:ListRespositories action",
        kind=Kind.SCP,
    ),
    "scp denies": may_not(
        JOHN,
        "codecommit:ListRepositories",
        " with an explicit deny in a service control policy",
        kind=Kind.SCP,
        explicit=True,
    ),
    "rcp denies": may_not(
        JOHN,
        "secretsmanager:GetSecretValue",
        " on resource: arn:aws:secretsmanager:us-east-1:123456789012:secret:* with an explicit deny in a resource "
        "control policy",
        resource="arn:aws:secretsmanager:us-east-1:123456789012:secret:*",
        kind=Kind.RCP,
        explicit=True,
    ),
    "endpoint": may_not(
        JOHN,
        "codecommit:ListRepositories",
        no("VPC endpoint policy", "codecommit:ListRepositories"),
        kind=Kind.ENDPOINT,
    ),
    "endpoint denies": may_not(
        JOHN,
        "codedeploy:ListDeployments",
        f" on resource: {GROUPS} with an explicit deny in a VPC endpoint policy",
        resource=GROUPS,
        kind=Kind.ENDPOINT,
        explicit=True,
    ),
    "boundary": may_not(
        JOHN,
        "codedeploy:ListDeployments",
        f" on resource: {GROUPS}{no('permissions boundary', 'codedeploy:ListDeployments')}",
        resource=GROUPS,
        kind=Kind.BOUNDARY,
    ),
    "boundary denies": may_not(
        JOHN,
        "sagemaker:ListModels",
        " with an explicit deny in a permissions boundary",
        kind=Kind.BOUNDARY,
        explicit=True,
    ),
    "session": may_not(JOHN, "s3:GetObject", no("session policy", "s3:GetObject"), kind=Kind.SESSION),
    "session denies": may_not(
        JOHN,
        "codedeploy:ListDeployments",
        f" on resource: {GROUPS} with an explicit deny in a sessions policy",
        resource=GROUPS,
        kind=Kind.SESSION,
        explicit=True,
    ),
    "resource": may_not(
        JOHN,
        "secretsmanager:GetSecretValue",
        no("resource-based policy", "secretsmanager:GetSecretValue"),
        kind=Kind.RESOURCE,
    ),
    "resource denies": may_not(
        MARY,
        "s3:GetObject",
        f' on resource: "{OBJECT}" with\nan explicit deny in a resource-based policy',
        resource=OBJECT,
        kind=Kind.RESOURCE,
        explicit=True,
    ),
    "trust": may_not(JOHN, "sts:AssumeRole", no("role trust policy", "sts:AssumeRole"), kind=Kind.TRUST),
    "trust denies": may_not(
        JOHN, "sts:AssumeRole", " with an explicit deny in the role trust policy", kind=Kind.TRUST, explicit=True
    ),
    "identity": may_not(
        "arn:aws:iam::123456789012:role/HR",
        "codecommit:ListRepositories",
        no("identity-based policy", "codecommit:ListRepositories"),
        kind=Kind.IDENTITY,
    ),
    "identity denies": may_not(
        "arn:aws:iam::123456789012:role/HR",
        "codedeploy:ListDeployments",
        f" on resource: {GROUPS} with an explicit deny in an identity-based policy",
        resource=GROUPS,
        kind=Kind.IDENTITY,
        explicit=True,
    ),
    "through an endpoint": may_not(
        "arn:aws-us-gov:sts::111122223333:assumed-role/role-name/role-session-name",
        "SNS:Publish",
        " on resource: arn:aws:sns:us-east-1:444455556666:role-name-2 with an explicit deny in a VPC endpoint policy "
        "transitively through a service control policy",
        resource="arn:aws:sns:us-east-1:444455556666:role-name-2",
        kind=Kind.SCP,
        explicit=True,
    ),
}

# The newer sentences, which name the policy.
WITH_THE_POLICY = {
    "scp": may_not(
        JOHN,
        "iam:ListRoles",
        f" on resource: arn:aws:iam::123456789012:role/* with an explicit deny in a service control policy: {SCP}",
        resource="arn:aws:iam::123456789012:role/*",
        kind=Kind.SCP,
        explicit=True,
        policy=SCP,
    ),
    "rcp": may_not(
        MARY,
        "s3:GetObject",
        f' on resource: "{OBJECT}" with an explicit deny in a resource control policy: {RCP}.',
        resource=OBJECT,
        kind=Kind.RCP,
        explicit=True,
        policy=RCP,
    ),
    "identity": may_not(
        JOHN,
        "s3:ListAllMyBuckets",
        f" with an explicit deny in an identity-based policy: {MANAGED}",
        kind=Kind.IDENTITY,
        explicit=True,
        policy=MANAGED,
    ),
    "identity, in other words": may_not(
        JOHN,
        "s3:GetObject",
        f' on resource: "{OBJECT}" with an explicit deny in an identity-based policy, with policy ARN:\n{MANAGED}',
        resource=OBJECT,
        kind=Kind.IDENTITY,
        explicit=True,
        policy=MANAGED,
    ),
    "with an encoded message": Told(
        f"You are not authorized to perform this operation. User: {JOHN} is not authorized to perform: "
        f"ec2:RunInstances on resource: arn:aws:ec2:ap-south-1:966994807536:instance/* with an explicit deny in an "
        f"identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3. Encoded authorization failure "
        f"message: {ENCODED}",
        caller=JOHN,
        action="ec2:RunInstances",
        resource="arn:aws:ec2:ap-south-1:966994807536:instance/*",
        kind=Kind.IDENTITY,
        explicit=True,
        policy="arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
        encoded=ENCODED,
    ),
}

# As services were seen to say it.
OF_SERVICES = {
    "s3, bare": Told("Access Denied"),
    "s3, a HEAD": Told("Forbidden", silent=True),
    "s3, a HEAD of 403": Told("403", silent=True),
    "nothing": Told("", silent=True),
    "s3, a key with words": may_not(
        SESSION,
        "s3:PutObject",
        ' on resource: "arn:aws:s3:::b/with an explicit deny because no", of us" because no identity-based policy '
        "allows the s3:PutObject action",
        resource='arn:aws:s3:::b/with an explicit deny because no", of us',
        kind=Kind.IDENTITY,
    ),
    "s3, public policies": Told(
        f"User: {SESSION} is not authorized to perform: s3:PutBucketPolicy on resource: "
        '"arn:aws:s3:::amzn-s3-demo-bucket1" because public policies are prevented by the BlockPublicPolicy setting in '
        "S3 Block Public Access.",
        caller=SESSION,
        action="s3:PutBucketPolicy",
        resource="arn:aws:s3:::amzn-s3-demo-bucket1",
        setting=True,
    ),
    "kms, of another account": may_not(
        SESSION, "kms:GenerateDataKey", f" on this resource {OPEN}", kind=Kind.RESOURCE, open=True
    ),
    "kms, a ciphertext": may_not(
        SESSION,
        "kms:Decrypt",
        f" on the resource associated with this ciphertext {OPEN}",
        kind=Kind.RESOURCE,
        open=True,
    ),
    "kms, a ciphertext, identity": may_not(
        SESSION,
        "kms:Decrypt",
        f" on the resource associated with this ciphertext{no('identity-based policy', 'kms:Decrypt')}",
        kind=Kind.IDENTITY,
    ),
    "kms, a key that is named": may_not(
        SESSION,
        "kms:Decrypt",
        f" on resource: {KEY}{no('identity-based policy', 'kms:Decrypt')}",
        resource=KEY,
        kind=Kind.IDENTITY,
    ),
    "kms, of old": Told(
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are "
        "not allowed to access.",
        action="kms:Decrypt",
        kind=Kind.KEY,
        open=True,
    ),
    "sts": may_not(
        SESSION,
        "sts:AssumeRole",
        " on resource: arn:aws:iam::111111111111:role/x",
        resource="arn:aws:iam::111111111111:role/x",
    ),
    "sts, a token": Told(
        "Not authorized to perform sts:AssumeRoleWithWebIdentity", action="sts:AssumeRoleWithWebIdentity"
    ),
    "codepipeline, a role": Told(
        "arn:aws:iam::111111111111:role/runs is not authorized to perform AssumeRole on role "
        "arn:aws:iam::222222222222:role/deploys",
        caller="arn:aws:iam::111111111111:role/runs",
        action="sts:AssumeRole",
        resource="arn:aws:iam::222222222222:role/deploys",
    ),
    "codepipeline": may_not(
        SESSION,
        "codepipeline:StartPipelineExecution",
        " on resource: arn:aws:codepipeline:us-east-1:222222222222:site"
        f"{no('identity-based policy', 'codepipeline:StartPipelineExecution')}",
        resource="arn:aws:codepipeline:us-east-1:222222222222:site",
        kind=Kind.IDENTITY,
    ),
    "codeartifact": may_not(
        "arn:aws:iam::836411270882:root",
        "codeartifact:PutDomainPermissionsPolicy",
        " on resource: arn:aws:codeartifact:us-west-2:123456789012:domain/example-domain"
        f"{no('resource-based policy', 'codeartifact:PutDomainPermissionsPolicy')}",
        resource="arn:aws:codeartifact:us-west-2:123456789012:domain/example-domain",
        kind=Kind.RESOURCE,
    ),
    "codeartifact, without a resource": may_not(SESSION, "codeartifact:GetAuthorizationToken", ""),
    "ssm": may_not(
        SESSION,
        "ssm:GetParameter",
        " on resource: arn:aws:ssm:us-east-1::parameter/cdk-bootstrap/hnb659fds/version"
        f"{no('service control policy', 'ssm:GetParameter')}",
        resource="arn:aws:ssm:us-east-1::parameter/cdk-bootstrap/hnb659fds/version",
        kind=Kind.SCP,
    ),
    "iam, a role without an arn": may_not(
        JOHN,
        "iam:GetRole",
        f" on resource: role voclabs with an explicit deny in an identity-based policy: {MANAGED}",
        resource="role voclabs",
        kind=Kind.IDENTITY,
        explicit=True,
        policy=MANAGED,
    ),
    "iam, a role to hand on": may_not(
        SESSION,
        "iam:PassRole",
        f" on resource: arn:aws:iam::222222222222:role/x{no('identity-based policy', 'iam:PassRole')}",
        resource="arn:aws:iam::222222222222:role/x",
        kind=Kind.IDENTITY,
    ),
    "cloudformation": may_not(
        SESSION,
        "cloudformation:DescribeStacks",
        " on resource: arn:aws:cloudformation:us-east-1:222222222222:stack/waybill/* because no identity-based policy "
        "allows the cloudformation:DescribeStacks action",
        resource="arn:aws:cloudformation:us-east-1:222222222222:stack/waybill/*",
        kind=Kind.IDENTITY,
    ),
    "cloudformation, of a resource": Told(
        f'waybillRole (AWS::IAM::Role): Resource handler returned message: "User: {SESSION} is not authorized to '
        "perform: iam:CreateRole on resource: arn:aws:iam::222222222222:role/waybill (Service: Iam, Status Code: 403, "
        'Request ID: 1)" (RequestToken: 2, HandlerErrorCode: AccessDenied)',
        caller=SESSION,
        action="iam:CreateRole",
        resource="arn:aws:iam::222222222222:role/waybill",
    ),
    "cloudformation, of a resource, why": Told(
        f'Resource handler returned message: "User: {SESSION} is not authorized to perform: iam:CreateRole on resource:'
        " arn:aws:iam::222222222222:role/waybill because no permissions boundary allows the iam:CreateRole action "
        '(Service: Iam, Status Code: 403, Request ID: 1)" (RequestToken: 2, HandlerErrorCode: AccessDenied)',
        caller=SESSION,
        action="iam:CreateRole",
        resource="arn:aws:iam::222222222222:role/waybill",
        kind=Kind.BOUNDARY,
    ),
    "ecr": may_not(
        SESSION,
        "ecr:PutImage",
        " on resource: arn:aws:ecr:us-west-2:012782584163:repository/team-a/alpine with an explicit deny in a VPC "
        "endpoint policy",
        resource="arn:aws:ecr:us-west-2:012782584163:repository/team-a/alpine",
        kind=Kind.ENDPOINT,
        explicit=True,
    ),
    "organizations": may_not(
        "arn:aws:iam::107513503799:user/temp-user",
        "organizations:ListAccounts",
        f" on resource: *{no('resource-based policy', 'organizations:ListAccounts')}",
        resource="*",
        kind=Kind.RESOURCE,
    ),
    "organizations, of old": Told("You don't have permissions to access this resource."),
    "nobody is named": Told(
        "User is not authorized to perform: cloudfront:CreateInvalidation", action="cloudfront:CreateInvalidation"
    ),
    "a denial of old": may_not(SESSION, "ec2:RunInstances", " with an explicit deny", explicit=True),
    "encoded, and nothing else": Told(
        f"You are not authorized to perform this operation. Encoded authorization failure message: {ENCODED}",
        encoded=ENCODED,
    ),
}
EVERY = {
    **{f"iam: {name}": told for name, told in OF_IAM.items()},
    **{f"policy named: {name}": told for name, told in WITH_THE_POLICY.items()},
    **OF_SERVICES,
}
