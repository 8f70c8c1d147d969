"""The calls that the verbs of `access` make: their session policies are made of them (P8)."""

from __future__ import annotations

from collections.abc import Mapping

from waybill.domain.calls import Call, On
from waybill.domain.iam.documents import Kind

LOOKING = (
    Call("codeartifact:ListDomains", On.ANYTHING, "find domains whose policies may have statements of grants"),
    Call("codeartifact:ListRepositoriesInDomain", On.ANYTHING, "find repositories, for the same"),
    Call("codeartifact:DescribeDomain", On.ANYTHING, "tell a domain without a policy from one that is not there"),
    Call("codeartifact:DescribeRepository", On.ANYTHING, "tell the same of a repository"),
    Call("codeartifact:GetDomainPermissionsPolicy", On.ANYTHING, "read a domain's policy, with its revision"),
    Call("codeartifact:GetRepositoryPermissionsPolicy", On.ANYTHING, "read a repository's policy, with its revision"),
    Call("ssm:GetParameter", On.ANYTHING, "find the staging bucket of a region"),
    Call("s3:GetBucketPolicy", On.ANYTHING, "read its policy"),
    Call("s3:GetEncryptionConfiguration", On.ANYTHING, "find the key that encrypts there"),
    Call("kms:DescribeKey", On.ANYTHING, "find the key behind an alias, and whether it is the customer's own"),
    Call("kms:GetKeyPolicy", On.ANYTHING, "read its policy"),
    Call("iam:ListRoles", On.ANYTHING, "find roles whose trust policies have statements of grants"),
    Call("iam:GetRole", On.ANYTHING, "read a role's trust policy, and see that a role is there that a grant names"),
    Call("iam:GetUser", On.ANYTHING, "see that a user is there; may be left out"),
    Call("iam:GetOpenIDConnectProvider", On.ANYTHING, "see that GitHub's identity provider is there; may be left out"),
    Call("codepipeline:ListPipelines", On.ANYTHING, "see that a pipeline is there; may be left out"),
)
"""What `access show` and `access plan` need in every account."""

WRITING = (
    Call("codeartifact:PutDomainPermissionsPolicy", On.ANYTHING, "write a domain's policy"),
    Call("codeartifact:PutRepositoryPermissionsPolicy", On.ANYTHING, "write a repository's policy"),
    Call("codeartifact:DeleteDomainPermissionsPolicy", On.ANYTHING, "delete one that is empty"),
    Call("codeartifact:DeleteRepositoryPermissionsPolicy", On.ANYTHING, "delete one that is empty"),
    Call("s3:PutBucketPolicy", On.ANYTHING, "write a bucket's policy"),
    Call("s3:DeleteBucketPolicy", On.ANYTHING, "delete one that is empty"),
    Call("kms:PutKeyPolicy", On.ANYTHING, "write a key's policy"),
    Call("iam:UpdateAssumeRolePolicy", On.ANYTHING, "write a role's trust policy"),
)
"""What `access apply` and `access remove` need beside."""

ACCESS_CALLS = (*LOOKING, *WRITING)

USER_CALLS = (
    Call("iam:GetUser", On.ANYTHING, "see that a user is there, its tags and its permissions boundary"),
    Call("iam:ListUserPolicies", On.ANYTHING, "find a user's own policies"),
    Call("iam:GetUserPolicy", On.ANYTHING, "read them"),
    Call("iam:ListAttachedUserPolicies", On.ANYTHING, "find a user's managed policies"),
    Call("iam:ListGroupsForUser", On.ANYTHING, "find a user's groups"),
    Call("iam:ListGroupPolicies", On.ANYTHING, "find the groups' own policies"),
    Call("iam:GetGroupPolicy", On.ANYTHING, "read them"),
    Call("iam:ListAttachedGroupPolicies", On.ANYTHING, "find the groups' managed policies"),
    Call("iam:GetPolicy", On.ANYTHING, "see which version of a managed policy holds"),
    Call("iam:GetPolicyVersion", On.ANYTHING, "read it"),
    Call(
        "organizations:DescribeOrganization",
        On.ANYTHING,
        "find the caller's organisation, where a condition asks for it; may be left out",
    ),
)
"""What `access explain` needs in the account of a user that it is asked about."""

OF_BOTH = frozenset({"iam:GetPolicy", "iam:GetPolicyVersion", "organizations:DescribeOrganization"})

ROLE_CALLS = (
    Call(
        "iam:GetRole", On.ANYTHING, "see that a role is there, its path, its permissions boundary and its trust policy"
    ),
    Call("iam:ListRolePolicies", On.ANYTHING, "find a role's own policies"),
    Call("iam:GetRolePolicy", On.ANYTHING, "read them"),
    Call("iam:ListAttachedRolePolicies", On.ANYTHING, "find a role's managed policies"),
    *(call for call in USER_CALLS if call.action in OF_BOTH),
)
"""The same for a role, or a session of it."""

OWN_CALLS: Mapping[Kind, tuple[Call, ...]] = {
    Kind.DOMAIN: (
        Call("codeartifact:GetDomainPermissionsPolicy", On.ANYTHING, "read a domain's policy"),
        Call("codeartifact:DescribeDomain", On.ANYTHING, "tell a domain without a policy from one that is not there"),
    ),
    Kind.REPOSITORY: (
        Call("codeartifact:GetRepositoryPermissionsPolicy", On.ANYTHING, "read a repository's policy"),
        Call("codeartifact:DescribeRepository", On.ANYTHING, "tell the same of a repository"),
    ),
    Kind.BUCKET: (
        Call("s3:ListAllMyBuckets", On.ANYTHING, "find whose a bucket is, and in which region"),
        Call("s3:GetBucketPolicy", On.ANYTHING, "read its policy"),
        Call("s3:GetEncryptionConfiguration", On.ANYTHING, "see whether a key is asked, too, and which"),
    ),
    Kind.KEY: (
        Call("kms:DescribeKey", On.ANYTHING, "find the key behind an alias"),
        Call("kms:GetKeyPolicy", On.ANYTHING, "read its policy"),
    ),
    Kind.TRUST: (
        Call("iam:GetRole", On.ANYTHING, "read a role's trust policy"),
        Call("iam:GetOpenIDConnectProvider", On.ANYTHING, "see that the provider of a token is there, and for whom"),
    ),
}
"""What it needs in the account of a resource, by the kinds of policies that are asked there."""

_EXPLAINING = (*USER_CALLS, *ROLE_CALLS, *(call for own in OWN_CALLS.values() for call in own))
EXPLAIN_CALLS = tuple({call.action: call for call in reversed(_EXPLAINING)}.values())[::-1]
"""All that `access explain` may ask."""
