"""The calls that the verbs of `access` make: their session policies are made of them (P8)."""

from __future__ import annotations

from waybill.domain.calls import Call, On

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
    Call("iam:GetRole", On.ANYTHING, "read a role's trust policy"),
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
